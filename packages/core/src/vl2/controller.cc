#include "vl2/controller.h"

#include <algorithm>

#include "vl2/config_issuer.h"
#include "wire/verb/network_config_request.h"
#include "wire/verb/reply.h"

namespace zt::vl2 {

bool Controller::RateAllows(const Now& now, NetworkId network, NodeAddress member) {
  const auto recent = [&](const auto& entry) { return now.mono - entry.second <= kMinInterval; };
  const auto key = std::make_pair(network, member);
  const auto it = last_.find(key);
  if (it != last_.end()) {
    if (recent(*it)) return false;
    it->second = now.mono;
    return true;
  }
  if (last_.size() >= kMaxRateEntries) std::erase_if(last_, [&](const auto& entry) { return !recent(entry); });
  if (last_.size() >= kMaxRateEntries) return false;
  last_[key] = now.mono;
  return true;
}

void Controller::HandleRequest(const Now& now, const vl1::Message& message) {
  const auto request = wire::NetworkConfigRequest::Parse(message.payload);
  if (!request) return context_.drops.Count(DropReason::kMalformed);
  if (!client_.controller_enabled) {
    return context_.SendError(now, message.source->address, message.verb, message.packet_id,
                              WireError::kUnsupportedOperation, request->network);
  }
  if (request->network.Controller() != context_.self()) return context_.drops.Count(DropReason::kUnknownNetwork);
  if (!RateAllows(now, request->network, message.source->address)) {
    return context_.drops.Count(DropReason::kRateLimited);
  }
  context_.delegate.OnControllerRequest(now, {request->network, *message.source, message.packet_id, message.hops,
                                              message.from, request->metadata});
}

bool Controller::Grant(const Now& now, NodeAddress member, PacketId request, const IssuedConfig& issued) {
  const Identity* identity = context_.link.FindIdentity(member);
  if (identity == nullptr) return false;
  std::optional<NetworkConfig> config = IssueConfig(context_.link.self(), *identity, issued);
  if (!config) return false;
  const NetworkId id = config->network;
  authorization_.Note(now.mono, id, member);
  issued_until_ = std::max(issued_until_, issued.config.timestamp);
  if (member == context_.self()) {
    Network* network = context_.Find(id);
    if (network != nullptr) client_.AcceptDirect(now, *network, std::move(*config));
    return network != nullptr;
  }
  const std::optional<Bytes> dictionary = config->Serialize();
  if (!dictionary) return false;
  uint64_t update_id = 0;
  while (update_id == 0) update_id = context_.random.U64();
  ByteArray<wire::Ok::kHeadSize> head;
  ByteWriter out(head);
  wire::WriteOkHead(out, Verb::kNetworkConfigRequest, request);
  for (const Bytes& chunk : CutConfig(context_.link.self(), id, *dictionary, update_id)) {
    const std::array<ByteSpan, 2> pieces{ByteSpan(head), ByteSpan(chunk)};
    if (request.value != 0) {
      context_.link.Send(now, member, Verb::kOk, pieces);
    } else {
      context_.link.Send(now, member, Verb::kNetworkConfig, vl1::Gather(pieces).subspan(1));
    }
  }
  return true;
}

void Controller::Reject(const Now& now, NodeAddress member, NetworkId id, PacketId request, WireError code) {
  if (request.value == 0) return;  // pushes are never answered with errors (controller.md §3)
  if (member != context_.self()) {
    return context_.SendError(now, member, Verb::kNetworkConfigRequest, request, code, id);
  }
  Network* network = context_.Find(id);
  if (network == nullptr) return;
  const Failure failure = code == WireError::kNetworkAccessDenied             ? Failure::kAccessDenied
                          : code == WireError::kNetworkAuthenticationRequired ? Failure::kAuthenticationRequired
                                                                              : Failure::kNotFound;
  client_.SetFailure(now, *network, failure);
}

void Controller::Revoke(const Now& now, NetworkId id, const Eviction& eviction,
                        std::span<const NodeAddress> recipients) {
  if (id.Controller() != context_.self()) return;
  Revocation revocation;
  revocation.id = context_.random.U32();
  revocation.network = id;
  // What was issued before it is revoked, also by an earlier run, and when the clock was set back meanwhile.
  revocation.threshold = std::max({now.wall.ms, issued_until_, eviction.issued_until});
  revocation.flags = Revocation::kFastPropagate;
  revocation.target = eviction.member;
  revocation.type = CredentialType::kMembership;
  revocation.Sign(context_.link.self());
  authorization_.Withdraw(id, eviction.member);
  // As a member of our own network we obey it too, and flood it to whom we know (controller.md §6.2).
  if (Network* network = context_.Find(id)) intake_.Accept(now, *network, revocation, context_.self());
  wire::NetworkCredentials message;
  message.revocations.push_back(revocation);
  for (const NodeAddress to : recipients) context_.Send(now, to, Verb::kNetworkCredentials, message);
}

}  // namespace zt::vl2
