#include "vl1/vl1.h"

#include <algorithm>

#include "vl1/connectivity.h"
#include "vl1/inbound.h"
#include "vl1/keepalive.h"
#include "vl1/known_endpoints.h"
#include "vl1/outbound.h"
#include "vl1/path_selector.h"
#include "vl1/peer_info.h"
#include "vl1/roaming.h"
#include "vl1/wake_up.h"
#include "vl1/route.h"
#include "wire/peer_record.h"

namespace zt::vl1 {
namespace {

Options Clamped(Options options) {
  const size_t mtu = std::clamp<size_t>(options.physical_mtu, limits::kMinPhysicalMtu, limits::kMaxPhysicalMtu);
  options.physical_mtu = static_cast<uint16_t>(mtu);
  options.max_peers = std::clamp(options.max_peers, kMinPeersOption, kMaxPeersOption);
  return options;
}

}  // namespace

// The parts, each after those it calls.
struct Vl1::Impl {
  Impl(const Options& options, const SecretIdentity& self, RandomSource& random, TransmitQueue& transmit,
       DropCounters& drops, Delegate& delegate)
      : context{.options = Clamped(options),
                .aes = options.use_aes,
                .self = self,
                .random = random,
                .transmit = transmit,
                .drops = drops,
                .delegate = delegate,
                .paths = PathTable(random, MaxPaths(Clamped(options).max_peers)),
                .peers = PeerTable(Clamped(options).max_peers),
                .roots = RootSet(self.identity()),
                .expected = ExpectedReplies(Clamped(options).max_peers),
                .surface = {},
                .sockets = {},
                .evidence = {}} {}

  Context context;
  PacketWriter writer{context};
  Prober prober{context, writer};
  Reachability reachability{context};
  KeepaliveSchedule schedule{context.options.low_bandwidth};
  PathDoubt doubt{context, schedule};
  WaitingPackets waiting{context.drops};
  Admission admission{context, schedule};
  Whois whois{context, writer, admission, doubt};
  Online online{context, reachability};
  ConnectivityWatch connectivity{context, online};
  Worlds worlds{context, {schedule, admission, online, whois, reachability}};
  DirectPaths direct_paths{context, writer, prober};
  SelfAwareness self_awareness{context, {schedule, prober, reachability, direct_paths}};
  RendezvousHandler rendezvous{context, writer, prober};
  Seen seen{context, {schedule, writer, reachability, online, direct_paths, doubt}};
  Replies replies{context, {whois, worlds, self_awareness}};
  HelloHandler hello{context, {writer, admission, self_awareness, seen}};
  Dispatch dispatch{context, {writer, whois, rendezvous, direct_paths, replies, seen}};
  Relay relay{context, writer, doubt};
  Inbound inbound{context, {relay, whois, waiting, hello, dispatch, writer}};
  EndpointHints hints{context, writer};
  Outbound outbound{context, {writer, reachability, waiting, whois, doubt, hints}};
  Keepalive keepalive{context, {schedule, prober, writer, reachability, admission, whois, doubt}};
  Roaming roaming{context, {schedule, doubt, writer, prober, reachability, direct_paths}};
  ClockWatch clock;
  WakeUp wake_up{context, {schedule, online, roaming}};
  bool endpoints_told = false;
  Instant woke = Instant::LongAgo();

  void CheckClock(const Now& now) {
    const auto jump = clock.Observe(now);
    if (!jump) [[likely]] return;
    woke = now.mono;
    wake_up.Handle(now, *jump);
  }

