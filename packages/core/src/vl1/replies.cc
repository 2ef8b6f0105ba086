#include "vl1/replies.h"

#include <algorithm>

#include "wire/verb/error.h"
#include "wire/verb/ok_hello.h"
#include "wire/verb/reply.h"

namespace zt::vl1 {

namespace {

// The echo is whatever the peer wrote, any 64 bits: a time to come counts as no time at all.
Millis RoundTrip(uint64_t now, uint64_t echo) {
  return static_cast<Millis>(std::min<uint64_t>(now - std::min(echo, now), kLatencyUnknown));
}

}  // namespace

bool BelongsAbove(Verb verb) {
  switch (verb) {
    case Verb::kFrame:
    case Verb::kExtFrame:
    case Verb::kMulticastLike:
    case Verb::kNetworkCredentials:
    case Verb::kNetworkConfigRequest:
    case Verb::kNetworkConfig:
    case Verb::kMulticastGather:
    case Verb::kMulticastFrame:
    case Verb::kUserMessage:
    case Verb::kRemoteTrace: return true;
    default: return false;
  }
}

Verdict PassUp(Context& context, const Now& now, const InboundPacket& packet) {
  const Message message{.source = &packet.peer.identity,
                        .verb = packet.verb,
                        .packet_id = packet.id,
                        .hops = packet.hops,
                        .from = packet.path.endpoint,
                        .payload = packet.payload};
  return context.delegate.HandleMessage(now, message) ? Verdict::kSeenWithTrust : Verdict::kSeen;
}

Verdict Replies::HandleOk(const Now& now, const InboundPacket& packet) {
  const std::optional<wire::Ok> ok = wire::Ok::Parse(packet.payload);
  if (!ok) {
    context_.Drop(DropReason::kMalformed);
    return Verdict::kNotSeen;
  }
  if (!context_.expected.Contains(now.mono, ok->in_re, packet.peer.address())) {
    context_.Drop(DropReason::kUnexpectedReply);
    if (twins_.Observe(now.mono, ok->in_re_verb)) {
      context_.delegate.OnWarning(now, Warning::kOwnAddressSeen,
                                  "answers to requests of another node with our identity arrive from " +
                                      packet.peer.address().ToString());
    }
    return Verdict::kNotSeen;
  }
  if (ok->in_re_verb == Verb::kHello) return HandleOkHello(now, packet);
  if (ok->in_re_verb == Verb::kWhois) return parts_.whois.HandleOk(now, packet);
  if (BelongsAbove(ok->in_re_verb)) return PassUp(context_, now, packet);
  return Verdict::kSeen;  // OK(ECHO) confirms a path, nothing more (vl1.md §5.4)
}

uint64_t Replies::AskedAt(const Now& now, const InboundPacket& packet) const {
  if (packet.verb != Verb::kOk) return 0;
  const std::optional<wire::Ok> ok = wire::Ok::Parse(packet.payload);
  return ok ? context_.expected.AskedAt(now.mono, ok->in_re, packet.peer.address()) : 0;
}

Verdict Replies::HandleOkHello(const Now& now, const InboundPacket& packet) {
  const std::optional<wire::OkHello> ok = wire::OkHello::Parse(packet.payload);
  if (!ok) {
    context_.Drop(DropReason::kMalformed);
    return Verdict::kNotSeen;
  }
  if (ok->protocol < limits::kMinProtocolVersion) {
    if (packet.peer.IsRoot()) context_.evidence.VersionRefused(now.mono);
    context_.Drop(DropReason::kUnsupportedVersion);
    return Verdict::kNotSeen;
  }
  Peer& peer = packet.peer;
  // Only roots and seeds deliver worlds (vl1.md §5.3).
  if ((peer.IsRoot() || context_.roots.IsSeed(peer.address())) && !parts_.worlds.OfferSection(now, ok->worlds)) {
    context_.Drop(DropReason::kMalformed);
    return Verdict::kNotSeen;
  }
  if (packet.hops == 0) packet.path.AddLatency(RoundTrip(context_.HelloTime(now), ok->timestamp_echo));
  peer.protocol = ok->protocol;
  peer.version_major = ok->major;
  peer.version_minor = ok->minor;
  peer.version_revision = ok->revision;
  if (ok->surface && packet.hops == 0) parts_.self_awareness.Report(now, peer, packet.path, *ok->surface);
  return Verdict::kSeen;
}

Verdict Replies::HandleError(const Now& now, const InboundPacket& packet) {
  const std::optional<wire::Error> error = wire::Error::Parse(packet.payload);
  if (!error) {
    context_.Drop(DropReason::kMalformed);
    return Verdict::kNotSeen;
  }
  if (error->code == WireError::kIdentityCollision) {
    // Believed only from roots (vl1.md §11.6).
    if (packet.peer.IsRoot()) {
      context_.evidence.Collided();
      context_.delegate.OnIdentityCollision(now);
    }
    return Verdict::kSeen;
  }
  if (BelongsAbove(error->in_re_verb)) return PassUp(context_, now, packet);
  return Verdict::kSeen;
}

}  // namespace zt::vl1
