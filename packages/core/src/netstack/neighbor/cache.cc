#include "netstack/neighbor/cache.h"

#include <algorithm>
#include <tuple>

namespace zt::netstack {

std::optional<Mac> NeighborCache::Lookup(const Now& now, const IpAddress& ip) {
  auto it = entries_.find(ip);
  if (it == entries_.end()) {
    it = Create(now, ip);
    Entry& entry = it->second;
    entry.used = now.mono;
    entry.state = NeighborState::kIncomplete;
    Solicit(now, it);
    return std::nullopt;
  }
  Entry& entry = it->second;
  entry.used = now.mono;
  if (entry.state == NeighborState::kIncomplete) return std::nullopt;
  Age(now, entry);
  if (entry.state == NeighborState::kStale) {  // RFC 4861 §7.3.3: use starts the delay, then a unicast probe
    entry.state = NeighborState::kDelay;
    SetTimer(entry, now.mono + kDelayFirstProbe);
  }
  return entry.mac;
}

bool NeighborCache::Hold(const IpAddress& ip, Bytes packet) {
  auto it = entries_.find(ip);
  if (it == entries_.end() || it->second.state != NeighborState::kIncomplete) return false;
  if (it->second.pending.size() >= kMaxPending || pending_bytes_ + packet.size() > kMaxPendingBytes) return false;
  pending_bytes_ += packet.size();
  it->second.pending.push_back(std::move(packet));
  return true;
}

// RFC 4861 §7.2.3: the source of a solicitation is worth an entry, but its way is not proven.
void NeighborCache::HandleSolicitation(const Now& now, const IpAddress& source, Mac mac) {
  if (mac.value == 0 || mac.IsMulticast()) return;
  auto it = entries_.find(source);
  if (it == entries_.end()) {
    it = Create(now, source);
    it->second.mac = mac;
    return;
  }
  Entry& entry = it->second;
  const bool known = entry.state != NeighborState::kIncomplete;
  if (known && entry.mac == mac) return;
  BecomeStale(entry, mac);
  if (!known) Release(entry);
}

// RFC 4861 §7.2.5 and appendix C.
void NeighborCache::HandleAdvertisement(const Now& now, const IpAddress& target, const Advertisement& ad,
                                        RandomSource& random) {
  auto it = entries_.find(target);
  if (it == entries_.end()) return;  // nobody here asked
  Entry& entry = it->second;
  if (ad.mac && (ad.mac->value == 0 || ad.mac->IsMulticast())) return;
  if (entry.state == NeighborState::kIncomplete) {
    if (!ad.mac) return;
    if (ad.solicited) {
      entry.mac = *ad.mac;
      BecomeReachable(now, entry, random);
    } else {
      BecomeStale(entry, *ad.mac);
    }
    return Release(entry);
  }
  Age(now, entry);
  const bool differs = ad.mac && *ad.mac != entry.mac;
  if (differs && !ad.override) {  // §7.2.5 I
    if (entry.state == NeighborState::kReachable) BecomeStale(entry, entry.mac);
    return;
  }
  if (ad.solicited) {
    if (differs) entry.mac = *ad.mac;
    BecomeReachable(now, entry, random);
  } else if (differs) {
    BecomeStale(entry, *ad.mac);
  }
}

void NeighborCache::Confirm(const Now& now, const IpAddress& ip, RandomSource& random) {
  auto it = entries_.find(ip);
  if (it == entries_.end() || it->second.state == NeighborState::kIncomplete) return;
  Entry& entry = it->second;
  // Refreshing at half time keeps this off the per-segment path.
  const bool fresh = entry.reachable_until - now.mono > kReachableTime / 4;
  if (entry.state == NeighborState::kReachable && fresh) return;
  BecomeReachable(now, entry, random);
}

bool NeighborCache::IsAsked(const IpAddress& ip) const {
  auto it = entries_.find(ip);
  if (it == entries_.end()) return false;
  return it->second.state == NeighborState::kIncomplete || it->second.state == NeighborState::kProbe;
}

std::optional<NeighborState> NeighborCache::StateOf(const Now& now, const IpAddress& ip) const {
  auto it = entries_.find(ip);
  if (it == entries_.end()) return std::nullopt;
  const Entry& entry = it->second;
  const bool aged = entry.state == NeighborState::kReachable && entry.reachable_until < now.mono;
  return aged ? NeighborState::kStale : entry.state;
}

void NeighborCache::Clear() {
  entries_.clear();
  pending_bytes_ = 0;
  solicitations_.clear();
  released_.clear();
  failed_.clear();
  UpdateDeadline();
}

void NeighborCache::HandleTimeout(const Now& now) {
  if (now.mono < deadline_.at) return;
  deadline_.at = Instant::LongAgo();  // looked for once, at the end
  for (auto it = entries_.begin(); it != entries_.end();) {
    auto current = it++;
    Entry& entry = current->second;
    if (now.mono < entry.timer) continue;
    if (entry.state == NeighborState::kDelay) {
      entry.state = NeighborState::kProbe;
      entry.tries = 0;
    }
    const int limit = entry.state == NeighborState::kProbe ? kMaxUnicastProbes : kMaxSolicitations;
    if (entry.tries >= limit) {
      // RFC 4861 §7.3.3: the entry goes, so that the next packet starts resolution anew.
      Remove(current);
    } else {
      Solicit(now, current);
    }
  }
  UpdateDeadline();
}

// RFC 4861 §7.2.2. What the rate limit holds back is asked by the next try.
void NeighborCache::Solicit(const Now& now, Entries::iterator it) {
  Entry& entry = it->second;
  ++entry.tries;
  SetTimer(entry, now.mono + kRetransTime);
  if (!solicitation_limit_.Allow(now)) return;
  const bool probe = entry.state == NeighborState::kProbe;
  solicitations_.push_back({it->first, probe ? std::optional<Mac>(entry.mac) : std::nullopt});
}

NeighborCache::Entries::iterator NeighborCache::Create(const Now& now, const IpAddress& ip) {
  if (entries_.size() >= kMaxEntries) EvictOne();
  auto it = entries_.try_emplace(ip).first;
  it->second.created = now.mono;
  return it;
}

// First what we never sent to, then what is not proven, then what was not used for longest: addresses made up by a
// stranger do not displace the neighbours we talk to.
void NeighborCache::EvictOne() {
  const auto rank = [](const Entry& e) {
    const bool used = e.used != Instant::LongAgo();
    return std::tuple(used, used && e.state == NeighborState::kReachable, used ? e.used : e.created);
  };
  auto worst = std::min_element(entries_.begin(), entries_.end(),
                                [&](const auto& a, const auto& b) { return rank(a.second) < rank(b.second); });
  const bool earliest = worst->second.timer == deadline_.at;
  Remove(worst);
  if (earliest) UpdateDeadline();
}

void NeighborCache::Remove(Entries::iterator it) {
  for (Bytes& packet : TakePending(it->second)) failed_.push_back(std::move(packet));
  entries_.erase(it);
}

void NeighborCache::Age(const Now& now, Entry& entry) {
  if (entry.state == NeighborState::kReachable && entry.reachable_until < now.mono) entry.state = NeighborState::kStale;
}

void NeighborCache::BecomeReachable(const Now& now, Entry& entry, RandomSource& random) {
  entry.state = NeighborState::kReachable;
  SetTimer(entry, Instant::Never());
  // RFC 4861 §6.3.2: uniform between 0.5 and 1.5 of the base value.
  entry.reachable_until =
      now.mono + kReachableTime / 2 + static_cast<Millis>(random.Below(kReachableTime));
}

void NeighborCache::BecomeStale(Entry& entry, Mac mac) {
  entry.mac = mac;
  entry.state = NeighborState::kStale;
  SetTimer(entry, Instant::Never());
}

void NeighborCache::Release(Entry& entry) {
  for (Bytes& packet : TakePending(entry)) released_.push_back({entry.mac, std::move(packet)});
}

std::vector<Bytes> NeighborCache::TakePending(Entry& entry) {
  for (const Bytes& packet : entry.pending) pending_bytes_ -= packet.size();
  return std::exchange(entry.pending, {});
}

// Only the loss of the earliest timer needs a look at all of them.
void NeighborCache::SetTimer(Entry& entry, Instant at) {
  const Instant before = std::exchange(entry.timer, at);
  if (at <= deadline_.at) {
    deadline_ = {at, "neighbor"};
  } else if (before == deadline_.at) {
    UpdateDeadline();
  }
}

void NeighborCache::UpdateDeadline() {
  deadline_ = {Instant::Never(), "neighbor"};
  for (const auto& [ip, entry] : entries_) deadline_.at = std::min(deadline_.at, entry.timer);
}

}  // namespace zt::netstack