  // After an input that made identities or routes known. What is retried may make more known; the rest of that waits
  // for the next input.
  void RetryWaiting(const Now& now) {
    if (!context.retry_waiting) return;
    context.retry_waiting = false;
    whois.RoutesChanged(now);
    outbound.RetryWaiting(now);
    inbound.RetryWaiting(now);
    rendezvous.RetryHeld(now);
  }
};

Vl1::Vl1(const Options& options, const SecretIdentity& self, RandomSource& random, TransmitQueue& transmit,
         DropCounters& drops, Delegate& delegate)
    : impl_(std::make_unique<Impl>(options, self, random, transmit, drops, delegate)) {}

Vl1::~Vl1() = default;

bool Vl1::OfferPlanet(const Now& now, ByteSpan serialized) {
  const std::optional<World> world = World::Parse(serialized);
  if (!world || world->type != WorldType::kPlanet) return false;
  impl_->worlds.Offer(now, *world);
  return true;
}

bool Vl1::OfferMoon(const Now& now, ByteSpan serialized) {
  const std::optional<World> world = World::Parse(serialized);
  if (!world || world->type != WorldType::kMoon || world->id == 0) return false;
  impl_->worlds.Offer(now, *world);
  return true;
}

bool Vl1::MayOrbit(uint64_t moon, NodeAddress seed) const { return impl_->worlds.MayOrbit(moon, seed); }
Status Vl1::Orbit(const Now& now, uint64_t moon, NodeAddress seed) { return impl_->worlds.Orbit(now, moon, seed); }

Status Vl1::Deorbit(const Now& now, uint64_t moon) { return impl_->worlds.Deorbit(now, moon); }

std::vector<MoonInfo> Vl1::Moons() const { return impl_->worlds.Moons(); }

bool Vl1::LoadPeer(const Now& now, ByteSpan record) {
  const std::optional<PeerRecord> parsed = PeerRecord::Parse(record);
  if (!parsed) return false;
  Peer* peer = impl_->admission.Admit(now, parsed->identity);
  if (peer == nullptr) return true;  // our own, or one that a root's key contradicts: nothing wrong with the record
  peer->protocol = std::min<int>(parsed->protocol, 255);
  peer->version_major = parsed->major;
  peer->version_minor = parsed->minor;
  peer->version_revision = parsed->revision;
  peer->remembered = parsed->endpoints;
  if (peer->remembered.size() > kRememberedEndpoints) peer->remembered.resize(kRememberedEndpoints);
  peer->try_remembered = !peer->remembered.empty();
  impl_->schedule.Touch(now.mono, *peer);
  return true;
}

void Vl1::SetLocalEndpoints(const Now& now, std::span<const Endpoint> endpoints) {
  const bool first = !impl_->endpoints_told;
  impl_->endpoints_told = true;
  if (impl_->direct_paths.SetLocal(endpoints) && !first) impl_->roaming.Start(now);
}

void Vl1::SetLocalSockets(const Now& now, std::span<const BoundSocket> sockets) {
  impl_->roaming.SetSockets(now, sockets);
}

void Vl1::HandleDatagram(const Now& now, const InboundDatagram& datagram) {
  impl_->context.evidence.DatagramArrived(now.mono);
  impl_->CheckClock(now);
  impl_->inbound.HandleDatagram(now, datagram);
  impl_->RetryWaiting(now);
  impl_->connectivity.InputHandled(now);
}

void Vl1::HandleTimeout(const Now& now) {
  impl_->CheckClock(now);
  impl_->keepalive.HandleTimeout(now);
  impl_->whois.HandleTimeout(now);
  for (NodeAddress address : impl_->waiting.Expire(now.mono)) impl_->reachability.GaveUp(now, address);
  impl_->online.HandleTimeout(now);
  impl_->roaming.HandleTimeout(now);
  impl_->self_awareness.HandleTimeout(now);
  impl_->RetryWaiting(now);
  impl_->connectivity.InputHandled(now);
  impl_->connectivity.HandleTimeout(now);
}

Deadline Vl1::NextTimeout() const {
  Deadline out = impl_->keepalive.NextTimeout();
  out = Earliest(out, impl_->whois.NextTimeout());
  out = Earliest(out, impl_->waiting.NextTimeout());
  out = Earliest(out, impl_->roaming.NextTimeout());
  out = Earliest(out, impl_->connectivity.NextTimeout());
  out = Earliest(out, impl_->self_awareness.NextTimeout());
  out = Earliest(out, impl_->online.NextTimeout());
  impl_->clock.Promise(out.at);
  return out;
}

PacketId Vl1::Send(const Now& now, NodeAddress to, Verb verb, Gather payload, SendOptions options) {
  return impl_->outbound.Send(now, to, verb, payload, options);
}

size_t Vl1::MaxPayload(const Now& now, NodeAddress to) const {
  const Context& context = impl_->context;
  const Peer* peer = context.peers.Find(to);
  const Path* path = peer == nullptr ? nullptr : RouteTo(context, now.mono, *peer).path;
  const size_t mtu = path == nullptr ? context.physical.smallest_mtu() : context.physical.Of(path->endpoint.ip).mtu;
  return MaxPacket(mtu) - wire::kHeaderSize;
}

bool Vl1::HasRoom() const { return impl_->writer.HasRoom(); }

const SecretIdentity& Vl1::self() const { return impl_->context.self; }

const Identity* Vl1::FindIdentity(NodeAddress address) const {
  if (address == impl_->context.self.address()) return &impl_->context.self.identity();
  const Peer* peer = impl_->context.peers.Find(address);
  return peer == nullptr ? nullptr : &peer->identity;
}

void Vl1::RequestIdentity(const Now& now, NodeAddress address) { impl_->whois.Request(now, address); }

bool Vl1::IsRoot(NodeAddress address) const { return impl_->context.roots.Find(address) != nullptr; }

bool Vl1::WeAreRoot() const { return impl_->context.roots.WeAreRoot(); }

std::vector<NodeAddress> Vl1::Roots() const {
  std::vector<NodeAddress> out;
  for (const WorldRoot& root : impl_->context.roots.roots()) out.push_back(root.identity.address);
  return out;
}

std::optional<NodeAddress> Vl1::BestRoot(const Now& now) const {
  const Peer* root = zt::vl1::BestRoot(impl_->context, now.mono);
  if (root == nullptr) return std::nullopt;
  return root->address();
}

std::optional<int> Vl1::Latency(NodeAddress address) const {
  const Peer* peer = impl_->context.peers.Find(address);
  if (peer == nullptr || peer->slots.empty()) return std::nullopt;
  // The latest moment the peer was heard stands for now: the choice among its paths is the one in use.
  return LatencyOf(*peer, peer->last_heard);
}

const Activity& Vl1::activity() const { return impl_->context.activity; }

std::optional<std::vector<Endpoint>> Vl1::KnownEndpoints(size_t max) const {
  return zt::vl1::KnownEndpoints(impl_->context, max);
}

size_t Vl1::peer_count() const { return impl_->context.peers.size(); }

size_t Vl1::path_count() const { return impl_->context.paths.size(); }

bool Vl1::online() const { return impl_->online.online(); }

void Vl1::SetTunnel(const Now& now, const Endpoint& relay) {
  impl_->context.tunnel_over = relay.IsNone();
  impl_->connectivity.SetTunnel(now, relay);
  if (relay.IsNone()) {
    impl_->roaming.EndTunnel(now);
  } else {
    impl_->roaming.Start(now);  // everybody has to learn that we are found there now
  }
}

Instant Vl1::heard_directly() const { return impl_->context.heard_directly; }

Instant Vl1::woke() const { return impl_->woke; }

ConnectivityInfo Vl1::Diagnose(const Now& now) const { return impl_->connectivity.Diagnose(now); }

uint64_t Vl1::planet_id() const { return impl_->context.roots.planet().id; }

int64_t Vl1::planet_timestamp() const { return static_cast<int64_t>(impl_->context.roots.planet().timestamp); }

std::vector<PeerInfo> Vl1::Peers(const Now& now) const {
  std::vector<PeerInfo> out;
  impl_->context.peers.ForEach([&](const Peer& peer) { out.push_back(Describe(peer, now.mono)); });
  return out;
}

std::vector<Endpoint> Vl1::SurfaceEndpoints() const { return impl_->context.surface.Distinct(); }

void Vl1::SavePeers(const Now& now) {
  impl_->context.peers.ForEach([&](const Peer& peer) {
    if (const std::optional<Bytes> record = CacheRecord(peer, now.mono)) {
      impl_->context.delegate.OnPeerRecord(now, peer.address(), *record);
    }
  });
}

}  // namespace zt::vl1
