// Link-layer payloads that wait for Flush: answers, datagrams, errors. TCP data does not pass through here.
#pragma once

#include <deque>
#include <optional>

#include "base/drop_counters.h"
#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt::netstack {

struct QueuedPacket {
  NetworkId interface;
  uint16_t ether_type = 0;
  std::optional<Mac> mac;  // none: resolve next_hop
  IpAddress next_hop;
  Bytes payload;
};

class OutputQueue {
 public:
  // One Flush normally empties the queue; this is what may wait while the transmit queue below is full.
  static constexpr size_t kMaxPackets = 4096;
  static constexpr size_t kMaxBytes = 4 << 20;

  explicit OutputQueue(DropCounters& drops) : drops_(drops) {}

  bool HasRoom(size_t packets, size_t bytes) const {
    return packets_.size() + packets <= kMaxPackets && bytes_ + bytes <= kMaxBytes;
  }
  bool Push(QueuedPacket packet) {
    if (!HasRoom(1, packet.payload.size())) {
      drops_.Count(DropReason::kQueueFull);
      return false;
    }
    bytes_ += packet.payload.size();
    packets_.push_back(std::move(packet));
    return true;
  }
  QueuedPacket Pop() {
    QueuedPacket packet = std::move(packets_.front());
    packets_.pop_front();
    bytes_ -= packet.payload.size();
    return packet;
  }
  bool empty() const { return packets_.empty(); }

 private:
  DropCounters& drops_;
  std::deque<QueuedPacket> packets_;
  size_t bytes_ = 0;
};

}  // namespace zt::netstack
