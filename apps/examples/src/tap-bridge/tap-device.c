// A TAP device on standard input and output: Node has no ioctl, and this is all of it that is needed.
//
//   cc -O2 -o tap-device tap-device.c && ip netns exec NAMESPACE ./tap-device NAME
//
// Both ways a sequence of records: a length of two bytes, big-endian, and an Ethernet frame. The first record out is empty
// and says that the device is there. As many frames as are ready go in one write. Neither way waits for the other. The
// device lives as long as this program, which ends with its input or output, or with 1 when somebody deletes the device.
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { kMaxFrame = 65535, kBuffer = 4 * (kMaxFrame + 2), kBatch = 65536 };

static uint8_t from_device[kBuffer], to_device[kBuffer];
static size_t out_at, out_size;  // what of from_device is still to be written

static void Die(const char* what) {
  perror(what);
  exit(1);
}

static int OpenTap(const char* name) {
  const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) Die("cannot open /dev/net/tun");
  struct ifreq request;
  memset(&request, 0, sizeof request);
  if (strlen(name) >= IFNAMSIZ) {
    errno = ENAMETOOLONG;
    Die(name);
  }
  strcpy(request.ifr_name, name);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (ioctl(fd, TUNSETIFF, &request) != 0) Die("cannot make the TAP device");
  return fd;
}

// As much as the reader takes now.
static void Flush(void) {
  while (out_at < out_size) {
    const ssize_t n = write(STDOUT_FILENO, from_device + out_at, out_size - out_at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) exit(0);  // the reader is gone
    out_at += (size_t)n;
  }
  out_at = out_size = 0;
}

// Everything the kernel sends now, up to a batch. While a slow reader has not taken it the kernel's own queue drops.
static void MoveOut(int tap) {
  while (out_size < kBatch) {
    const ssize_t n = read(tap, from_device + out_size + 2, kMaxFrame);
    if (n <= 0) break;  // EAGAIN: all taken; EIO: the device is down
    from_device[out_size] = (uint8_t)(n >> 8);
    from_device[out_size + 1] = (uint8_t)n;
    out_size += 2 + (size_t)n;
  }
  Flush();
}

// Whole records to the device. What the device does not take (it is down) is lost, as on a cable. Bytes left over.
static size_t MoveIn(int tap, size_t size) {
  size_t at = 0;
  while (size - at >= 2) {
    const size_t length = (size_t)to_device[at] << 8 | to_device[at + 1];
    if (size - at < 2 + length) break;
    const ssize_t written = write(tap, to_device + at + 2, length);
    (void)written;
    at += 2 + length;
  }
  memmove(to_device, to_device + at, size - at);
  return size - at;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s NAME\n", argv[0]);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  // A terminal, or a supervisor, sends these to our parent too, which ends us in order.
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  const int tap = OpenTap(argv[1]);
  if (fcntl(STDOUT_FILENO, F_SETFL, O_WRONLY | O_NONBLOCK) != 0) Die("fcntl");
  out_size = 2;  // The empty record.
  Flush();
  size_t held = 0;
  for (;;) {
    struct pollfd waits[3] = {{STDIN_FILENO, POLLIN, 0},
                              {tap, out_size == 0 ? POLLIN : 0, 0},
                              {STDOUT_FILENO, out_size == 0 ? 0 : POLLOUT, 0}};
    if (poll(waits, 3, -1) < 0) {
      if (errno == EINTR) continue;
      Die("poll");
    }
    const int broken = POLLERR | POLLHUP | POLLNVAL;
    if ((waits[1].revents & broken) != 0) {
      fprintf(stderr, "tap-device: somebody deleted the device %s\n", argv[1]);
      return 1;
    }
    if ((waits[2].revents & broken) != 0) return 0;  // the reader is gone
    if (waits[0].revents != 0) {
      const ssize_t n = read(STDIN_FILENO, to_device + held, sizeof to_device - held);
      if (n == 0) return 0;
      if (n < 0 && errno != EINTR && errno != EAGAIN) Die("read");
      if (n > 0) held = MoveIn(tap, held + (size_t)n);
    }
    if (waits[1].revents != 0) MoveOut(tap);
    if (waits[2].revents != 0) Flush();
  }
}
