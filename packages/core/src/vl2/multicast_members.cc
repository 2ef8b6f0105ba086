#include "vl2/multicast_members.h"

#include <algorithm>

namespace zt::vl2 {
namespace {

std::vector<MulticastMembers::Member>::iterator Place(std::vector<MulticastMembers::Member>& group,
                                                      NodeAddress member) {
  return std::lower_bound(group.begin(), group.end(), member,
                          [](const MulticastMembers::Member& m, NodeAddress a) { return m.address < a; });
}

void Shuffle(std::vector<NodeAddress>& addresses, RandomSource& random) {
  for (size_t i = addresses.size(); i > 1; --i) std::swap(addresses[i - 1], addresses[random.Below(i)]);
}

}  // namespace

void MulticastMembers::Count(NodeAddress teller, ptrdiff_t change) {
  const auto at = told_.try_emplace(teller, 0).first;
  at->second += static_cast<size_t>(change);
  entries_ += static_cast<size_t>(change);
  if (at->second == 0) told_.erase(at);
}

template <typename Predicate>
void MulticastMembers::EraseIf(Predicate unwanted) {
  for (auto it = groups_.begin(); it != groups_.end();) {
    std::erase_if(it->second, [&](const Member& m) {
      const bool gone = unwanted(it->first, m);
      if (gone) Count(m.teller, -1);
      return gone;
    });
    if (it->second.capacity() > 4 * it->second.size()) it->second.shrink_to_fit();
    it = it->second.empty() ? groups_.erase(it) : std::next(it);
  }
}

MulticastMembers::Added MulticastMembers::Add(Instant now, NetworkId network, const MulticastGroup& group,
                                              const Report& report) {
  auto it = groups_.find(Key{network, group});
  if (it != groups_.end()) {
    const auto at = Place(it->second, report.member);
    if (at != it->second.end() && at->address == report.member) {
      at->seen = now;
      if (report.vouched) at->vouched = now;
      if (report.teller == report.member && at->teller != report.member) {  // it is no longer another's burden
        Count(at->teller, -1);
        Count(report.member, 1);
        at->teller = report.member;
      }
      return Added::kRefreshed;
    }
  }
  if (!MakeRoom(it == groups_.end() ? nullptr : &it->second, report.teller, report.member)) return Added::kFull;
  it = groups_.try_emplace(Key{network, group}).first;  // making room may have erased it
  it->second.insert(Place(it->second, report.member),
                    {report.member, report.teller, now, report.vouched ? now : Instant::LongAgo()});
  Count(report.teller, 1);
  next_ = std::min(next_, now + kExpiry);
  return Added::kNew;
}

bool MulticastMembers::MakeRoom(Group* group, NodeAddress teller, NodeAddress member) {
  const auto told = told_.find(teller);
  if (told != told_.end() && told->second >= kMaxPerTeller) return false;
  if (group != nullptr && group->size() >= kMaxPerGroup) {
    // A member that announces itself is worth more than what somebody said of another.
    const auto hearsay = std::find_if(group->begin(), group->end(),
                                      [](const Member& m) { return m.teller != m.address; });
    if (teller != member || hearsay == group->end()) return false;
    Count(hearsay->teller, -1);
    group->erase(hearsay);
  }
  if (entries_ >= kMaxEntries) Trim();
  return true;
}

void MulticastMembers::Trim() {
  std::vector<size_t> counts;
  for (const auto& [teller, count] : told_) counts.push_back(count);
  std::sort(counts.rbegin(), counts.rend());
  // What all keep at most: lowered from the largest share down until enough is freed.
  size_t keep = 0;
  for (size_t above = 1, sum = 0; above <= counts.size(); ++above) {
    sum += counts[above - 1];
    const size_t next = above < counts.size() ? counts[above] : 0;
    if (sum < next * above + kTrim) continue;
    keep = (sum - kTrim) / above;
    break;
  }
  std::map<NodeAddress, size_t> excess;
  for (const auto& [teller, count] : told_) {
    if (count > keep) excess[teller] = count - keep;
  }
  EraseIf([&](const Key&, const Member& m) {
    const auto over = excess.find(m.teller);
    if (over == excess.end() || over->second == 0) return false;
    --over->second;
    return true;
  });
}

void MulticastMembers::Remove(NetworkId network, const MulticastGroup& group, NodeAddress member) {
  const auto it = groups_.find(Key{network, group});
  if (it == groups_.end()) return;
  const auto at = Place(it->second, member);
  if (at == it->second.end() || at->address != member) return;
  Count(at->teller, -1);
  it->second.erase(at);
  if (it->second.empty()) groups_.erase(it);
}

void MulticastMembers::Forget(NetworkId network) {
  EraseIf([&](const Key& key, const Member&) { return key.network == network; });
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
  Shuffle(out, random);
  return out;
}

std::vector<NodeAddress> MulticastMembers::Vouched(Instant now, NetworkId network, const MulticastGroup& group,
                                                   NodeAddress except, RandomSource& random, size_t& total) const {
  std::vector<NodeAddress> out;
  total = 0;
  for (const Member& m : Of(network, group)) {
    if (now - m.vouched >= kExpiry) continue;
    ++total;
    if (m.address != except) out.push_back(m.address);
  }
  Shuffle(out, random);
  return out;
}

void MulticastMembers::Expire(Instant now) {
  if (now < next_) return;
  Instant oldest = Instant::Never();
  EraseIf([&](const Key&, const Member& m) {
    if (now - m.seen >= kExpiry) return true;
    oldest = std::min(oldest, m.seen);
    return false;
  });
  next_ = oldest == Instant::Never() ? oldest : std::max(oldest + kExpiry, now + kCleaning);
}

}  // namespace zt::vl2
