// The earliest of many deadlines. Each owner keeps one node; changing it costs O(log n), reading the minimum nothing.
#pragma once

#include <vector>

#include "zt/time.h"

namespace zt::netstack {

struct TimerNode {
  Deadline deadline;
  uint32_t owner = 0;
  size_t index = kIdle;  // place in the heap
  static constexpr size_t kIdle = static_cast<size_t>(-1);
};

class TimerHeap {
 public:
  void Set(TimerNode& node, const Deadline& deadline);
  void Remove(TimerNode& node);
  Deadline NextTimeout() const { return heap_.empty() ? Deadline{} : heap_[0]->deadline; }
  // The owner of the earliest deadline when it has come, else 0.
  uint32_t Due(const Now& now) const {
    return !heap_.empty() && heap_[0]->deadline.at <= now.mono ? heap_[0]->owner : 0;
  }

 private:
  void Place(TimerNode* node, size_t index);
  void Up(size_t index);
  void Down(size_t index);

  std::vector<TimerNode*> heap_;
};

}  // namespace zt::netstack
