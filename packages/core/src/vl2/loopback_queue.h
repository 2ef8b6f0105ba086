// Frames for our own port that arise inside a sending call. They leave from Flush, never from the sender's stack
// (vl2.md §9.1).
#pragma once

#include <deque>
#include <utility>

#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt::vl2 {

class LoopbackQueue {
 public:
  static constexpr size_t kMaxFrames = 64;  // a burst to oneself between two flushes; the sender retransmits the rest

  struct Entry {
    NetworkId network;
    Mac source, destination;
    uint16_t ether_type;
    Bytes payload;
  };

  bool Push(Entry entry) {
    if (queue_.size() >= kMaxFrames) return false;
    queue_.push_back(std::move(entry));
    return true;
  }
  // Everything queued so far; frames queued while these are delivered wait for the next flush.
  std::deque<Entry> TakeAll() { return std::exchange(queue_, {}); }
  bool empty() const { return queue_.empty(); }

 private:
  std::deque<Entry> queue_;
};

}  // namespace zt::vl2
