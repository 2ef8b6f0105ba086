#include "host/poller.h"

#include <array>
#include <cstdint>
#include <ctime>
#include <limits>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace zt::host {

namespace {

constexpr uint64_t kWakeKey = ~0ull;       // -1
constexpr uint64_t kClockKey = ~0ull - 63;  // far from what an engine watches
constexpr int kMaxReadyPerWait = 64;

class EpollPoller final : public Poller {
 public:
  EpollPoller(int epoll, int event) : epoll_(epoll), event_(event) {}
  ~EpollPoller() override {
    if (clock_ >= 0) close(clock_);
    close(event_);
    close(epoll_);
  }

  bool Watch(int socket, int descriptor) override { return Control(EPOLL_CTL_ADD, socket, descriptor, EPOLLIN); }

  void WatchWritable(int socket, int descriptor, bool on) override {
    Control(EPOLL_CTL_MOD, socket, descriptor, on ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }

  void Wait(int timeout_ms, std::vector<Ready>& ready) override {
    ready.clear();
    std::array<epoll_event, kMaxReadyPerWait> events;
    const int count = epoll_wait(epoll_, events.data(), kMaxReadyPerWait, timeout_ms);
    for (int i = 0; i < count; ++i) {  // count is -1 after a signal: nothing is ready
      const epoll_event& event = events[static_cast<size_t>(i)];
      if (event.data.u64 == kWakeKey) {
        uint64_t times;
        (void)!read(event_, &times, sizeof times);  // resets the counter; its value means nothing
        continue;
      }
      if (event.data.u64 == kClockKey) {
        ArmClockWatch();
        continue;
      }
      const bool error = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
      ready.push_back({static_cast<int>(event.data.u64), error || (event.events & EPOLLIN) != 0,
                       (event.events & EPOLLOUT) != 0});
    }
  }

  void Wake() override {
    const uint64_t one = 1;
    (void)!write(event_, &one, sizeof one);  // full means that a wake-up is pending already
  }

  bool Control(int operation, int socket, int descriptor, uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.u64 = static_cast<uint64_t>(socket);
    return epoll_ctl(epoll_, operation, descriptor, &event) == 0;
  }

  // epoll counts its timeout in time awake, the engine in time passed: after a suspend the kernel sets the wall clock,
  // cancels this timer (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET) and so ends the wait. Without it, it ends later.
  void WatchClock() {
    clock_ = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (clock_ < 0) return;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kClockKey;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, clock_, &event);
    ArmClockWatch();
  }

  bool WatchWakeups() {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kWakeKey;
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, event_, &event) == 0;
  }

 private:
  void ArmClockWatch() {
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<decltype(never.it_value.tv_sec)>::max();
    timerfd_settime(clock_, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr);
  }

  int epoll_;
  int event_;
  int clock_ = -1;
};

}  // namespace

std::unique_ptr<Poller> Poller::Create() {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return nullptr;
  const int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) {
    close(epoll);
    return nullptr;
  }
  auto poller = std::make_unique<EpollPoller>(epoll, event);
  if (!poller->WatchWakeups()) return nullptr;
  poller->WatchClock();
  return poller;
}

}  // namespace zt::host
