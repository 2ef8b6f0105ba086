#include "vl1/outbound.h"

#include "vl1/route.h"

namespace zt::vl1 {

PacketId Outbound::Send(const Now& now, NodeAddress to, Verb verb, Gather payload, SendOptions options) {
  if (to == context_.self.address()) return {};
  if (!to.IsValid()) {
    context_.Drop(DropReason::kNoRoute);
    return {};
  }
  if (const std::optional<PacketId> id = TrySend(now, to, verb, payload, options)) return *id;
  parts_.waiting.AddSend(now.mono, to, verb, payload, options);
  parts_.whois.Request(now, to);
  return {};
}

// Nothing: the packet has to wait.
std::optional<PacketId> Outbound::TrySend(const Now& now, NodeAddress to, Verb verb, Gather payload,
                                          SendOptions options) {
  Peer* peer = context_.peers.Find(to);
  if (peer == nullptr) return std::nullopt;
  const Route route = RouteTo(context_, now.mono, *peer);
  if (route.relayed || route.path == nullptr) parts_.hints.TryIfDue(now, *peer);
  if (route.path == nullptr) return std::nullopt;
  // Behind a relay is not the network that is trusted: what it forwards stays sealed.
  options.by_send_routine = !route.relayed;
  const PacketId id = parts_.writer.WriteOn(now, *peer, verb, payload, *route.path, options);
  parts_.doubt.Sent(now.mono, route.relayed ? *route.root : *peer, *route.path);
  if (route.relayed) parts_.reachability.InContact(now, *peer);
  return id;
}

void Outbound::RetryWaiting(const Now& now) {
  for (WaitingSend& waiting : parts_.waiting.TakeSends()) {
    const ByteSpan payload(waiting.payload);
    if (TrySend(now, waiting.to, waiting.verb, {&payload, 1}, waiting.options)) continue;
    parts_.waiting.Return(std::move(waiting));
  }
}

}  // namespace zt::vl1
