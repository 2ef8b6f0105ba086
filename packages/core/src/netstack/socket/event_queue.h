// Events for the application in the order they came about. Readiness is coalesced by the sockets; events of a socket
// that was closed in between are not delivered.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "netstack/stack_types.h"

namespace zt::netstack {

class EventQueue {
 public:
  // Every socket has at most one pending event of each kind, pings are limited, so this is only reached when the
  // application opens and closes sockets without ever polling; then events of closed sockets are swept out.
  static constexpr size_t kSweepAt = 4096;

  void Push(const StackEvent& event) { events_.push_back(event); }
  std::optional<StackEvent> Pop() {
    if (events_.empty()) return std::nullopt;
    StackEvent event = events_.front();
    events_.pop_front();
    return event;
  }
  // Removes what `dead` says, when the queue has grown past the mark.
  void SweepIfLong(const std::function<bool(const StackEvent&)>& dead) {
    if (events_.size() < sweep_at_) return;
    std::erase_if(events_, dead);
    sweep_at_ = std::max(kSweepAt, events_.size() * 2);
  }
  size_t size() const { return events_.size(); }

 private:
  std::deque<StackEvent> events_;
  size_t sweep_at_ = kSweepAt;
};

}  // namespace zt::netstack
