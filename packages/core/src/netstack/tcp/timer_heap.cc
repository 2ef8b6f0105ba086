#include "netstack/tcp/timer_heap.h"

#include <utility>

namespace zt::netstack {
namespace {

bool Before(const TimerNode* a, const TimerNode* b) {
  if (a->deadline.at != b->deadline.at) return a->deadline.at < b->deadline.at;
  return a->owner < b->owner;
}

}  // namespace

void TimerHeap::Set(TimerNode& node, const Deadline& deadline) {
  if (deadline.at == Instant::Never()) {
    Remove(node);
    node.deadline = deadline;
    return;
  }
  const bool same = node.index != TimerNode::kIdle && node.deadline.at == deadline.at;
  node.deadline = deadline;
  if (same) return;
  if (node.index == TimerNode::kIdle) {
    heap_.push_back(&node);
    node.index = heap_.size() - 1;
  }
  Up(node.index);
  Down(node.index);
}

void TimerHeap::Remove(TimerNode& node) {
  if (node.index == TimerNode::kIdle) return;
  const size_t index = node.index;
  TimerNode* last = heap_.back();
  heap_.pop_back();
  node.index = TimerNode::kIdle;
  if (last == &node) return;
  Place(last, index);
  Up(index);
  Down(last->index);
}

void TimerHeap::Place(TimerNode* node, size_t index) {
  heap_[index] = node;
  node->index = index;
}

void TimerHeap::Up(size_t index) {
  TimerNode* node = heap_[index];
  while (index > 0) {
    const size_t parent = (index - 1) / 2;
    if (!Before(node, heap_[parent])) break;
    Place(heap_[parent], index);
    index = parent;
  }
  Place(node, index);
}

void TimerHeap::Down(size_t index) {
  TimerNode* node = heap_[index];
  for (;;) {
    size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && Before(heap_[child + 1], heap_[child])) ++child;
    if (!Before(heap_[child], node)) break;
    Place(heap_[child], index);
    index = child;
  }
  Place(node, index);
}

}  // namespace zt::netstack
