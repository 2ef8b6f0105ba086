#include "vl2/network.h"

#include <algorithm>

#include "vl2/rules.h"
#include "wire/derived_address.h"

namespace zt::vl2 {

Network::Network(NetworkId network, NodeAddress self_address)
    : id(network), self(self_address), mac(DeriveMac(self_address, network)) {}

void Network::SetConfig(NetworkConfig config) {
  if (config_ == nullptr || !RuleHits::SameRules(*config_, config)) rule_hits.Restart(config);
  config_ = std::make_unique<const NetworkConfig>(std::move(config));
  ++epoch_;
  active_bridge_ = config_->IsActiveBridge(self);
  accepts_everything_ = vl2::AcceptsEverything(config_->rules);
  reads_whole_frame_ = vl2::ReadsWholeFrame(config_->rules) ||
                       std::any_of(config_->capabilities.begin(), config_->capabilities.end(),
                                   [](const Capability& c) { return vl2::ReadsWholeFrame(c.rules); });
  bridges_.clear();
  replicators_.clear();
  always_contact_.clear();
  for (const Specialist& s : config_->specialists) {
    if (s.address() == self) continue;
    if (s.IsActiveBridge()) bridges_.push_back(s.address());
    if (s.IsMulticastReplicator()) replicators_.push_back(s.address());
    if (s.IsAnchor() || s.IsMulticastReplicator()) always_contact_.push_back(s.address());
  }
}

NetworkStatus Network::Status() const {
  switch (failure) {  // vl2.md §3.3, in this order
    case Failure::kAccessDenied: return NetworkStatus::kAccessDenied;
    case Failure::kNotFound: return NetworkStatus::kNotFound;
    case Failure::kAuthenticationRequired: return NetworkStatus::kAuthenticationRequired;
    case Failure::kNone: break;
  }
  return config_ != nullptr ? NetworkStatus::kOk : NetworkStatus::kRequestingConfiguration;
}

Membership* Network::FindMember(NodeAddress address) {
  const auto it = members_.find(address);
  return it == members_.end() ? nullptr : &it->second;
}

const Membership* Network::FindMember(NodeAddress address) const {
  const auto it = members_.find(address);
  return it == members_.end() ? nullptr : &it->second;
}

Membership* Network::Member(NodeAddress address) {
  if (Membership* found = FindMember(address)) return found;
  if (members_.size() >= kMaxMembers) MakeRoom();
  if (members_.size() >= kMaxMembers) return nullptr;
  newest_ = address;
  return &members_[address];
}

// Where nearly all hold something a search finds next to nothing, so it is for one of many newcomers. The others take
// the place of the one before them, unless that has proved something meanwhile.
void Network::MakeRoom() {
  if (++newcomers_ >= kSearchEvery) {
    newcomers_ = 0;
    return ForgetStrangers();
  }
  const Membership* newest = FindMember(newest_);
  if (newest != nullptr && newest->HoldsNothing()) members_.erase(newest_);
}

// A record that only says when we sent something is made for anybody: on a public network for who sends a frame, on any
// for the addresses that others name as subscribers. Losing it costs one more message.
void Network::ForgetStrangers() {
  std::vector<Instant> used;
  for (const auto& [address, m] : members_) {
    if (m.HoldsNothing()) used.push_back(m.LastUsed());
  }
  if (used.empty()) return;
  const auto middle = used.begin() + static_cast<ptrdiff_t>(used.size() / 2);
  std::nth_element(used.begin(), middle, used.end());
  std::erase_if(members_, [&](const auto& e) { return e.second.HoldsNothing() && e.second.LastUsed() <= *middle; });
}

bool Network::Allows(const Identity& peer) {
  if (config_ == nullptr) return false;
  if (config_->is_public) return true;
  Membership* m = FindMember(peer.address);
  if (m == nullptr || !m->com || !config_->com) return false;
  if (m->verdict_epoch == epoch_) return m->verdict;
  m->verdict = m->com->timestamp() > m->com_revocation_threshold && config_->com->AgreesWith(*m->com, peer);
  m->verdict_epoch = epoch_;
  return m->verdict;
}

std::vector<MulticastGroup> Network::AnnouncedGroups() const {
  std::vector<MulticastGroup> all = groups;
  for (const auto& [group, seen] : behind_me) all.push_back(group);
  if (config_ != nullptr && config_->BroadcastEnabled()) all.push_back(kBroadcastGroup);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool Network::Subscribes(const MulticastGroup& group) const {
  return std::binary_search(groups.begin(), groups.end(), group) || behind_me.contains(group);
}

bool Network::LearnBehindMe(Instant now, const MulticastGroup& group) {
  const auto it = behind_me.find(group);
  if (it != behind_me.end()) {
    it->second = now;
    return false;
  }
  if (behind_me.size() >= kMaxGroups) return false;
  behind_me.emplace(group, now);
  return true;
}

}  // namespace zt::vl2
