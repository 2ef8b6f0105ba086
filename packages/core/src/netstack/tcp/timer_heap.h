// The earliest of many deadlines. Each owner keeps one node; changing it costs O(log n), reading the minimum nothing.
#pragma once

#include "base/indexed_heap.h"
#include "zt/time.h"

namespace zt::netstack {

struct TimerNode {
  Deadline deadline;
  uint32_t owner = 0;
  size_t index = static_cast<size_t>(-1);  // place in the heap
};

struct TimerOrder {
  static bool Before(const TimerNode& a, const TimerNode& b) {
    if (a.deadline.at != b.deadline.at) return a.deadline.at < b.deadline.at;
    return a.owner < b.owner;
  }
  static size_t& Place(TimerNode& node) { return node.index; }
};

class TimerHeap {
 public:
  void Set(TimerNode& node, const Deadline& deadline);
  void Remove(TimerNode& node) { heap_.Remove(node); }
  Deadline NextTimeout() const { return heap_.top() == nullptr ? Deadline{} : heap_.top()->deadline; }
  // The owner of the earliest deadline when it has come, else 0.
  uint32_t Due(const Now& now) const {
    const TimerNode* first = heap_.top();
    return first != nullptr && first->deadline.at <= now.mono ? first->owner : 0;
  }

 private:
  IndexedHeap<TimerNode, TimerOrder> heap_;
};

inline void TimerHeap::Set(TimerNode& node, const Deadline& deadline) {
  const bool never = deadline.at == Instant::Never();
  const bool same = heap_.Has(node) && node.deadline.at == deadline.at;
  node.deadline = deadline;
  if (never) return heap_.Remove(node);
  if (!same) heap_.Put(node);
}

}  // namespace zt::netstack
