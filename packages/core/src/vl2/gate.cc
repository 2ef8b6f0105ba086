#include "vl2/gate.h"

namespace zt::vl2 {

bool Gate::Passes(const Now& now, Network& network, const Identity& peer) {
  if (!network.Allows(peer)) return false;
  if (Membership* record = network.Member(peer.address)) announcer_.ToMember(now, network, peer.address, *record);
  return true;
}

void Gate::Refuse(const Now& now, const Network& network, const vl1::Message& message) {
  context_.Defer(now, message, network.id, {});
  const auto old = [&](const auto& entry) { return now.mono - entry.second >= kComplaintInterval; };
  const auto key = std::make_pair(network.id, message.source->address);
  const auto it = complaints_.find(key);
  if (it != complaints_.end()) {
    if (!old(*it)) return;
    it->second = now.mono;
  } else {
    if (complaints_.size() >= kMaxComplaints) std::erase_if(complaints_, old);
    if (complaints_.size() >= kMaxComplaints) return;
    complaints_[key] = now.mono;
  }
  context_.SendError(now, message.source->address, message.verb, message.packet_id,
                     WireError::kNeedMembershipCertificate, network.id);
}

}  // namespace zt::vl2
