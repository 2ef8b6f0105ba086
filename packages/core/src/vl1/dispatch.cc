#include "vl1/dispatch.h"

#include <array>

#include "wire/verb/reply.h"

namespace zt::vl1 {

void Dispatch::Run(const Now& now, const InboundPacket& packet) {
  const Verdict verdict = Handle(now, packet);
  if (verdict == Verdict::kNotSeen) return;
  const bool trust = verdict == Verdict::kSeenWithTrust;
  parts_.seen.Run(now, packet.peer, packet.path,
                  {packet.hops, packet.verb, trust, parts_.replies.AskedAt(now, packet)});
}

Verdict Dispatch::Handle(const Now& now, const InboundPacket& packet) {
  switch (packet.verb) {
    case Verb::kError: return parts_.replies.HandleError(now, packet);
    case Verb::kOk: return parts_.replies.HandleOk(now, packet);
    case Verb::kWhois: return parts_.whois.HandleRequest(now, packet);
    case Verb::kRendezvous: return parts_.rendezvous.Handle(now, packet);
    case Verb::kEcho: return HandleEcho(now, packet);
    case Verb::kPushDirectPaths: return parts_.direct_paths.Handle(now, packet);
    case Verb::kFrame:
    case Verb::kExtFrame:
    case Verb::kMulticastLike:
    case Verb::kNetworkCredentials:
    case Verb::kNetworkConfigRequest:
    case Verb::kNetworkConfig:
    case Verb::kMulticastGather:
    case Verb::kMulticastFrame:
    case Verb::kUserMessage:
    case Verb::kRemoteTrace: return PassUp(context_, now, packet);
    case Verb::kAck:
    case Verb::kQosMeasurement:
    case Verb::kPathNegotiationRequest: return Verdict::kNotSeen;  // no bonding here (vl1.md §5.10)
    default: return Verdict::kSeen;                                // NOP and unassigned verbs (vl1.md §5.12)
  }
}

Verdict Dispatch::HandleEcho(const Now& now, const InboundPacket& packet) {
  if (now.mono - packet.path.last_echo_answer < kEchoAnswerGate) {
    context_.Drop(DropReason::kRateLimited);
    return Verdict::kNotSeen;
  }
  packet.path.last_echo_answer = now.mono;
  // The gate is per path, and whoever has a key may send from any address it likes: seventy bytes that grow to ten
  // thousand would be returned to somebody who never asked. Nobody compresses ECHO (vl1.md §4.7).
  if (packet.expanded && packet.peer.FindSlot(&packet.path) == nullptr) {
    context_.Drop(DropReason::kRateLimited);
    return Verdict::kSeen;
  }
  std::array<uint8_t, wire::Ok::kHeadSize> head;
  ByteWriter out(head);
  wire::WriteOkHead(out, Verb::kEcho, packet.id);
  const ByteSpan pieces[] = {head, packet.payload};
  parts_.writer.WriteOn(now, packet.peer, Verb::kOk, pieces, packet.path);
  return Verdict::kSeen;
}

}  // namespace zt::vl1
