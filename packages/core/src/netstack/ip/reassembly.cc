#include "netstack/ip/reassembly.h"

#include <algorithm>

namespace zt::netstack {

std::optional<Reassembly::Whole> Reassembly::Add(const Now& now, const FragmentKey& key,
                                                 uint8_t protocol, size_t offset, bool more,
                                                 ByteSpan data, ByteSpan packet) {
  const size_t end = offset + data.size();
  // All but the last are multiples of 8 (RFC 8200 §4.5); nothing may pass the largest packet.
  if (data.empty() || end > 65535 || (more && data.size() % 8 != 0)) {
    Refuse(key, &ProtocolCounters::lenerr, DropReason::kMalformed);
    return std::nullopt;
  }
  auto it = partials_.find(key);
  if (it == partials_.end()) it = Start(now, key, data.size());
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
  const bool full = partial.parts.size() >= kMaxFragments || bytes_ + data.size() > kMaxBytes;
  if (hits_next || hits_previous || past_end || before_known || full) {  // RFC 5722
    Refuse(key, full ? &ProtocolCounters::memerr : &ProtocolCounters::proterr, DropReason::kMalformed);
    Poison(partial);
    return std::nullopt;
  }
  partial.parts.emplace_hint(next, offset, Bytes(data.begin(), data.end()));
  partial.received += data.size();
  bytes_ += data.size();
  if (!more) partial.total = end;
  if (offset == 0) {
    partial.protocol = protocol;
    const ByteSpan start = packet.first(std::min(packet.size(), kQuoteSize));
    partial.quote.assign(start.begin(), start.end());
  }
  if (partial.total == 0 || partial.received != partial.total) return std::nullopt;
  Whole whole = Assemble(partial);
  Drop(it);
  return whole;
}

Reassembly::Map::iterator Reassembly::Start(const Now& now, const FragmentKey& key, size_t size) {
  const auto same = [&](const auto& entry) { return entry.first.source == key.source; };
  if (static_cast<size_t>(std::count_if(partials_.begin(), partials_.end(), same)) >= kMaxPerSource) {
    Evict(Oldest(&key.source));
  }
  while (!partials_.empty() && (partials_.size() >= kMaxDatagrams || bytes_ + size > kMaxBytes)) {
    Evict(Oldest(nullptr));
  }
  auto it = partials_.emplace(key, Partial{}).first;
  it->second.expires = now.mono + (key.source.IsV4() ? kTimeoutV4 : kTimeoutV6);
  return it;
}

void Reassembly::Refuse(const FragmentKey& key, uint64_t ProtocolCounters::*why, DropReason reason) {
  ProtocolCounters& counters = counters_[key.source.IsV4() ? StackProtocol::kIp4Frag : StackProtocol::kIp6Frag];
  ++counters.drop;
  ++(counters.*why);
  drops_.Count(reason);
}

void Reassembly::HandleTimeout(const Now& now) {
  for (auto it = partials_.begin(); it != partials_.end();) {
    auto current = it++;
    if (now.mono < current->second.expires) continue;
    if (!current->second.poisoned) {
      Refuse(current->first, &ProtocolCounters::err, DropReason::kFragmentTimeout);
      if (!current->second.quote.empty()) {
        expired_.push_back({current->first.interface, std::move(current->second.quote)});
      }
    }
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

Reassembly::Map::iterator Reassembly::Oldest(const IpAddress* source) {
  auto oldest = partials_.end();
  for (auto it = partials_.begin(); it != partials_.end(); ++it) {
    if (source != nullptr && it->first.source != *source) continue;
    if (oldest == partials_.end() || it->second.expires < oldest->second.expires) oldest = it;
  }
  return oldest;
}

void Reassembly::Evict(Map::iterator it) {
  Refuse(it->first, &ProtocolCounters::memerr, DropReason::kQueueFull);
  Drop(it);
}

Reassembly::Whole Reassembly::Assemble(Partial& partial) {
  Whole whole{partial.protocol, {}, std::move(partial.quote)};
  whole.payload.reserve(partial.total);
  for (const auto& [offset, part] : partial.parts) {
    whole.payload.insert(whole.payload.end(), part.begin(), part.end());
  }
  return whole;
}

}  // namespace zt::netstack
