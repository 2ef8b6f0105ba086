#include "vl1/rendezvous.h"

#include "vl1/path_check.h"

namespace zt::vl1 {

Verdict RendezvousHandler::Handle(const Now& now, const InboundPacket& packet) {
  if (!packet.peer.IsRoot()) {
    context_.Drop(DropReason::kNotARoot);
    return Verdict::kSeen;
  }
  const std::optional<wire::Rendezvous> message = wire::Rendezvous::Parse(packet.payload);
  if (!message) {
    context_.Drop(DropReason::kMalformed);
    return Verdict::kNotSeen;
  }
  if (Peer* peer = context_.peers.Find(message->peer)) {
    Meet(now, *peer, message->endpoint, packet.path.socket);
    return Verdict::kSeen;
  }
  // The relayed packet that caused this may have come first, and its WHOIS be under way.
  std::erase_if(held_, [&now](const Held& held) { return now.mono - held.at >= kWaitingTimeout; });
  if (held_.size() < kHeldRendezvous) {
    held_.push_back({*message, packet.path.socket, now.mono});
  } else {
    context_.Drop(DropReason::kQueueFull);
  }
  return Verdict::kSeen;
}

void RendezvousHandler::RetryHeld(const Now& now) {
  std::erase_if(held_, [&](const Held& held) {
    if (now.mono - held.at >= kWaitingTimeout) return true;
    Peer* peer = context_.peers.Find(held.message.peer);
    if (peer == nullptr) return false;
    Meet(now, *peer, held.message.endpoint, held.via);
    return true;
  });
}

void RendezvousHandler::Meet(const Now& now, Peer& peer, const Endpoint& endpoint, LocalSocket via) {
  if (!PathAllowed(context_, peer.address(), endpoint)) {
    context_.Drop(DropReason::kPathRefused);
    return;
  }
  writer_.WriteJunk({via, endpoint});
  prober_.Probe(now, peer, {via, endpoint}, false);
}

}  // namespace zt::vl1
