#include "vl1/direct_paths.h"

#include <algorithm>
#include <array>

#include "vl1/path_check.h"
#include "vl1/path_selector.h"
#include "vl1/route.h"
#include "wire/verb/push_direct_paths.h"

namespace zt::vl1 {
namespace {

constexpr size_t kHeaderAndCount = 28 + 2;

}  // namespace

bool DirectPaths::SetLocal(std::span<const Endpoint> endpoints) {
  const size_t count = std::min(endpoints.size(), kLocalEndpoints);
  std::vector<Endpoint> next(endpoints.begin(), endpoints.begin() + static_cast<std::ptrdiff_t>(count));
  const bool changed = next != local_;
  local_ = std::move(next);
  return changed;
}

std::vector<Endpoint> DirectPaths::OwnEndpoints() const {
  std::vector<Endpoint> out;
  const auto add = [&](const Endpoint& endpoint) {
    if (endpoint.port == 0 || !UsableForPaths(context_.options, endpoint.ip)) return;
    if (Blacklisted(context_.options, endpoint.ip) || context_.delegate.IsVirtualAddress(endpoint.ip)) return;
    if (std::find(out.begin(), out.end(), endpoint) == out.end()) out.push_back(endpoint);
  };
  for (const Endpoint& endpoint : local_) add(endpoint);
  for (const Endpoint& endpoint : context_.surface.Distinct()) add(endpoint);
  return out;
}

void DirectPaths::PushIfDue(const Now& now, Peer& peer, Path& path, uint8_t hops) {
  if (!peer.Trusted(now.mono)) return;
  const Millis direct = context_.options.low_bandwidth ? kPushDirectLowBandwidth : kPushDirect;
  if (!peer.push_news && now.mono - peer.last_push_sent < (hops == 0 ? direct : RelayedInterval(peer))) return;
  if (GateClosed(now, peer)) return;  // before the endpoints are gathered: this is asked for every packet
  Push(now, peer, path, OwnEndpoints());
}

// Receivers process a burst of 8 and want a pause of more than 30 s before the next (vl1.md §5.8): a peer that stays
// relayed would stop listening to us after two minutes. A pause in time keeps its gate open.
Millis DirectPaths::RelayedInterval(const Peer& peer) {
  return peer.pushes_sent < kPushesPerBurst ? kPushRelayed : kPushBurstReset + kPushRelayedMargin;
}

void DirectPaths::PushToAll(const Now& now) {
  again_ = true;
  TellAll(now);
}

void DirectPaths::RootReached(const Now& now) {
  if (!again_) return;
  again_ = false;
  TellAll(now);
}

void DirectPaths::TellAll(const Now& now) {
  const std::vector<Endpoint> endpoints = OwnEndpoints();
  size_t pushed = 0;
  context_.peers.ForEach([&](Peer& peer) {
    if (!peer.Trusted(now.mono)) return;
    peer.push_news = true;  // told by the next packet from it if not now
    const Route route = RouteTo(context_, now.mono, peer);
    if (route.path == nullptr || pushed >= kRoamingStep) return;
    ++pushed;
    Push(now, peer, *route.path, endpoints);
    peer.push_news = true;  // and again by the next packet from it, whatever becomes of this one
  });
}

// A receiver whose gate is closed would begin its pause anew: news waits for the end of it.
bool DirectPaths::GateClosed(const Now& now, Peer& peer) {
  if (now.mono - peer.last_push_sent >= kPushBurstReset + kPushRelayedMargin) peer.pushes_sent = 0;
  return peer.pushes_sent >= kPushBurst;
}

void DirectPaths::Push(const Now& now, Peer& peer, Path& path, std::span<const Endpoint> endpoints) {
  if (GateClosed(now, peer)) return;
  peer.push_news = false;
  peer.last_push_sent = now.mono;
  for (size_t next = 0; next < endpoints.size();) {
    wire::PushDirectPaths push;
    size_t size = kHeaderAndCount;
    while (next < endpoints.size()) {
      const size_t record = wire::PushDirectPaths::RecordSize(endpoints[next]);
      if (size + record >= limits::kMaxPushDirectPathsSize) break;
      size += record;
      push.paths.push_back({0, endpoints[next++]});
    }
    std::array<uint8_t, limits::kMaxPushDirectPathsSize> bytes;
    ByteWriter out(bytes);
    push.SerializeTo(out);
    const ByteSpan payload = out.written();
    writer_.WriteOn(now, peer, Verb::kPushDirectPaths, {&payload, 1}, path);
    ++peer.pushes_sent;
  }
}

// A burst of 8 is processed; a pause of more than 30 s opens the gate again (vl1.md §5.8).
bool DirectPaths::WithinBurst(Instant now, Peer& peer) {
  const bool same_burst = now - peer.last_push_received <= kPushBurstReset;
  peer.pushes_in_burst = same_burst ? std::min(peer.pushes_in_burst + 1, kPushBurst) : 0;
  peer.last_push_received = now;
  return peer.pushes_in_burst < kPushBurst;
}

Verdict DirectPaths::Handle(const Now& now, const InboundPacket& packet) {
  Peer& peer = packet.peer;
  if (!WithinBurst(now.mono, peer)) {
    context_.Drop(DropReason::kRateLimited);
    return Verdict::kSeen;
  }
  const std::optional<wire::PushDirectPaths> push = wire::PushDirectPaths::Parse(packet.payload);
  if (!push) {
    context_.Drop(DropReason::kMalformed);
    return Verdict::kNotSeen;
  }
  std::array<std::array<size_t, 2>, 8> probes{};  // by scope and family
  for (const wire::DirectPath& record : push->paths) {
    if (record.flags & wire::DirectPath::kForget) continue;
    const bool known = std::any_of(peer.slots.begin(), peer.slots.end(), [&](const PathSlot& slot) {
      return slot.path->endpoint == record.endpoint && SlotUsable(slot, now.mono);
    });
    if (known) continue;
    if (!PathAllowed(context_, peer.address(), record.endpoint)) {
      context_.Drop(DropReason::kPathRefused);
      continue;
    }
    // A cluster redirect is an ordinary probe to us (vl1.md §7.8).
    const IpAddress& ip = record.endpoint.ip;
    size_t& count = probes[static_cast<size_t>(ip.Scope()) & 7][ip.IsV6() ? 1 : 0];
    if (count++ < kPushedProbesPerClass) prober_.Probe(now, peer, {kAllSockets, record.endpoint}, false);
  }
  return Verdict::kSeen;
}

}  // namespace zt::vl1
