#include "netstack/ip/reassembly.h"

namespace zt::netstack {

std::optional<Reassembly::Whole> Reassembly::Add(const Now& now, const FragmentKey& key,
                                                 uint8_t protocol, size_t offset, bool more,
                                                 ByteSpan data) {
  const size_t end = offset + data.size();
  // All but the last are multiples of 8 (RFC 8200 §4.5); nothing may pass the largest packet.
  if (data.empty() || end > 65535 || (more && data.size() % 8 != 0)) {
    drops_.Count(DropReason::kMalformed);
    return std::nullopt;
  }
  auto it = partials_.find(key);
  if (it == partials_.end()) {
    while (!partials_.empty() &&
           (partials_.size() >= kMaxDatagrams || bytes_ + data.size() > kMaxBytes)) {
      EvictOldest();
    }
    it = partials_.emplace(key, Partial{}).first;
    it->second.expires = now.mono + kTimeout;
  }
  Partial& partial = it->second;
  if (partial.poisoned) return std::nullopt;
  auto next = partial.parts.lower_bound(offset);
  if (next != partial.parts.end() && next->first == offset && next->second.size() == data.size()) {
    return std::nullopt;
  }
  const bool hits_next = next != partial.parts.end() && next->first < end;
  const bool hits_previous = next != partial.parts.begin() &&
                             std::prev(next)->first + std::prev(next)->second.size() > offset;
  const bool past_end = partial.total != 0 && (end > partial.total || !more);
  const bool before_known = !more && !partial.parts.empty() &&
                            partial.parts.rbegin()->first + partial.parts.rbegin()->second.size() > end;
  if (hits_next || hits_previous || past_end || before_known ||
      partial.parts.size() >= kMaxFragments || bytes_ + data.size() > kMaxBytes) {
    drops_.Count(DropReason::kMalformed);
    Poison(partial);
    return std::nullopt;
  }
  partial.parts.emplace_hint(next, offset, Bytes(data.begin(), data.end()));
  partial.received += data.size();
  bytes_ += data.size();
  if (!more) partial.total = end;
  if (offset == 0) partial.protocol = protocol;
  if (partial.total == 0 || partial.received != partial.total) return std::nullopt;
  Whole whole = Assemble(partial);
  Drop(it);
  return whole;
}

void Reassembly::HandleTimeout(const Now& now) {
  for (auto it = partials_.begin(); it != partials_.end();) {
    auto current = it++;
    if (now.mono < current->second.expires) continue;
    if (!current->second.poisoned) drops_.Count(DropReason::kFragmentTimeout);
    Drop(current);
  }
}

Deadline Reassembly::NextTimeout() const {
  Deadline deadline{Instant::Never(), "reassembly"};
  for (const auto& [key, partial] : partials_) {
    if (partial.expires < deadline.at) deadline.at = partial.expires;
  }
  return deadline;
}

void Reassembly::Forget(NetworkId interface) {
  for (auto it = partials_.begin(); it != partials_.end();) {
    auto current = it++;
    if (current->first.interface == interface) Drop(current);
  }
}

void Reassembly::Drop(Map::iterator it) {
  bytes_ -= it->second.received;
  partials_.erase(it);
}

void Reassembly::Poison(Partial& partial) {
  bytes_ -= partial.received;
  partial.received = 0;
  partial.parts.clear();
  partial.poisoned = true;
}

void Reassembly::EvictOldest() {
  auto oldest = partials_.begin();
  for (auto it = partials_.begin(); it != partials_.end(); ++it) {
    if (it->second.expires < oldest->second.expires) oldest = it;
  }
  drops_.Count(DropReason::kQueueFull);
  Drop(oldest);
}

Reassembly::Whole Reassembly::Assemble(Partial& partial) {
  Whole whole{partial.protocol, {}};
  whole.payload.reserve(partial.total);
  for (const auto& [offset, part] : partial.parts) {
    whole.payload.insert(whole.payload.end(), part.begin(), part.end());
  }
  return whole;
}

}  // namespace zt::netstack
