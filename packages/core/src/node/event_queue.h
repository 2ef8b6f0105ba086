// Events on their way to the application, encoded (HOST_PROTOCOL.md §4). Bounded; readiness is coalesced.
#pragma once

#include <unordered_set>

#include "base/drop_counters.h"
#include "zt/bytes.h"
#include "zt/generated/enums.h"

namespace zt::node {

class EventQueue {
 public:
  // What an application that stopped reading can make us keep of events about peers, networks, messages and requests.
  // Events of sockets are not cut: a lost `tcp_accepted` would leak a connection, and each socket has at most one of
  // each kind pending, so Stack::kMaxSockets bounds them; likewise those of ports for frames. Nor are those of
  // captures: a lost one would break the file, and captures bound what they post (node/capture.h).
  static constexpr size_t kMaxBytes = 8 << 20;
  // Of them, what peers may fill with messages and traces: anybody can send these, and they must not push out the rest.
  static constexpr size_t kMaxMessageBytes = 1 << 20;

  // What one record of a known peer takes at most: 82 bytes, 16 endpoints, and what is around them (vl1.md §9.2).
  static constexpr size_t kRecordBytes = 420;

  explicit EventQueue(DropCounters& drops) : drops_(drops) {}

  // Appends; a readiness event that is pending already is not repeated.
  void Push(Event code, ByteSpan body);
  // Records of this many peers fit beside everything else: at its end a node posts all it knows (vl1.md §9.2), which
  // for a large root is more than may stay unread, and a record that is lost is an identity to check again.
  void KeepRecordsOf(size_t peers) { max_record_bytes_ = peers * kRecordBytes; }
  bool empty() const { return head_ == bytes_.size(); }
  // Of capture_data events that were not drained.
  size_t capture_bytes() const { return capture_bytes_; }
  // Moves events to the end of `out` until the next one would make `out` longer than `max_bytes`; at least one.
  void Drain(Bytes& out, size_t max_bytes);

 private:
  static constexpr size_t kHeader = 6;  // code u16, length u32

  DropCounters& drops_;
  Bytes bytes_;      // encoded events, one after the other
  size_t head_ = 0;  // of the first one not drained
  size_t capture_bytes_ = 0;
  size_t message_bytes_ = 0;
  size_t record_bytes_ = 0;  // of store_peer events, with their headers
  size_t max_record_bytes_ = kMaxBytes;
  std::unordered_set<uint64_t> ready_;  // code << 32 | socket of readiness events in the queue; never iterated
};

}  // namespace zt::node
