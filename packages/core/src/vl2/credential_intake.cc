#include "vl2/credential_intake.h"

namespace zt::vl2 {

bool CredentialIntake::RateAllows(const Now& now, NodeAddress peer) {
  const auto recent = [&](const auto& entry) { return now.mono - entry.second < kMinInterval; };
  const auto it = last_.find(peer);
  if (it != last_.end()) {
    if (recent(*it)) return false;
    it->second = now.mono;
    return true;
  }
  if (last_.size() >= kMaxRateEntries) std::erase_if(last_, [&](const auto& entry) { return !recent(entry); });
  if (last_.size() >= kMaxRateEntries) return false;
  last_[peer] = now.mono;
  return true;
}

bool CredentialIntake::HandleMessage(const Now& now, const vl1::Message& message) {
  const bool repeated = context_.deferral_end != Instant::Never();
  // A message taken up again has paid already (vl2.md §8.3 Do).
  if (!repeated && !RateAllows(now, message.source->address)) {
    context_.drops.Count(DropReason::kRateLimited);
    return false;
  }
  const std::optional<wire::NetworkCredentials> parsed = wire::NetworkCredentials::Parse(message.payload);
  if (!parsed || parsed->truncated) context_.drops.Count(DropReason::kMalformed);
  if (!parsed) return false;
  bool accepted = false, redundant_counts = true;
  const NodeAddress sender = message.source->address;
  NodeAddress deferred_for;
  NetworkId deferred_network;
  const auto judge = [&](NetworkId id, auto&& accept) {
    Network* network = context_.Find(id);
    if (network == nullptr) return;  // parsed and ignored
    switch (accept(*network)) {
      case Acceptance::kRejected:
        context_.drops.Count(DropReason::kBadCredential);
        break;
      case Acceptance::kDeferred:
        deferred_for = missing_;
        deferred_network = id;
        break;
      case Acceptance::kRedundant:
        // A revocation that changes nothing was not verified, so it proves nothing.
        accepted = accepted || redundant_counts;
        break;
      case Acceptance::kNew:
        accepted = true;
        break;
    }
  };
  for (const auto& c : parsed->coms) judge(c.network(), [&](Network& n) { return Accept(now, n, c, sender); });
  for (const auto& c : parsed->capabilities) judge(c.network, [&](Network& n) { return Accept(now, n, c, sender); });
  for (const auto& t : parsed->tags) {
    judge(t.network, [&](Network& n) {
      return AcceptById(now, n, t, CredentialType::kTag, &Membership::tags, Membership::kMaxTags, sender);
    });
  }
  for (const auto& r : parsed->revocations) {
    redundant_counts = false;
    judge(r.network, [&](Network& n) { return Accept(now, n, r, sender); });
  }
  for (const auto& o : parsed->ownerships) {
    redundant_counts = true;
    judge(o.network, [&](Network& n) {
      return AcceptById(now, n, o, CredentialType::kOwnership, &Membership::ownerships, Membership::kMaxOwnerships,
                        sender);
    });
  }
  if (deferred_for.value != 0) context_.Defer(now, message, deferred_network, deferred_for);
  return accepted;
}

Acceptance CredentialIntake::Judge(const Now& now, bool valid, NodeAddress sender) {
  if (valid) return Acceptance::kNew;
  context_.signatures.Charge(now.mono, sender);
  return Acceptance::kRejected;
}

template <typename T>
Acceptance CredentialIntake::Verify(const Now& now, const Network& network, const T& object, NodeAddress sender) {
  const NodeAddress controller = network.id.Controller();
  const Identity* identity = context_.link.FindIdentity(controller);
  if (identity == nullptr) {
    context_.link.RequestIdentity(now, controller);
    missing_ = controller;
    return Acceptance::kDeferred;
  }
  // The controller of a network is heard whatever others do to the budget.
  if (sender != controller && !context_.signatures.Allows(now.mono, sender)) return Acceptance::kRejected;
  return Judge(now, object.Verify(*identity), sender);
}

Acceptance CredentialIntake::VerifyChain(const Now& now, const Capability& capability, NodeAddress sender) {
  if (!context_.signatures.Allows(now.mono, sender)) return Acceptance::kRejected;
  NodeAddress unknown;
  if (capability.VerifyChain([&](NodeAddress a) { return context_.link.FindIdentity(a); }, &unknown)) {
    return Acceptance::kNew;
  }
  if (unknown.value == 0) return Judge(now, false, sender);
  context_.link.RequestIdentity(now, unknown);
  missing_ = unknown;
  return Acceptance::kDeferred;
}

Acceptance CredentialIntake::Accept(const Now& now, Network& network, const CertificateOfMembership& com,
                                    NodeAddress sender) {
  if (com.IsEmpty() || com.network() != network.id) return Acceptance::kRejected;
  const Membership* known = network.FindMember(com.issued_to());
  if (known != nullptr) {
    if (com.timestamp() <= known->com_revocation_threshold) return Acceptance::kRejected;
    if (known->com && com.timestamp() < known->com->timestamp()) return Acceptance::kRejected;
    if (known->com && com == *known->com) return Acceptance::kRedundant;
  } else if (com.timestamp() <= 0) {
    return Acceptance::kRejected;  // at or below a fresh record's threshold of 0
  }
  const Acceptance verdict = Verify(now, network, com, sender);
  if (verdict != Acceptance::kNew) return verdict;
  Membership* record = network.Member(com.issued_to());
  if (record == nullptr) return Acceptance::kRejected;
  record->com = com;
  record->verdict_epoch = 0;
  context_.deferred.WakeNetwork(network.id);
  return Acceptance::kNew;
}

Acceptance CredentialIntake::Accept(const Now& now, Network& network, const Capability& capability,
                                    NodeAddress sender) {
  return AcceptById(now, network, capability, CredentialType::kCapability, &Membership::capabilities,
                    Membership::kMaxCapabilities, sender);
}

template <typename T>
Acceptance CredentialIntake::AcceptById(const Now& now, Network& network, const T& object, CredentialType type,
                                        std::map<uint32_t, T> Membership::*list, size_t max, NodeAddress sender) {
  NodeAddress holder;
  if constexpr (std::is_same_v<T, Capability>) {
    holder = object.issued_to();
  } else {
    holder = object.issued_to;
  }
  const Membership* known = network.FindMember(holder);
  if (known != nullptr) {
    const auto mine = (known->*list).find(object.id);
    if (mine != (known->*list).end()) {
      if (mine->second.timestamp > object.timestamp) return Acceptance::kRejected;
      if (mine->second == object) return Acceptance::kRedundant;
    } else if ((known->*list).size() >= max) {
      return Acceptance::kRejected;
    }
    const auto revoked = known->revocations.find({type, object.id});
    if (revoked != known->revocations.end() && revoked->second >= object.timestamp) return Acceptance::kRejected;
  }
  Acceptance verdict;
  if constexpr (std::is_same_v<T, Capability>) {
    verdict = VerifyChain(now, object, sender);
  } else {
    verdict = Verify(now, network, object, sender);
  }
  if (verdict != Acceptance::kNew) return verdict;
  Membership* record = network.Member(holder);
  if (record == nullptr) return Acceptance::kRejected;
  (record->*list).insert_or_assign(object.id, object);
  context_.deferred.WakeNetwork(network.id);
  return Acceptance::kNew;
}

Acceptance CredentialIntake::Accept(const Now& now, Network& network, const Revocation& revocation,
                                    NodeAddress sender) {
  switch (revocation.type) {
    case CredentialType::kMembership:
    case CredentialType::kCapability:
    case CredentialType::kTag:
    case CredentialType::kOwnership:
      break;
    default:
      return Acceptance::kRejected;
  }
  if (revocation.network != network.id) return Acceptance::kRejected;
  const bool of_com = revocation.type == CredentialType::kMembership;
  const auto key = std::make_pair(revocation.type, revocation.credential_id);
  if (const Membership* known = network.FindMember(revocation.target)) {
    const auto stored = known->revocations.find(key);
    const bool covered = of_com ? revocation.threshold <= known->com_revocation_threshold
                                : stored != known->revocations.end() && revocation.threshold <= stored->second;
    if (covered) return Acceptance::kRedundant;  // ends the flood, before any public-key work
    if (!of_com && known->revocations.size() >= Membership::kMaxRevocations) return Acceptance::kRejected;
  }
  const Acceptance verdict = Verify(now, network, revocation, sender);
  if (verdict != Acceptance::kNew) return verdict;
  Membership* record = network.Member(revocation.target);
  if (record == nullptr) return Acceptance::kRejected;
  if (of_com) {
    record->com_revocation_threshold = revocation.threshold;
    record->verdict_epoch = 0;
  } else {
    record->revocations[key] = revocation.threshold;
  }
  if ((revocation.flags & Revocation::kFastPropagate) != 0) {
    wire::NetworkCredentials flood;
    flood.revocations.push_back(revocation);
    for (const auto& [member, unused] : network.members()) {
      if (member == sender || member == revocation.signer) continue;
      context_.Send(now, member, Verb::kNetworkCredentials, flood);
    }
  }
  return Acceptance::kNew;
}

}  // namespace zt::vl2
