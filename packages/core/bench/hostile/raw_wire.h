// The loopback interface as an attacker on the wire has it: every datagram to a port overheard, and datagrams sent with
// any source address. Needs CAP_NET_RAW (packet(7), raw(7)).
#pragma once

#include <array>
#include <netinet/in.h>
#include <span>
#include <string>
#include <sys/socket.h>
#include <vector>

#include "sim/flood/attacker.h"

namespace zt::hostile {

// Waits for `count` datagrams to `victim`, at most `seconds` long, and shows them to the attacker; what does not name
// the victim's address is left out. Returns how many it got.
size_t Overhear(sim::Attacker& attacker, const Endpoint& victim, NodeAddress address, size_t count, int seconds);

// IPv4 and UDP headers before the bytes; the kernel fills in what raw(7) says, and UDP has no checksum.
Bytes Framed(const sim::Attacker::Shot& shot, const Endpoint& to);

class RawSender {
 public:
  static constexpr size_t kBatch = 32;

  RawSender();
  ~RawSender();
  RawSender(const RawSender&) = delete;
  RawSender& operator=(const RawSender&) = delete;
  bool ok() const { return fd_ >= 0; }
  // Sends packets made by Framed, at most kBatch. Returns how many went.
  size_t Send(std::span<Bytes* const> packets);

 private:
  int fd_;
  std::array<mmsghdr, kBatch> headers_{};
  std::array<iovec, kBatch> pieces_{};
  std::array<sockaddr_in, kBatch> addresses_{};
};

}  // namespace zt::hostile
