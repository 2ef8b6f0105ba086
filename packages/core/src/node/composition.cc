#include "node/composition.h"

#include <algorithm>
#include <utility>

#include "crypto/aes_gmac_siv.h"
#include "vl1/limits.h"

namespace zt::node {

namespace {

TcpRelay::Settings RelaySettings(const NodeOptions& options) {
  TcpRelay::Settings settings = options.tcp_relay;
  settings.any_scope = options.allow_loopback_paths;
  return settings;
}

}  // namespace

Composition::Composition(const Now& now, NodeOptions options)
    : options_(std::move(options)),
      random_(options_.random_seed),
      impairment_(options_.impairment, drops_),
      events_(drops_),
      captures_(events_),
      frames_(*this, drops_, events_),
      relay_(RelaySettings(options_), random_, drops_, events_),
      stack_(random_, drops_, *this) {
  events_.queue().KeepRecordsOf(options_.max_peers);
  if (options_.identity.has_value()) {
    Start(now, *options_.identity);
  } else {
    generator_ = std::make_unique<vl1::IdentityGenerator>(random_);
  }
}

Composition::~Composition() = default;

void Composition::Start(const Now& now, const SecretIdentity& identity) {
  vl1::Options options;
  options.allow_loopback_paths = options_.allow_loopback_paths;
  options.use_aes = options_.aes.value_or(crypto::AesInHardware());
  options.blacklist = options_.blacklist;
  options.peer_blacklist = options_.peer_blacklist;
  options.physical_networks = options_.physical_networks;
  options.hints = options_.hints;
  options.low_bandwidth = options_.low_bandwidth;
  options.tunnel_only = relay_.forced();
  options.max_peers = options_.max_peers;
  options.relay_total = options_.relay_total;
  options.relay_per_source = options_.relay_per_source;
  vl1_ = std::make_unique<vl1::Vl1>(options, identity, random_, filling_, drops_,
                                     static_cast<vl1::Delegate&>(*this));
  const vl2::Options vl2_options{options_.platform, vl1::AnnouncedProtocol(options.use_aes), options.low_bandwidth};
  vl2_ = std::make_unique<vl2::Vl2>(*vl1_, random_, drops_, vl2_options, static_cast<vl2::Delegate&>(*this));
  ports_ = std::make_unique<NetworkPorts>(stack_, *vl2_, events_);
  if (!options_.planet.empty() && !vl1_->OfferPlanet(now, options_.planet)) {
    events_.Fatal(FatalReason::kInvalidPlanet, "the planet was refused");
    phase_ = Phase::kFailed;
    return;
  }
  LoadMoons(now);
  events_.Node(Event::kNodeUp, identity.address());
  events_.Stack(Event::kStackUp);
  phase_ = Phase::kRunning;
  relay_.Start(now);
  if (vl1_->online()) events_.Node(Event::kNodeOnline, identity.address());
  LoadCaches(now);
}

void Composition::LoadMoons(const Now& now) {
  for (const Bytes& moon : options_.moons) {
    if (!vl1_->OfferMoon(now, moon)) events_.Warn(Warning::kMoonRejected, "a stored moon is malformed");
  }
  for (const Orbit& orbit : options_.orbits) {
    const Status status = vl1_->Orbit(now, orbit.moon, orbit.seed);
    if (status != Status::kOk) events_.Warn(Warning::kMoonRejected, "no orbit of " + NetworkId{orbit.moon}.ToString());
  }
  options_.moons = {};
  options_.orbits = {};
}

void Composition::LoadCaches(const Now& now) {
  for (const Bytes& record : options_.cached_peers) {
    if (!vl1_->LoadPeer(now, record)) events_.Warn(Warning::kPeerCacheRejected, "a cached peer record is malformed");
  }
  for (const CachedNetwork& cached : options_.cached_networks) {
    const auto permitted = std::find_if(options_.permitted_networks.begin(), options_.permitted_networks.end(),
                                        [&](const PermittedNetwork& network) { return network.id == cached.id; });
    const bool named = permitted != options_.permitted_networks.end();
    const Status status = Join(now, cached.id, cached.dictionary, named ? &permitted->permissions : nullptr);
    const bool placeholder = cached.dictionary.size() < 2;  // vl2.md §3.2 step 3
    const auto info = vl2_->Info(cached.id);
    if (status != Status::kOk || (!placeholder && info.has_value() && info->config == nullptr)) {
      events_.Warn(Warning::kNetworkCacheRejected, cached.id.ToString());
    }
  }
  options_.cached_peers = {};
  options_.cached_networks = {};
  options_.permitted_networks = {};
  options_.planet = {};
  options_.identity.reset();
}

Status Composition::Availability() const {
  switch (phase_) {
    case Phase::kMakingIdentity: return Status::kNotReady;
    case Phase::kRunning: return Status::kOk;
    case Phase::kFailed:
    case Phase::kDown: return Status::kClosed;
  }
  return Status::kClosed;
}

void Composition::HandleDatagrams(const Now& now, std::span<const InboundDatagram> batch) {
  for (const InboundDatagram& datagram : batch) {
    if (relay_.forced()) {  // nothing is accepted by UDP then (vl1.md §10.3)
      drops_.Count(DropReason::kPathRefused);
    } else {
      HandleDatagram(now, datagram);
    }
  }
  if (phase_ != Phase::kRunning) return;
  NoticeSleep(now);
  relay_.HeardDirectly(now, vl1_->heard_directly());
  TellTunnel(now);
}

void Composition::NoticeSleep(const Now& now) {
  if (woke_ == vl1_->woke()) return;
  woke_ = vl1_->woke();
  relay_.WokeUp(now);
}

void Composition::TellTunnel(const Now& now) {
  if (phase_ != Phase::kRunning || tunnel_ == relay_.InUse()) return;
  tunnel_ = relay_.InUse();
  vl1_->SetTunnel(now, tunnel_);
}

void Composition::HandleDatagram(const Now& now, const InboundDatagram& datagram) {
  if (phase_ != Phase::kRunning) return;
  traffic_.Received(datagram.bytes.size());
  if (captures_.datagrams()) [[unlikely]] captures_.Received(now, datagram);
  vl1_->HandleDatagram(now, datagram);
}

Endpoint Composition::RelayWanted() const { return phase_ == Phase::kRunning ? relay_.Wanted() : Endpoint{}; }

void Composition::HandleRelayOpen(const Now& now) {
  if (phase_ != Phase::kRunning) return;
  relay_.HandleOpen(now);
  TellTunnel(now);
}

void Composition::HandleRelayData(const Now& now, ByteSpan bytes) {
  while (!bytes.empty()) {
    const size_t size = std::min(bytes.size(), wire::RelayRecordReader::kMaxAppend);
    relay_.HandleData(bytes.first(size));
    bytes = bytes.subspan(size);
    while (const std::optional<InboundDatagram> datagram = relay_.NextDatagram(now)) HandleDatagram(now, *datagram);
  }
  TellTunnel(now);
}

void Composition::HandleRelayClosed(const Now& now) {
  if (phase_ != Phase::kRunning) return;
  relay_.HandleClosed(now);
  TellTunnel(now);
}

void Composition::HandleTimeout(const Now& now) {
  if (phase_ == Phase::kMakingIdentity) {
    const std::optional<SecretIdentity> made = generator_->Step();
    if (!made.has_value()) return;
    generator_.reset();
    // Before NODE_UP (sdk-api.md §3.3).
    events_.StoreIdentity(Event::kStoreIdentitySecret, made->ToSecretText());
    events_.StoreIdentity(Event::kStoreIdentityPublic, made->identity().ToText());
    return Start(now, *made);
  }
  captures_.HandleTimeout(now);
  if (phase_ != Phase::kRunning) return;
  vl1_->HandleTimeout(now);
  NoticeSleep(now);
  relay_.HandleTimeout(now);
  TellTunnel(now);
  vl2_->HandleTimeout(now);
  stack_.HandleTimeout(now);
}

Deadline Composition::NextTimeout() const {
  if (phase_ == Phase::kMakingIdentity) return {Instant::LongAgo(), "identity generation"};
  const Deadline held = Earliest({impairment_.NextTimeout(), "impairment"}, captures_.NextTimeout());
  if (phase_ != Phase::kRunning) return held;
  const Deadline own = Earliest(relay_.NextTimeout(), held);
  return Earliest(Earliest(vl1_->NextTimeout(), vl2_->NextTimeout()), Earliest(stack_.NextTimeout(), own));
}

bool Composition::Settle(const Now& now) {
  const bool sent = !frames_.empty() && phase_ == Phase::kRunning && frames_.Flush(now, *vl2_);
  for (int round = 0; round < kMaxSettleRounds && phase_ == Phase::kRunning; ++round) {
    delivered_ = false;
    vl2_->Flush(now);
    stack_.Flush(now);
    if (!delivered_) break;
  }
  while (const auto event = stack_.PollEvent()) {
    if (ports_ == nullptr || !ports_->HandleStackEvent(now, *event)) events_.Socket(*event);
  }
  return sent;
}

std::span<const Transmit> Composition::PollTransmit(const Now& now) {
  for (;;) {
    const std::span<const Transmit> leaving = TakeTransmit(now);
    if (captures_.datagrams()) [[unlikely]] captures_.Sent(now, leaving);
    // Nothing goes by UDP when the relay is forced (vl1.md §10.3).
    if (relay_.forced() && !leaving.empty()) continue;
    for (const Transmit& datagram : leaving) traffic_.Sent(datagram.bytes.size());
    return leaving;
  }
}

std::span<const Transmit> Composition::TakeTransmit(const Now& now) {
  // Again when impairment dropped a whole batch, or all frames of the application were refused: an empty answer means
  // that there is nothing left.
  for (;;) {
    const bool more = Settle(now);
    std::swap(filling_, handed_);
    filling_.Clear();
    if (phase_ == Phase::kRunning) relay_.Send(now, handed_.datagrams());
    TellTunnel(now);
    if (more && handed_.empty()) continue;
    if (!impairment_.active()) return handed_.datagrams();
    const std::span<const Transmit> impaired = impairment_.Apply(now, handed_.datagrams());
    if (!impaired.empty() || handed_.empty()) return impaired;
  }
}

void Composition::Shutdown(const Now& now) {
  if (phase_ == Phase::kDown) return;
  frames_.EndAll(Status::kClosed);
  if (phase_ == Phase::kRunning) {
    for (NetworkId id : vl2_->Networks()) {
      if (const auto info = vl2_->Info(id)) ports_->Detach(now, *info);
    }
    Settle(now);
    vl1_->SavePeers(now);
    relay_.Send(now, filling_.datagrams());
    // What the host takes after this call belongs to the captures that end here.
    if (captures_.datagrams() && !impairment_.active()) captures_.Sent(now, filling_.datagrams());
  }
  relay_.Shutdown();
  captures_.EndAll(now);
  const NodeAddress self = vl1_ != nullptr ? vl1_->self().address() : NodeAddress{};
  phase_ = Phase::kDown;
  events_.Stack(Event::kStackDown);
  events_.Node(Event::kNodeDown, self);
}

Status Composition::Join(const Now& now, NetworkId network, ByteSpan cached, const NetworkPermissions* permissions) {
  if (network.value == 0 || (!network.IsAdHoc() && !network.Controller().IsValid())) return Status::kInvalidArgument;
  if (permissions != nullptr) ports_->Permit(now, network, *permissions, vl1_->online());
  joining_ = true;
  const bool joined = vl2_->Join(now, network, cached);
  joining_ = false;
  if (!joined) {
    if (!vl2_->Info(network).has_value()) ports_->ForgetPermissions(network);
    return Status::kLimitReached;
  }
  if (const auto info = vl2_->Info(network)) ports_->Attach(now, *info);
  return Status::kOk;
}

Status Composition::Leave(const Now& now, NetworkId network) {
  const auto info = vl2_->Info(network);
  if (!info.has_value()) return Status::kNotFound;
  frames_.End(network, Status::kNetworkDown);
  ports_->Detach(now, *info);
  ports_->GivePlaces(now);
  Settle(now);  // resets of its connections leave while it is still ours
  vl2_->Leave(now, network);
  return Status::kOk;
}

}  // namespace zt::node
