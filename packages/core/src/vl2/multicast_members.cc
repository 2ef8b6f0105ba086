#include "vl2/multicast_members.h"

#include <algorithm>

namespace zt::vl2 {

MulticastMembers::Added MulticastMembers::Add(Instant now, NetworkId network, const MulticastGroup& group,
                                              NodeAddress member) {
  auto it = groups_.find(Key{network, group});
  if (it == groups_.end()) {
    if (groups_.size() >= kMaxGroups || entries_ >= kMaxEntries) return Added::kFull;
    it = groups_.emplace(Key{network, group}, std::vector<Member>{}).first;
  }
  for (Member& m : it->second) {
    if (m.address != member) continue;
    m.seen = now;
    return Added::kRefreshed;
  }
  if (it->second.size() >= kMaxPerGroup || entries_ >= kMaxEntries) return Added::kFull;
  it->second.push_back({member, now});
  ++entries_;
  next_ = std::min(next_, now + kExpiry);
  return Added::kNew;
}

void MulticastMembers::Remove(NetworkId network, const MulticastGroup& group, NodeAddress member) {
  const auto it = groups_.find(Key{network, group});
  if (it == groups_.end()) return;
  entries_ -= std::erase_if(it->second, [&](const Member& m) { return m.address == member; });
  if (it->second.empty()) groups_.erase(it);
}

std::span<const MulticastMembers::Member> MulticastMembers::Of(NetworkId network, const MulticastGroup& group) const {
  const auto it = groups_.find(Key{network, group});
  if (it == groups_.end()) return {};
  return it->second;
}

std::vector<NodeAddress> MulticastMembers::Shuffled(NetworkId network, const MulticastGroup& group, NodeAddress except,
                                                    RandomSource& random) const {
  std::vector<NodeAddress> out;
  for (const Member& m : Of(network, group)) {
    if (m.address != except) out.push_back(m.address);
  }
  for (size_t i = out.size(); i > 1; --i) std::swap(out[i - 1], out[random.Below(i)]);
  return out;
}

void MulticastMembers::Expire(Instant now) {
  if (now < next_) return;
  Instant oldest = Instant::Never();
  for (auto it = groups_.begin(); it != groups_.end();) {
    entries_ -= std::erase_if(it->second, [&](const Member& m) { return now - m.seen >= kExpiry; });
    for (const Member& m : it->second) oldest = std::min(oldest, m.seen);
    it = it->second.empty() ? groups_.erase(it) : std::next(it);
  }
  next_ = oldest == Instant::Never() ? oldest : std::max(oldest + kExpiry, now + kCleaning);
}

}  // namespace zt::vl2
