#include "vl2/filter.h"

#include <algorithm>

#include "wire/verb/ext_frame.h"

namespace zt::vl2 {

PacketId SendFramePayload(Context& context, const Now& now, NodeAddress to, Verb verb, ByteSpan head,
                          const Frame& frame, size_t length, vl1::SendOptions options) {
  constexpr size_t kMaxPieces = 16;  // head and payload: a netstack segment has two or three
  std::array<ByteSpan, kMaxPieces> pieces;
  pieces[0] = head;
  size_t count = 1, left = length;
  for (const ByteSpan piece : frame.pieces) {
    if (left == 0) break;
    if (count == kMaxPieces) {
      context.drops.Count(DropReason::kFrameTooBig);
      return {};
    }
    pieces[count] = piece.first(std::min(left, piece.size()));
    left -= pieces[count++].size();
  }
  return context.link.Send(now, to, verb, {pieces.data(), count}, options);
}

Filter::Outcome Filter::Decide(Network& network, const Frame& frame, NodeAddress source, NodeAddress destination,
                               bool inbound) {
  const NetworkConfig& config = *network.config();
  const NodeAddress other = inbound ? source : destination;
  const Membership* remote = other.value == 0 ? nullptr : network.FindMember(other);
  const RuleContext rules{config, remote, network.self, source, destination, inbound, context_.random};
  Outcome out;
  const auto conclude = [&](const Evaluation& e) {
    out.destination = e.destination;
    out.accepted = e.verdict == Verdict::kAccept || e.verdict == Verdict::kRedirect ||
                   e.verdict == Verdict::kSuperAccept;
    out.super = e.verdict == Verdict::kSuperAccept;
    return out.accepted;
  };
  out.base = Evaluate(rules, config.rules, frame);
  if (conclude(out.base) || out.base.verdict == Verdict::kDrop) return out;
  // No base rule decided: a capability may let the frame through, whatever other capabilities say (vl2.md §13.6).
  if (!inbound) {
    for (const Capability& capability : config.capabilities) {
      out.capability = Evaluate(rules, capability.rules, frame);
      if (conclude(out.capability)) return out;
    }
  } else if (remote != nullptr) {
    for (const auto& [id, capability] : remote->capabilities) {
      if (!remote->IsValid(capability, config)) continue;
      out.capability = Evaluate(rules, capability.rules, frame);
      if (conclude(out.capability)) return out;
    }
  }
  out.destination = destination;
  return out;
}

void Filter::SendExtended(const Now& now, const Network& network, const Frame& frame, NodeAddress to, uint8_t flags,
                          size_t length) {
  if (length > limits::kMaxExtFramePayload) {
    context_.drops.Count(DropReason::kFrameTooBig);
    return;
  }
  ByteArray<wire::ExtFrame::kHeadSize> head;
  ByteWriter out(head);
  wire::ExtFrame message;
  message.network = network.id;
  message.flags = flags;
  message.destination = frame.destination;
  message.source = frame.source;
  message.ether_type = frame.ether_type;
  message.SerializeHeadTo(out);
  SendFramePayload(context_, now, to, Verb::kExtFrame, head, frame, length);
}

void Filter::SendCopy(const Now& now, const Network& network, const Frame& frame, const Evaluation& from,
                      bool inbound) {
  if (from.copy_to.value == 0) return;
  using wire::ExtFrame;
  const uint8_t flags = inbound ? (from.copy_is_watch ? ExtFrame::kInboundWatch : ExtFrame::kInboundTee)
                                : (from.copy_is_watch ? ExtFrame::kOutboundWatch : ExtFrame::kOutboundTee);
  SendExtended(now, network, frame, from.copy_to, flags, from.copy_length);
}

bool Filter::Out(const Now& now, Network& network, const Frame& frame, bool no_tee, NodeAddress destination) {
  if (network.AcceptsEverything()) return true;
  const Outcome outcome = Decide(network, frame, network.self, destination, false);
  if (!outcome.accepted) {
    context_.drops.Count(DropReason::kFilter);
    return false;
  }
  if (!no_tee) {  // the capability's copy first (vl2.md §13.7)
    SendCopy(now, network, frame, outcome.capability, false);
    SendCopy(now, network, frame, outcome.base, false);
  }
  if (outcome.destination == destination) return true;
  SendExtended(now, network, frame, outcome.destination, wire::ExtFrame::kOutboundRedirect, frame.length);
  return false;
}

Admission Filter::In(const Now& now, Network& network, NodeAddress peer, const Frame& frame) {
  if (network.AcceptsEverything()) return Admission::kAccept;
  const Outcome outcome = Decide(network, frame, peer, network.self, true);
  if (!outcome.accepted) {
    context_.drops.Count(DropReason::kFilter);
    return Admission::kRefuse;
  }
  SendCopy(now, network, frame, outcome.capability, true);
  SendCopy(now, network, frame, outcome.base, true);
  if (outcome.destination != network.self) {
    SendExtended(now, network, frame, outcome.destination, wire::ExtFrame::kInboundRedirect, frame.length);
    return Admission::kRefuse;
  }
  return outcome.super ? Admission::kSuperAccept : Admission::kAccept;
}

}  // namespace zt::vl2
