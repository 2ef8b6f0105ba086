#include "vl2/announcer.h"

#include <algorithm>

#include "wire/verb/multicast_like.h"

namespace zt::vl2 {
namespace {

// What still travels in seven fragments (limits::kMaxDeliverablePacketSize).
constexpr size_t kMaxEntries = (limits::kMaxDeliverablePacketSize - 28) / wire::MulticastLike::kEntrySize;

}  // namespace

void Announcer::Send(const Now& now, const Network& network, NodeAddress to, std::span<const MulticastGroup> groups) {
  for (size_t at = 0; at < groups.size(); at += kMaxEntries) {
    wire::MulticastLike like;
    for (const MulticastGroup& g : groups.subspan(at, std::min(kMaxEntries, groups.size() - at))) {
      like.entries.push_back({network.id, g.mac, g.adi});
    }
    context_.Send(now, to, Verb::kMulticastLike, like);
  }
}

std::vector<NodeAddress> Announcer::Upstreams(const Network& network) const {
  std::vector<NodeAddress> out = network.always_contact();
  // An ad-hoc network's "controller" is a reserved address where nobody answers (vl2.md §14 Do).
  if (!network.id.IsAdHoc()) out.push_back(network.id.Controller());
  const std::vector<NodeAddress> roots = context_.link.Roots();
  out.insert(out.end(), roots.begin(), roots.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  std::erase(out, network.self);
  return out;
}

void Announcer::ToMember(const Now& now, Network& network, NodeAddress member, Membership& record) {
  if (now.mono - record.announced < kPeriod) return;
  record.announced = now.mono;
  Send(now, network, member, network.AnnouncedGroups());
}

void Announcer::Pass(const Now& now, Network& network) {
  const std::vector<MulticastGroup> groups = network.AnnouncedGroups();
  if (groups.empty()) return;
  const std::vector<NodeAddress> upstreams = Upstreams(network);
  for (const NodeAddress to : upstreams) {
    Send(now, network, to, groups);
    // One that is also a member has been told: the gate need not repeat it (vl2.md §8.4).
    if (Membership* record = network.FindMember(to)) record->announced = now.mono;
  }
  for (auto& [address, record] : network.members()) {
    if (now.mono - record.announced < kPeriod - kEarly) continue;
    if (std::binary_search(upstreams.begin(), upstreams.end(), address)) continue;
    const Identity* identity = context_.link.FindIdentity(address);
    if (identity == nullptr || !network.Allows(*identity)) continue;
    record.announced = now.mono;
    Send(now, network, address, groups);
  }
}

void Announcer::NewGroups(const Now& now, Network& network, std::span<const MulticastGroup> groups) {
  if (groups.empty() || network.config() == nullptr) return;
  const std::vector<NodeAddress> upstreams = Upstreams(network);
  for (const NodeAddress to : upstreams) Send(now, network, to, groups);
  for (auto& [address, record] : network.members()) {
    if (std::binary_search(upstreams.begin(), upstreams.end(), address)) continue;
    const Identity* identity = context_.link.FindIdentity(address);
    if (identity != nullptr && network.Allows(*identity)) Send(now, network, address, groups);
  }
}

}  // namespace zt::vl2
