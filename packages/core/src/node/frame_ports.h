// Ports through which an application sends and receives Ethernet frames of a network as a TAP device would, beside
// the TCP/IP stack or instead of it (HOST_PROTOCOL.md §12). Bounded queues both ways; without a port a frame costs
// one test.
#pragma once

#include <map>
#include <memory>

#include "base/drop_counters.h"
#include "netstack/stack.h"
#include "node/event_encoder.h"
#include "node/frame_queue.h"
#include "vl2/vl2.h"
#include "wire/limits.h"

namespace zt::node {

// What a port did since it was opened.
struct FrameCounters {
  uint64_t received = 0, received_bytes = 0;  // put into the queue for the application
  uint64_t dropped = 0;                       // not put there, because it was full
  uint64_t sent = 0, sent_bytes = 0;          // given to VL2, whose rules may still refuse them
  uint64_t no_room = 0;                       // given to VL2 and lost, or lost for some, because a queue below was full
  // Taken from the application and not given to VL2 (vl2.md §9.1).
  uint64_t no_configuration = 0, bad_source = 0, not_a_bridge = 0, too_big = 0;
};

struct FramePort {
  FramePort(uint32_t id, NetworkId network, bool exclusive, size_t queue_bytes)
      : id(id), network(network), exclusive(exclusive), queue_bytes(queue_bytes), in(queue_bytes), out(queue_bytes) {}

  const uint32_t id;
  const NetworkId network;
  const bool exclusive;  // the stack has no part in this network
  const size_t queue_bytes;
  FrameQueue in, out;
  bool told = false;        // frames_readable was posted and not everything was taken since
  bool wants_room = false;  // the application was not able to send everything
  FrameCounters counters;
};

class FramePorts {
 public:
  static constexpr size_t kHeader = 14;  // destination, source, ether type
  // A frame that is valid under the largest MTU of any network, with its record's length (vl2.md §9.1).
  static constexpr size_t kMaxFrame = kHeader + limits::kMaxFramePayload;
  // A queue takes some frames of the largest size at least; at most what a fast network sends in a second.
  static constexpr size_t kMinQueueBytes = 64 << 10, kMaxQueueBytes = 64 << 20;
  // All queues together: an application with a port on every network states how much each may take.
  static constexpr size_t kMaxTotalBytes = 512 << 20;
  // Frames of all ports sent before others (the stack, received packets) have their turn.
  static constexpr size_t kMaxBytesPerTurn = 256 << 10;
  // Subscriptions of one port: those of the network less room for the stack's (vl2.md §12.2).
  static constexpr size_t kMaxGroups = 2048;

  FramePorts(netstack::FrameSink& sink, DropCounters& drops, EventEncoder& events)
      : sink_(sink), drops_(drops), events_(events) {}

  // kInvalidArgument: queue size; kAlreadyExists: the network has a port; kLimitReached: kMaxTotalBytes.
  Status Open(NetworkId network, bool exclusive, size_t queue_bytes, uint32_t& id);
  // Null: no such port.
  FramePort* Find(uint32_t id);
  // Without an event: the application asked for it.
  void Close(uint32_t id);
  // The network was left, or the node ends.
  void End(NetworkId network, Status status);
  void EndAll(Status status);

  bool empty() const { return ports_.empty(); }
  // A frame for the network's port. True: the stack shall not get it.
  bool Deliver(NetworkId network, Mac source, Mac destination, uint16_t ether_type, ByteSpan payload);
  // Bytes of whole records that were taken, or a negative status.
  int64_t Send(uint32_t id, ByteSpan records);
  // Bytes of whole records, or a negative status: kWouldBlock when nothing is there.
  int64_t Receive(uint32_t id, MutableBytes into);

  // Gives waiting frames to VL2 while there is room below, and kMaxBytesPerTurn at most. Whether any left its queue:
  // then more may wait, and whoever drains the node's datagrams has to come again.
  bool Flush(const Now& now, const vl2::Vl2& vl2);

 private:
  size_t FlushPort(const Now& now, const vl2::NetworkInfo& info, FramePort& port, size_t budget);
  void SendOne(const Now& now, const vl2::NetworkInfo& info, FramePort& port, ByteSpan frame);

  netstack::FrameSink& sink_;
  DropCounters& drops_;
  EventEncoder& events_;
  std::map<NetworkId, std::unique_ptr<FramePort>> ports_;  // bounded by the networks that are joined
  size_t total_bytes_ = 0;
  NetworkId served_;  // the port that sent last: the next turn begins with the one after it
  uint32_t last_id_ = 0;
  Bytes joined_;  // a frame where a ring wraps
};

}  // namespace zt::node
