// Datagrams on their way out: one arena of bytes and a list of slices, drained by the host in one batch.
// A packet is built and sealed in place here, so its payload is written once.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/check.h"
#include "zt/bytes.h"
#include "zt/inet.h"
#include "zt/transmit.h"

namespace zt {

class TransmitQueue {
 public:
  // Enough for one full batch of segmentation offload on several paths; beyond it, senders wait (HasRoom) or drop.
  static constexpr size_t kArenaBytes = 1 << 20;
  static constexpr size_t kMaxDatagrams = 2048;

  TransmitQueue() : arena_(new uint8_t[kArenaBytes]) { datagrams_.reserve(kMaxDatagrams); }

  bool HasRoom(size_t bytes) const {
    return datagrams_.size() < kMaxDatagrams && kArenaBytes - used_ >= bytes;
  }
  // Memory for a datagram of at most `bytes`; empty when full. Valid until Commit or the next Reserve.
  MutableBytes Reserve(size_t bytes) {
    if (!HasRoom(bytes)) return {};
    return {arena_.get() + used_, bytes};
  }
  // The first `bytes` of the last Reserve become a datagram. ttl 0 means the socket's default.
  void Commit(size_t bytes, LocalSocket via, const Endpoint& to, uint8_t ttl = 0) {
    ZT_CHECK(HasRoom(bytes));
    datagrams_.push_back({{arena_.get() + used_, bytes}, to, via, ttl});
    used_ += bytes;
  }
  // Copies; false when full (the caller counts the drop).
  bool Push(ByteSpan datagram, LocalSocket via, const Endpoint& to, uint8_t ttl = 0) {
    MutableBytes room = Reserve(datagram.size());
    if (room.empty()) return false;
    std::memcpy(room.data(), datagram.data(), datagram.size());
    Commit(datagram.size(), via, to, ttl);
    return true;
  }
  std::span<const Transmit> datagrams() const { return datagrams_; }
  bool empty() const { return datagrams_.empty(); }
  void Clear() {
    datagrams_.clear();
    used_ = 0;
  }

 private:
  std::unique_ptr<uint8_t[]> arena_;
  std::vector<Transmit> datagrams_;
  size_t used_ = 0;
};

}  // namespace zt
