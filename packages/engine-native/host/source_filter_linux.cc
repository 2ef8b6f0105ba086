// Classic BPF. Offsets count from the UDP header; those from SKF_NET_OFF on from the IP header. A message of several
// datagrams (UDP_GRO) is judged once: they are of one source.
#include "host/source_filter.h"

#include <arpa/inet.h>
#include <cmath>
#include <cstring>
#include <limits>
#include <linux/filter.h>
#include <sys/socket.h>
#include <vector>

#include "base/check.h"

namespace zt::host {

namespace {

constexpr uint32_t kSourcePort = 0;
constexpr uint32_t kSourceV4 = static_cast<uint32_t>(SKF_NET_OFF) + 12;  // RFC 791 §3.1
constexpr uint32_t kSourceV6 = static_cast<uint32_t>(SKF_NET_OFF) + 8;   // RFC 8200 §3
constexpr uint32_t kRandom = static_cast<uint32_t>(SKF_AD_OFF) + SKF_AD_RANDOM;
constexpr uint32_t kAll = std::numeric_limits<uint32_t>::max();  // bytes of the datagram

class Program {
 public:
  void LoadWord(uint32_t at) { Add({BPF_LD | BPF_W | BPF_ABS, 0, 0, at}); }
  void LoadHalf(uint32_t at) { Add({BPF_LD | BPF_H | BPF_ABS, 0, 0, at}); }
  // Goes on when equal, else `skip` instructions further.
  void Equal(uint32_t value, size_t skip) { Add({BPF_JMP | BPF_JEQ | BPF_K, 0, static_cast<uint8_t>(skip), value}); }
  // Goes on when less.
  void Less(uint32_t value, size_t skip) { Add({BPF_JMP | BPF_JGE | BPF_K, static_cast<uint8_t>(skip), 0, value}); }
  void Return(uint32_t bytes) { Add({BPF_RET | BPF_K, 0, 0, bytes}); }
  bool Attach(int fd) {
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
  }

 private:
  void Add(const sock_filter& instruction) { code_.push_back(instruction); }
  std::vector<sock_filter> code_;
};

uint32_t Word(const Endpoint& e, size_t i) {
  const uint8_t* b = &e.ip.bytes[4 * i];
  uint32_t word;
  std::memcpy(&word, b, sizeof word);
  return ntohl(word);
}

// Accepts when all words of the address and the port are equal, else goes on behind itself.
void AcceptFrom(Program& program, const Endpoint& e) {
  const size_t words = e.ip.size() / 4;
  const uint32_t source = e.ip.IsV4() ? kSourceV4 : kSourceV6;
  constexpr size_t kTail = 3;  // the port's and the return
  for (size_t i = 0; i < words; ++i) {
    program.LoadWord(source + static_cast<uint32_t>(4 * i));
    program.Equal(Word(e, i), 2 * (words - 1 - i) + kTail);
  }
  program.LoadHalf(kSourcePort);
  program.Equal(e.port, 1);
  program.Return(kAll);
}

}  // namespace

bool AttachSourceFilter(int fd, IpFamily family, std::span<const Endpoint> known, double share) {
  ZT_CHECK(known.size() <= kMaxKnownEndpoints && share > 0 && share < 1);
  Program program;
  for (const Endpoint& e : known) {
    if (e.ip.family == family) AcceptFrom(program, e);
  }
  program.LoadWord(kRandom);
  program.Less(static_cast<uint32_t>(std::lround(share * kAll)), 1);
  program.Return(kAll);
  program.Return(0);
  // The kernel counts the new program to the socket's memory (net.core.optmem_max) before it frees the old one.
  DetachSourceFilter(fd);
  return program.Attach(fd);
}

void DetachSourceFilter(int fd) {
  const int unused = 0;
  setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}

}  // namespace zt::host
