// What the engine thread sleeps in: until a socket is ready, another thread wakes it, or time is over. The seam to
// epoll, kqueue and IOCP; one implementation is linked.
#pragma once

#include <memory>
#include <vector>

namespace zt::host {

// The key under which the engine watches the interface monitor; sockets have numbers from 0 up.
inline constexpr int kMonitorKey = -2;

class Poller {
 public:
  struct Ready {
    int socket;  // the number given to Watch
    bool readable;
    bool writable;
  };

  // Null when the machine gives no descriptors; errno says why.
  static std::unique_ptr<Poller> Create();
  virtual ~Poller() = default;

  // Reports `descriptor` as `socket` when it is readable, level-triggered, until it is closed.
  virtual bool Watch(int socket, int descriptor) = 0;
  // Also when it is writable, or not any more; from now on under the number `socket`.
  virtual void WatchWritable(int socket, int descriptor, bool on) = 0;
  // Sleeps for at most `timeout_ms` (negative: without end) and fills `ready` (cleared first).
  virtual void Wait(int timeout_ms, std::vector<Ready>& ready) = 0;
  // Ends the current or the next Wait. Callable from any thread.
  virtual void Wake() = 0;
};

}  // namespace zt::host
