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

Decision Filter::Judge(Network& network, const Frame& frame, NodeAddress source, NodeAddress destination,
                       bool inbound) {
  const NodeAddress other = inbound ? source : destination;
  const Membership* remote = other.value == 0 ? nullptr : network.FindMember(other);
  const RuleContext context{*network.config(), remote, network.self, source, destination, inbound, context_.random};
  return Decide(context, frame, network.rule_hits);
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
  if (network.AcceptsEverything()) {
    network.rule_hits.CountFirstRule(false);
    return true;
  }
  const Decision decision = Judge(network, frame, network.self, destination, false);
  if (!decision.Accepted()) {
    context_.drops.Count(DropReason::kFilter);
    return false;
  }
  if (!no_tee) {  // the capability's copy first (vl2.md §13.7)
    SendCopy(now, network, frame, decision.granted, false);
    SendCopy(now, network, frame, decision.base, false);
  }
  if (decision.verdict != Verdict::kRedirect) return true;
  SendExtended(now, network, frame, decision.destination, wire::ExtFrame::kOutboundRedirect, frame.length);
  return false;
}

Admission Filter::In(const Now& now, Network& network, NodeAddress peer, const Frame& frame) {
  if (network.AcceptsEverything()) {
    network.rule_hits.CountFirstRule(true);
    return Admission::kAccept;
  }
  const Decision decision = Judge(network, frame, peer, network.self, true);
  if (!decision.Accepted()) {
    context_.drops.Count(DropReason::kFilter);
    return Admission::kRefuse;
  }
  SendCopy(now, network, frame, decision.granted, true);
  SendCopy(now, network, frame, decision.base, true);
  if (decision.verdict == Verdict::kRedirect) {
    SendExtended(now, network, frame, decision.destination, wire::ExtFrame::kInboundRedirect, frame.length);
    return Admission::kRefuse;
  }
  return decision.verdict == Verdict::kSuperAccept ? Admission::kSuperAccept : Admission::kAccept;
}

}  // namespace zt::vl2
