#include "netstack/neighbor/address_check.h"

#include <algorithm>

namespace zt::netstack {

void AddressCheck::SetAddresses(const Now& now, std::span<const IpPrefix> addresses, bool check,
                                RandomSource& random) {
  std::erase_if(states_, [&](const auto& entry) {
    return std::none_of(addresses.begin(), addresses.end(),
                        [&](const IpPrefix& p) { return p.address == entry.first; });
  });
  for (const IpPrefix& p : addresses) {
    const auto [it, fresh] = states_.try_emplace(p.address);
    if (!fresh || !check) continue;
    it->second.phase = Phase::kChecking;
    Continue(now, p.address, it->second, random);
  }
  UpdateDeadline();
}

// Sends what is due for an address and says when the next step is.
void AddressCheck::Continue(const Now& now, const IpAddress& ip, State& state, RandomSource& random) {
  if (ip.IsV6()) {
    if (state.sent == kSolicitations) {
      state.phase = Phase::kDone;
      state.next = Instant::Never();
      return;
    }
    ++state.sent;
    messages_.push_back({Message::Kind::kSolicitation, ip});
    state.next = now.mono + kRetransTime;
    return;
  }
  ++state.sent;
  if (state.phase == Phase::kChecking) {  // RFC 5227 §2.1.1
    messages_.push_back({Message::Kind::kProbe, ip});
    if (state.sent < kProbes) {
      state.next = now.mono + kProbeMin + static_cast<Millis>(random.Below(kProbeMax - kProbeMin + 1));
    } else {
      state.phase = Phase::kAnnouncing;
      state.sent = 0;
      state.next = now.mono + kAnnounceWait;
    }
    return;
  }
  messages_.push_back({Message::Kind::kAnnouncement, ip});  // RFC 5227 §2.3
  const bool last = state.sent == kAnnouncements;
  if (last) state.phase = Phase::kDone;
  state.next = last ? Instant::Never() : now.mono + kAnnounceInterval;
}

AddressCheck::Verdict AddressCheck::HandleClaim(const Now& now, const IpAddress& ip, Mac mac, bool proof) {
  const auto it = states_.find(ip);
  if (it == states_.end() || it->second.phase == Phase::kLost) return {};
  State& state = it->second;
  const bool checking = state.phase == Phase::kChecking;
  if (!proof && !checking) return {};
  Verdict verdict;
  if (ip.IsV6() && checking) {
    state.phase = Phase::kLost;
    state.next = Instant::Never();
    verdict.lost = true;
    UpdateDeadline();
  } else if (ip.IsV4() && proof && now.mono - state.defended >= kDefendInterval) {
    // RFC 5227 §2.4 (c): the controller gave the address, so it is kept, and defended once in the interval.
    state.defended = now.mono;
    messages_.push_back({Message::Kind::kAnnouncement, ip});
  }
  const Millis since = now.mono - state.reported;
  verdict.report = since >= kReportInterval || (mac != state.reported_mac && since >= kDefendInterval);
  if (!verdict.report) return verdict;
  state.reported = now.mono;
  state.reported_mac = mac;
  return verdict;
}

bool AddressCheck::IsOptimistic(const IpAddress& ip) const {
  const auto it = states_.find(ip);
  return it != states_.end() && it->second.phase == Phase::kChecking;
}

bool AddressCheck::IsLost(const IpAddress& ip) const {
  const auto it = states_.find(ip);
  return it != states_.end() && it->second.phase == Phase::kLost;
}

void AddressCheck::HandleTimeout(const Now& now, RandomSource& random) {
  if (now.mono < deadline_.at) return;
  for (auto& [ip, state] : states_) {
    if (state.next <= now.mono) Continue(now, ip, state, random);
  }
  UpdateDeadline();
}

void AddressCheck::UpdateDeadline() {
  deadline_ = {Instant::Never(), "address check"};
  for (const auto& [ip, state] : states_) deadline_.at = std::min(deadline_.at, state.next);
}

}  // namespace zt::netstack
