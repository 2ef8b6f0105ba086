#include "netstack/neighbor/cache.h"

namespace zt::netstack {

std::optional<Mac> NeighborCache::Lookup(const Now& now, const IpAddress& ip) {
  auto it = entries_.find(ip);
  if (it == entries_.end()) {
    Entry& entry = Create(now, ip);
    entry.state = State::kIncomplete;
    entry.tries = 1;
    entry.timer = now.mono + kRetransTime;
    solicitations_.push_back({ip, std::nullopt});
    UpdateDeadline();
    return std::nullopt;
  }
  Entry& entry = it->second;
  entry.used = now.mono;
  if (entry.state == State::kIncomplete) return std::nullopt;
  if (entry.state == State::kReachable && entry.reachable_until < now.mono) {
    entry.state = State::kStale;
  }
  if (entry.state == State::kStale) {  // RFC 4861 §7.3.3: use starts the delay, then a unicast probe
    entry.state = State::kDelay;
    entry.timer = now.mono + kDelayFirstProbe;
    UpdateDeadline();
  }
  return entry.mac;
}

bool NeighborCache::Hold(const IpAddress& ip, Bytes packet) {
  auto it = entries_.find(ip);
  if (it == entries_.end() || it->second.state != State::kIncomplete) return false;
  if (it->second.pending.size() >= kMaxPending || pending_bytes_ + packet.size() > kMaxPendingBytes) return false;
  pending_bytes_ += packet.size();
  it->second.pending.push_back(std::move(packet));
  return true;
}

void NeighborCache::Learn(const Now& now, const IpAddress& ip, Mac mac, Evidence evidence,
                          bool override, RandomSource& random) {
  if (mac.value == 0 || mac.IsMulticast()) return;
  auto it = entries_.find(ip);
  if (it == entries_.end()) {
    if (evidence != Evidence::kRequest) return;
    Create(now, ip).mac = mac;
    return;
  }
  Entry& entry = it->second;
  const bool known = entry.state != State::kIncomplete;
  const bool changed = entry.mac != mac;
  if (known && changed && !override) {  // RFC 4861 §7.2.5 I
    if (entry.state == State::kReachable) entry.state = State::kStale;
    return;
  }
  entry.mac = mac;
  if (evidence == Evidence::kReply) {
    BecomeReachable(now, entry, random);
  } else if (!known || changed) {
    entry.state = State::kStale;
    entry.timer = Instant::Never();
  }
  if (!known) Release(entry);
  UpdateDeadline();
}

void NeighborCache::Confirm(const Now& now, const IpAddress& ip, RandomSource& random) {
  auto it = entries_.find(ip);
  if (it == entries_.end() || it->second.state == State::kIncomplete) return;
  Entry& entry = it->second;
  // Refreshing at half time keeps this off the per-segment path.
  if (entry.state == State::kReachable && entry.reachable_until - now.mono > kReachableTime / 4) {
    return;
  }
  BecomeReachable(now, entry, random);
  UpdateDeadline();
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
  for (auto it = entries_.begin(); it != entries_.end();) {
    Entry& entry = it->second;
    if (now.mono < entry.timer) {
      ++it;
      continue;
    }
    if (entry.state == State::kDelay) {
      entry.state = State::kProbe;
      entry.tries = 0;
    }
    const int limit = entry.state == State::kProbe ? kMaxUnicastProbes : kMaxSolicitations;
    if (entry.tries >= limit) {
      // RFC 4861 §7.3.3: the entry goes, so that the next packet starts resolution anew.
      for (Bytes& packet : TakePending(entry)) failed_.push_back(std::move(packet));
      it = entries_.erase(it);
      continue;
    }
    ++entry.tries;
    entry.timer = now.mono + kRetransTime;
    const bool probe = entry.state == State::kProbe;
    solicitations_.push_back({it->first, probe ? std::optional<Mac>(entry.mac) : std::nullopt});
    ++it;
  }
  UpdateDeadline();
}

NeighborCache::Entry& NeighborCache::Create(const Now& now, const IpAddress& ip) {
  if (entries_.size() >= kMaxEntries) {
    auto oldest = entries_.begin();
    for (auto it = entries_.begin(); it != entries_.end(); ++it) {
      if (it->second.used < oldest->second.used) oldest = it;
    }
    for (Bytes& packet : TakePending(oldest->second)) failed_.push_back(std::move(packet));
    entries_.erase(oldest);
  }
  Entry& entry = entries_[ip];
  entry.used = now.mono;
  return entry;
}

void NeighborCache::BecomeReachable(const Now& now, Entry& entry, RandomSource& random) {
  entry.state = State::kReachable;
  entry.timer = Instant::Never();
  // RFC 4861 §6.3.2: uniform between 0.5 and 1.5 of the base value.
  entry.reachable_until =
      now.mono + kReachableTime / 2 + static_cast<Millis>(random.Below(kReachableTime));
}

void NeighborCache::Release(Entry& entry) {
  for (Bytes& packet : TakePending(entry)) released_.push_back({entry.mac, std::move(packet)});
}

std::vector<Bytes> NeighborCache::TakePending(Entry& entry) {
  for (const Bytes& packet : entry.pending) pending_bytes_ -= packet.size();
  return std::exchange(entry.pending, {});
}

void NeighborCache::UpdateDeadline() {
  deadline_ = {Instant::Never(), "neighbor"};
  for (const auto& [ip, entry] : entries_) {
    if (entry.timer < deadline_.at) deadline_.at = entry.timer;
  }
}

}  // namespace zt::netstack
