#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "testing/linux/link_end.h"

namespace zt::linux_lab {

namespace {

constexpr size_t kMaxFrame = 65536;

int OpenTap(const std::string& device) {
  const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) Die("/dev/net/tun");
  ifreq request{};
  device.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (ioctl(fd, TUNSETIFF, &request) != 0) Die("TUNSETIFF");
  return fd;
}

void Enter(int ns) {
  if (ns < 0 || setns(ns, CLONE_NEWNET) != 0) Die("network namespace");
}

}  // namespace

TapEnd::TapEnd(EventLoop& loop, const std::string& ns, const std::string& device) : loop_(loop) {
  const int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  const int other = open(("/run/netns/" + ns).c_str(), O_RDONLY | O_CLOEXEC);
  Enter(other);
  fd_ = OpenTap(device);
  Enter(own);
  close(other);
  close(own);
  // Read by the link at its turn; edge-triggered, because a link may leave frames for later.
  loop_.Watch(fd_, EPOLLIN | EPOLLET, [](uint32_t) {});
}

TapEnd::~TapEnd() {
  loop_.Unwatch(fd_);
  close(fd_);
}

bool TapEnd::Take(Bytes& frame) {
  uint8_t buffer[kMaxFrame];
  const ssize_t n = read(fd_, buffer, sizeof buffer);
  if (n < 0) {
    // EIO: the device is not up yet.
    if (errno != EAGAIN && errno != EIO) Die("read from TAP");
    return false;
  }
  frame.assign(buffer, buffer + n);
  return true;
}

void TapEnd::Deliver(const Bytes& frame) {
  // EIO: the device is down, and the frame is lost as on an unplugged cable.
  if (write(fd_, frame.data(), frame.size()) < 0 && errno != EIO) Die("write to TAP");
}

}  // namespace zt::linux_lab
