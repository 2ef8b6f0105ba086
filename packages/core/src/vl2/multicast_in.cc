#include "vl2/multicast_in.h"

#include <algorithm>

#include "vl2/vl2.h"
#include "wire/derived_address.h"
#include "wire/verb/error.h"
#include "wire/verb/multicast_like.h"

namespace zt::vl2 {
namespace {

// One packet, whatever the limit asked for: what is left of it after the longer of the two answers' heads.
constexpr size_t kMaxGathered = (limits::kMaxDeliverablePacketSize - 28 - 34) / wire::GatherResult::kMemberSize;

}  // namespace

bool MulticastIn::IsAuthorized(const Now& now, NetworkId id, const Identity& peer) {
  Network* network = context_.Find(id);
  if (network != nullptr && gate_.Passes(now, *network, peer)) return true;
  return context_.link.WeAreRoot() || authorization_.Has(now.mono, id, peer.address);
}

bool MulticastIn::HandleLike(const Now& now, const vl1::Message& message) {
  const std::optional<wire::MulticastLike> like = wire::MulticastLike::Parse(message.payload);
  if (!like || like->truncated) context_.drops.Count(DropReason::kMalformed);
  if (!like) return false;
  // Entries mostly share one network: its verdict is taken once, but never carried over to another (vl2.md §12.3 Do).
  NetworkId judged;
  bool authorized = false, trust = false;
  for (const auto& entry : like->entries) {
    if (entry.network != judged) {
      judged = entry.network;
      authorized = IsAuthorized(now, judged, *message.source);
      const Network* network = context_.Find(judged);
      trust = trust || (authorized && network != nullptr);
    }
    if (!authorized) {
      context_.drops.Count(DropReason::kNotAMember);
      continue;
    }
    const NodeAddress sender = message.source->address;
    out_.AddMember(now, entry.network, {entry.mac, entry.adi}, {sender, sender});
  }
  return trust;
}

wire::GatherResult MulticastIn::Collect(const Now& now, NetworkId id, const MulticastGroup& group, uint32_t limit,
                                        NodeAddress requester) {
  wire::GatherResult result;
  const size_t most = std::min({size_t{limit}, limits::kMaxGatherLimit, kMaxGathered});
  const Network* network = context_.Find(id);
  const bool self = network != nullptr && network->Subscribes(group) && most > 0;
  if (self) result.members.push_back(context_.self());
  size_t known = 0;
  const std::vector<NodeAddress> others = members_.Vouched(now.mono, id, group, requester, context_.random, known);
  result.total_known = static_cast<uint32_t>(known + (self ? 1 : 0));
  for (const NodeAddress member : others) {
    if (result.members.size() >= most) break;
    result.members.push_back(member);
  }
  return result;
}

bool MulticastIn::HandleGather(const Now& now, const vl1::Message& message) {
  const std::optional<wire::MulticastGather> gather = wire::MulticastGather::Parse(message.payload);
  if (!gather) {
    context_.drops.Count(DropReason::kMalformed);
    return false;
  }
  Network* network = context_.Find(gather->network);
  if (network != nullptr && gather->com) intake_.Accept(now, *network, *gather->com, message.source->address);
  if (!IsAuthorized(now, gather->network, *message.source)) {
    context_.drops.Count(DropReason::kNotAMember);
    return false;
  }
  const MulticastGroup group{gather->mac, gather->adi};
  wire::OkMulticastGather ok{message.packet_id, gather->network, group.mac, group.adi,
                             Collect(now, gather->network, group, gather->limit, message.source->address)};
  if (!ok.result.members.empty()) context_.Send(now, message.source->address, Verb::kOk, ok);
  return network != nullptr;
}

bool MulticastIn::JudgeFrame(const Now& now, Network& network, const vl1::Message& message,
                             const wire::MulticastFrame& received) {
  const auto refuse = [&](DropReason reason) {
    context_.drops.Count(reason);
    return false;
  };
  if (network.config()->multicast_limit == 0) return refuse(DropReason::kMulticastDisabled);
  if (received.payload.empty() || received.payload.size() > limits::kMaxMulticastPayload) return true;
  if (!received.destination.IsMulticast()) return refuse(DropReason::kMalformed);
  const NodeAddress peer = message.source->address;
  const Mac peer_mac = DeriveMac(peer, network.id);
  const Mac source = received.source.value_or(peer_mac);
  if (source.value == 0 || source.IsMulticast() || source == network.mac) return refuse(DropReason::kBadSourceMac);
  const Frame frame{source, received.destination, received.ether_type, received.payload.size(), received.payload,
                    {&received.payload, 1}};
  const Specialist* us = network.config()->FindSpecialist(network.self);
  if ((received.flags & wire::MulticastFrame::kReplicate) != 0 && us != nullptr && us->IsMulticastReplicator()) {
    out_.Send(now, network, {peer, {received.destination, received.adi}, source}, frame);
  }
  if (source != peer_mac) {
    if (!network.config()->IsActiveBridge(peer)) return refuse(DropReason::kNoBridge);
    network.routes.Learn(now.mono, source, peer);
  }
  if (filter_.In(now, network, peer, frame) != Admission::kRefuse) {
    context_.delegate.DeliverFrame(now, network.id, source, received.destination, received.ether_type,
                                   received.payload);
  }
  return true;
}

bool MulticastIn::HandleFrame(const Now& now, const vl1::Message& message) {
  const std::optional<wire::MulticastFrame> frame = wire::MulticastFrame::Parse(message.payload);
  if (!frame) {
    context_.drops.Count(DropReason::kMalformed);
    return false;
  }
  Network* network = context_.Find(frame->network);
  if (network == nullptr) {
    context_.drops.Count(DropReason::kUnknownNetwork);
    return false;
  }
  if (frame->com) intake_.Accept(now, *network, *frame->com, message.source->address);
  if (!gate_.Passes(now, *network, *message.source)) {
    gate_.Refuse(now, *network, message);
    return false;
  }
  if (!JudgeFrame(now, *network, message, *frame)) return true;
  if (frame->gather_limit.value_or(0) == 0) return true;
  const MulticastGroup group{frame->destination, frame->adi};
  wire::OkMulticastFrame ok;
  ok.in_re = message.packet_id;
  ok.network = frame->network;
  ok.mac = group.mac;
  ok.adi = group.adi;
  ok.result = Collect(now, frame->network, group, *frame->gather_limit, message.source->address);
  if (!ok.result->members.empty()) context_.Send(now, message.source->address, Verb::kOk, ok);
  return true;
}

void MulticastIn::AddMembers(const Now& now, const Network& network, const MulticastGroup& group,
                             NodeAddress teller, const wire::GatherResult& result) {
  const auto collects = [&](NodeAddress who) {  // announcements of all members go there (vl2.md §12.3)
    const std::vector<NodeAddress>& always = network.always_contact();
    return context_.link.IsRoot(who) || who == network.id.Controller() ||
           std::find(always.begin(), always.end(), who) != always.end();
  };
  const Specialist* us = network.config() != nullptr ? network.config()->FindSpecialist(network.self) : nullptr;
  const bool we_collect = context_.link.WeAreRoot() || network.self == network.id.Controller() ||
                          (us != nullptr && (us->IsAnchor() || us->IsMulticastReplicator()));
  // Two that both collect must not keep each other's entries alive.
  const bool vouched = collects(teller) && !we_collect;
  for (const NodeAddress member : result.members) {
    out_.AddMember(now, network.id, group, {member, teller, vouched});
  }
}

void MulticastIn::HandleOkGather(const Now& now, const vl1::Message& message) {
  const std::optional<wire::OkMulticastGather> ok = wire::OkMulticastGather::Parse(message.payload);
  if (!ok) return context_.drops.Count(DropReason::kMalformed);
  const Network* network = context_.Find(ok->network);
  if (network == nullptr) return context_.drops.Count(DropReason::kUnknownNetwork);
  AddMembers(now, *network, {ok->mac, ok->adi}, message.source->address, ok->result);
}

void MulticastIn::HandleOkFrame(const Now& now, const vl1::Message& message) {
  const std::optional<wire::OkMulticastFrame> ok = wire::OkMulticastFrame::Parse(message.payload);
  if (!ok) return context_.drops.Count(DropReason::kMalformed);
  Network* network = context_.Find(ok->network);
  if (network == nullptr) return context_.drops.Count(DropReason::kUnknownNetwork);
  if (ok->com) intake_.Accept(now, *network, *ok->com, message.source->address);
  if (ok->result) AddMembers(now, *network, {ok->mac, ok->adi}, message.source->address, *ok->result);
}

void MulticastIn::HandleUnwanted(const Now& now, const vl1::Message& message, ByteSpan error_data) {
  const std::optional<wire::UnwantedMulticast> unwanted = wire::UnwantedMulticast::Parse(error_data);
  if (!unwanted) return context_.drops.Count(DropReason::kMalformed);
  Network* network = context_.Find(unwanted->network);
  if (network == nullptr || !gate_.Passes(now, *network, *message.source)) return;
  members_.Remove(unwanted->network, {unwanted->mac, unwanted->adi}, message.source->address);
}

}  // namespace zt::vl2
