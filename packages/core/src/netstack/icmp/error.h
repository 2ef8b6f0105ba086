// ICMP errors: which may be sent, what they quote, and what received ones mean.
#pragma once

#include "netstack/header/icmpv4.h"
#include "netstack/header/icmpv6.h"
#include "netstack/icmp/rate_limit.h"
#include "netstack/ip/ip_layer.h"

namespace zt::netstack {

class IcmpErrors {
 public:
  // Errors are help for well-behaved senders; a scan must not turn us into an amplifier.
  static constexpr int kPerSecond = 100;
  static constexpr int kBurst = 50;

  IcmpErrors(IpLayer& ip, DropCounters& drops, StackCounters& counters)
      : ip_(ip), drops_(drops), counters_(counters), limit_(kPerSecond, kBurst) {}

  // Answers `packet` with an error of its family, unless a rule forbids it (RFC 1122 §3.2.2, RFC 4443 §2.4 e).
  void Send(const Now& now, const IpPacket& packet, uint8_t type, uint8_t code, uint32_t rest);
  void SendPortUnreachable(const Now& now, const IpPacket& packet);
  void SendProtocolUnreachable(const Now& now, const IpPacket& packet);

  // The meaning of a received error, or none when it says nothing about a packet of ours.
  static std::optional<TransportError> Interpret(const Icmpv4& message);
  static std::optional<TransportError> Interpret(const Icmpv6& message);

 private:
  IpLayer& ip_;
  DropCounters& drops_;
  StackCounters& counters_;
  AnswerRateLimit limit_;
};

}  // namespace zt::netstack
