// epoll with deadlines in nanoseconds: descriptors wake the loop, and parts that keep deadlines take a turn after it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace zt::linux_lab {

// CLOCK_MONOTONIC, in nanoseconds.
int64_t NowNs();

inline constexpr int64_t kNever = INT64_MAX;

// Takes a turn after every wake-up, in the order of Add.
class Part {
 public:
  virtual ~Part() = default;
  // True: there is more to do at once.
  virtual bool Turn(int64_t now_ns) = 0;
  virtual int64_t NextNs() const = 0;
};

class EventLoop {
 public:
  using Ready = std::function<void(uint32_t events)>;

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void Watch(int fd, uint32_t events, Ready ready);
  void Unwatch(int fd);
  void Add(Part& part) { parts_.push_back(&part); }
  void Stop() { running_ = false; }
  void Run();

 private:
  void Wait(int64_t deadline_ns);

  int epoll_;
  bool running_ = true;
  std::map<int, Ready> watched_;
  std::vector<Part*> parts_;
};

// Ends the process with the reason in errno; for the harness, which cannot go on.
[[noreturn]] void Die(const char* what);

}  // namespace zt::linux_lab
