// Echo requests of ours and their answers (RFC 792, RFC 4443 §4).
#pragma once

#include <map>

#include "netstack/header/icmpv4.h"
#include "netstack/header/icmpv6.h"
#include "netstack/icmp/rate_limit.h"
#include "netstack/ip/ip_layer.h"
#include "netstack/socket/event_queue.h"

namespace zt::netstack {

class Echo {
 public:
  static constexpr size_t kMaxPings = 1024;         // outstanding; more is a flood, not a measurement
  static constexpr size_t kMaxPayload = 65'000;     // with headers one datagram
  static constexpr Millis kDefaultTimeout = 10'000;

  // Answers to strangers: far above a flood ping, far below what would keep a machine busy (RFC 1812 §4.3.2.8).
  static constexpr int kAnswersPerSecond = 10'000;
  static constexpr int kAnswerBurst = 2'000;

  Echo(IpLayer& ip, EventQueue& events, DropCounters& drops, StackCounters& counters, RandomSource& random)
      : ip_(ip),
        events_(events),
        drops_(drops),
        counters_(counters),
        identifier_(static_cast<uint16_t>(random.U32())) {}

  Status Ping(const Now& now, NetworkId interface, const IpAddress& to, uint32_t token,
              size_t payload_size, Millis timeout);
  void HandleReply(const Now& now, const IpPacket& packet, uint32_t rest);
  void AnswerV4(const Now& now, const IpPacket& packet, const Icmpv4& request);
  void AnswerV6(const Now& now, const IpPacket& packet, const Icmpv6& request);
  // An error about one of our requests.
  void HandleError(const Now& now, const TransportError& error);
  bool IsPending(const TransportError& error) { return Quoted(error) != pending_.end(); }
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;
  void Forget(NetworkId interface);  // its pings fail

 private:
  struct Pending {
    uint32_t token = 0;
    NetworkId interface;
    IpAddress remote;
    Instant sent, expires;
  };
  std::map<uint16_t, Pending>::iterator Quoted(const TransportError& error);
  void Finish(std::map<uint16_t, Pending>::iterator it, Status status, Millis rtt);
  // None: no way back, or too many answers.
  Status Send(const Now& now, const Path& path, const IpAddress& to, ByteSpan message);
  std::optional<Path> PathBack(const Now& now, const IpPacket& packet);

  IpLayer& ip_;
  EventQueue& events_;
  DropCounters& drops_;
  StackCounters& counters_;
  AnswerRateLimit answers_{kAnswersPerSecond, kAnswerBurst};
  uint16_t identifier_;
  uint16_t sequence_ = 0;
  std::map<uint16_t, Pending> pending_;  // by sequence number
};

}  // namespace zt::netstack
