// Whether somebody else has our addresses: RFC 4862 §5.4 in the optimistic form of RFC 4429 for IPv6, RFC 5227 for
// IPv4. An address works from the start, so that joining a network does not wait for a second; the checks go on
// beside it and end: an address that was checked costs no wake-up. Bookkeeping only: the owner sends.
#pragma once

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/random.h"
#include "zt/time.h"

namespace zt::netstack {

class AddressCheck {
 public:
  static constexpr int kSolicitations = 1;        // RFC 4862 §5.1 DupAddrDetectTransmits
  static constexpr Millis kRetransTime = 1'000;   // RFC 4861 §10: after the last solicitation the address is ours
  static constexpr int kProbes = 3;               // RFC 5227 §1.1, as the rest
  static constexpr Millis kProbeMin = 1'000;
  static constexpr Millis kProbeMax = 2'000;
  static constexpr Millis kAnnounceWait = 2'000;
  static constexpr int kAnnouncements = 2;
  static constexpr Millis kAnnounceInterval = 2'000;
  static constexpr Millis kDefendInterval = 10'000;
  static constexpr Millis kReportInterval = 60'000;  // a quarrel that goes on is told once a minute

  struct Message {
    enum class Kind : uint8_t { kProbe, kAnnouncement, kSolicitation };
    Kind kind = Kind::kProbe;
    IpAddress ip;
  };
  struct Verdict {
    bool report = false;  // tell the application
    bool lost = false;    // the address must not be used (RFC 4862 §5.4.5)
  };

  // The addresses of the interface are these now; new ones are checked, if `check`.
  void SetAddresses(const Now& now, std::span<const IpPrefix> addresses, bool check, RandomSource& random);
  // Another station claims `ip`, one of ours. `proof`: it uses the address or has it; else it only asks for it as we
  // do, which matters while we are checking.
  Verdict HandleClaim(const Now& now, const IpAddress& ip, Mac mac, bool proof);
  // RFC 4429 §2.1: in use, not yet known to be ours alone.
  bool IsOptimistic(const IpAddress& ip) const;
  bool IsLost(const IpAddress& ip) const;

  void HandleTimeout(const Now& now, RandomSource& random);
  Deadline NextTimeout() const { return deadline_; }
  std::vector<Message> TakeMessages() { return std::exchange(messages_, {}); }

 private:
  enum class Phase : uint8_t { kChecking, kAnnouncing, kDone, kLost };
  struct State {
    Phase phase = Phase::kDone;
    int sent = 0;
    Instant next = Instant::Never();
    Instant defended = Instant::LongAgo(), reported = Instant::LongAgo();
    Mac reported_mac;
  };

  void Continue(const Now& now, const IpAddress& ip, State& state, RandomSource& random);
  void UpdateDeadline();

  std::map<IpAddress, State> states_;  // bounded by IpLayer::kMaxAddresses
  std::vector<Message> messages_;
  Deadline deadline_;
};

}  // namespace zt::netstack
