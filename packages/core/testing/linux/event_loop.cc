#include "testing/linux/event_loop.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace zt::linux_lab {

namespace {
constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr int kBatch = 64;
}  // namespace

int64_t NowNs() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * kNsPerSecond + t.tv_nsec;
}

void Die(const char* what) {
  std::fprintf(stderr, "zt_linux_lab: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) Die("epoll_create1");
  // The default slack of 50 µs is too much beside the delays of a link.
  if (prctl(PR_SET_TIMERSLACK, 1) != 0) Die("PR_SET_TIMERSLACK");
}

EventLoop::~EventLoop() { close(epoll_); }

void EventLoop::Watch(int fd, uint32_t events, Ready ready) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  const int verb = watched_.contains(fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(epoll_, verb, fd, &event) != 0) Die("epoll_ctl");
  watched_[fd] = std::move(ready);
}

void EventLoop::Unwatch(int fd) {
  if (watched_.erase(fd) != 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::Run() {
  while (running_) {
    bool more = false;
    int64_t deadline = kNever;
    for (Part* part : parts_) more |= part->Turn(NowNs());
    for (Part* part : parts_) deadline = std::min(deadline, part->NextNs());
    if (running_) Wait(more ? 0 : deadline);
  }
}

void EventLoop::Wait(int64_t deadline_ns) {
  timespec timeout{};
  if (deadline_ns != kNever) {
    const int64_t left = std::max<int64_t>(0, deadline_ns - NowNs());
    timeout = {left / kNsPerSecond, left % kNsPerSecond};
  }
  epoll_event ready[kBatch];
  const int n = epoll_pwait2(epoll_, ready, kBatch, deadline_ns == kNever ? nullptr : &timeout, nullptr);
  if (n < 0 && errno != EINTR) Die("epoll_pwait2");
  for (int i = 0; i < n; ++i) {
    const auto it = watched_.find(ready[i].data.fd);
    if (it == watched_.end()) continue;  // an earlier one of this batch closed it
    const Ready callback = it->second;   // it may remove itself
    callback(ready[i].events);
  }
}

}  // namespace zt::linux_lab
