#include "bench/scale/crowd.h"

#include "base/check.h"
#include "base/seeded_random.h"
#include "crypto/provider.h"
#include "node/commands.h"
#include "sim/heap_account.h"
#include "testing/issued_config.h"
#include "testing/test_identities.h"
#include "testing/test_planet.h"
#include "vl1/packet_seal.h"
#include "wire/packet_header.h"
#include "wire/peer_record.h"

namespace zt::bench {
namespace {

using sim::HeapAccount;

constexpr size_t kRoot = 0, kController = 1, kFirstMember = 2;
constexpr uint32_t kFirstIp = 20u << 24;
constexpr uint64_t kFirstAddress = 0x2000000000;

SecretIdentity Unworked(uint64_t number, RandomSource& random) {
  ByteArray<kPrivateKeySize> secret;
  random.Fill(secret);
  crypto::Key32 scalar, seed;
  std::copy_n(secret.begin(), 32, scalar.begin());
  std::copy_n(secret.begin() + 32, 32, seed.begin());
  const crypto::Key32 agreement = crypto::X25519Base(scalar), signing = crypto::Ed25519PublicFromSeed(seed);
  Identity identity{{kFirstAddress + number}, {}};
  std::copy_n(agreement.begin(), 32, identity.public_key.begin());
  std::copy_n(signing.begin(), 32, identity.public_key.begin() + 32);
  return {identity, secret};
}

IpAddress AddressAt(size_t place) {
  return IpAddress::V4((10u << 24 | 7u << 16) + 257 + static_cast<uint32_t>(place));
}

}  // namespace

Crowd::Crowd(size_t members) {
  SeededRandom random(1);
  for (size_t i : {kRoot, kController}) identities_.push_back(*SecretIdentity::ParseText(testing::kTestSecrets[i]));
  for (size_t i = 0; i < members; ++i) identities_.push_back(Unworked(i, random));
  planet_ = testing::TestPlanet({{identities_[kRoot].identity(), EndpointOf(kRoot)}});
  network_ = {identities_[kController].address().value << 24 | 1};
  machines_.resize(identities_.size());
  for (size_t i : {kRoot, kController}) {
    machines_[i].node = std::make_unique<node::Composition>(now(), OptionsOf(i, identities_[i]));
    Drain(i);
  }
  Do(kController, Command::kControllerEnable, [](node::HostWriter& out) { out.Bool(true); });
}

Crowd::~Crowd() {
  HeapAccount account(kMembersAccount);
  for (size_t i = kFirstMember; i < machines_.size(); ++i) machines_[i].node.reset();
}

Endpoint Crowd::EndpointOf(size_t machine) {
  return {IpAddress::V4(kFirstIp + static_cast<uint32_t>(machine)), 9993};
}

size_t Crowd::MachineAt(const Endpoint& endpoint) { return endpoint.ip.V4() - kFirstIp; }

node::NodeOptions Crowd::OptionsOf(size_t machine, const SecretIdentity& identity) const {
  node::NodeOptions options;
  options.identity = identity;
  options.planet = planet_;
  options.random_seed = Bytes(32, 3);
  for (size_t byte = 0; byte < 4; ++byte) options.random_seed[byte] = static_cast<uint8_t>(machine >> 8 * byte);
  if (machine >= kFirstMember) return options;
  for (size_t i = 0; i < identities_.size(); ++i) {
    PeerRecord record;
    record.identity = identities_[i].identity();
    if (i != machine) options.cached_peers.push_back(record.Serialize());
  }
  return options;
}

template <typename Input>
void Crowd::Feed(size_t machine, Input input) {
  Machine& m = machines_[machine];
  if (m.last_wake_up != time_) ++m.activity.wake_ups;
  m.last_wake_up = time_;
  {
    HeapAccount account(machine >= kFirstMember ? kMembersAccount : 0);
    m.activity.cpu.Start();
    input(*m.node);
    m.activity.cpu.Stop();
  }
  Drain(machine);
}

void Crowd::Drain(size_t machine) {
  Machine& m = machines_[machine];
  for (;;) {
    std::span<const Transmit> batch;
    {
      HeapAccount account(machine >= kFirstMember ? kMembersAccount : 0);
      m.activity.cpu.Start();
      batch = m.node->PollTransmit(now());
      m.activity.cpu.Stop();
    }
    if (batch.empty()) break;
    for (const Transmit& t : batch) {
      ++m.activity.sent;
      if (machine == looked_at_ && machine != kRoot) {
        ++m.activity.kinds["out: " + KindOf(machine, MachineAt(t.to), t.bytes)];
      }
      if (t.ttl != 0) continue;  // dies on the way
      flights_.push({time_ + kDelay, order_++, EndpointOf(machine), t.to, Bytes(t.bytes.begin(), t.bytes.end())});
    }
  }
  TakeEvents(machine);
  const Instant at = m.node->NextTimeout().at;
  if (m.timer != INT64_MAX) timers_.erase({m.timer, machine});
  m.timer = at == Instant::Never() ? INT64_MAX : std::max(at.ms, time_);
  if (m.timer != INT64_MAX) timers_.insert({m.timer, machine});
}

void Crowd::TakeEvents(size_t machine) {
  Bytes batch;
  while (!machines_[machine].node->events().empty()) {
    batch.clear();
    machines_[machine].node->events().Drain(batch, 1 << 16);
    ByteReader in(batch);
    while (in.remaining() != 0) {
      const auto code = static_cast<Event>(in.U16());
      const ByteSpan body = in.Take(in.U32());
      ZT_CHECK(in.ok());
      joined_ += code == Event::kNetworkOk;
      if (code == Event::kControllerRequest) Decide(body);
    }
  }
}

template <typename Write>
void Crowd::Do(size_t machine, Command op, Write write) {
  Bytes request, reply;
  node::HostWriter out(request);
  out.U16(static_cast<uint16_t>(op));
  write(out);
  Feed(machine, [&](node::Composition& node) { node::RunCommand(now(), node, request, reply); });
  ZT_CHECK(static_cast<Status>(ByteReader(reply).U32()) == Status::kOk);
}

void Crowd::Decide(ByteSpan request) {
  node::HostReader in(request);
  const NetworkId network{in.U64()};
  const uint64_t id = in.U64();
  const NodeAddress member = *NodeAddress::Parse(in.Str16().substr(0, 10));
  const size_t place = places_.try_emplace(member.value, places_.size()).first->second;
  Do(kController, Command::kControllerGrant, [&](node::HostWriter& out) {
    out.Address(member);
    out.U64(id);
    testing::WriteIssued(out, testing::OpenNetwork(network, now().wall.ms, member, AddressAt(place)));
  });
}

void Crowd::Join(Millis apart) {
  for (size_t i = kFirstMember; i < machines_.size(); ++i) {
    {
      node::NodeOptions options = OptionsOf(i, identities_[i]);
      HeapAccount account(kMembersAccount);
      machines_[i].node = std::make_unique<node::Composition>(now(), std::move(options));
    }
    Drain(i);
    Do(i, Command::kJoin, [this](node::HostWriter& out) { out.U64(network_.value); });
    Run(apart);
  }
}

void Crowd::Run(Millis duration) {
  const int64_t end = time_ + duration;
  while (Step(end)) {
  }
  time_ = end;
}

void Crowd::Ping(size_t from, size_t to) {
  const auto place = places_.find(identities_[kFirstMember + to].address().value);
  ZT_CHECK(place != places_.end());
  Do(kFirstMember + from, Command::kPing, [&](node::HostWriter& out) {
    out.U64(network_.value);
    out.Ip(AddressAt(place->second));
    out.U32(1);
    out.U16(32);
    out.U32(5000);
  });
}

bool Crowd::Step(int64_t end) {
  const int64_t flight = flights_.empty() ? INT64_MAX : flights_.top().at;
  const int64_t timer = timers_.empty() ? INT64_MAX : timers_.begin()->first;
  if (std::min(flight, timer) > end) return false;
  time_ = std::min(flight, timer);
  if (timer <= flight) {
    const size_t machine = timers_.begin()->second;
    ++machines_[machine].activity.timeouts;
    if (machine == looked_at_) {
      ++machines_[machine].activity.reasons[std::string(machines_[machine].node->NextTimeout().reason)];
    }
    Feed(machine, [this](node::Composition& node) { node.HandleTimeout(now()); });
    return true;
  }
  Flight arrived = flights_.top();
  flights_.pop();
  const size_t machine = MachineAt(arrived.to);
  if (machine >= machines_.size() || machines_[machine].node == nullptr) return true;
  ++machines_[machine].activity.received;
  if (machine == looked_at_ && machine != kRoot) {
    ++machines_[machine].activity.kinds["in: " + KindOf(MachineAt(arrived.from), machine, arrived.bytes)];
  }
  const InboundDatagram datagram{arrived.bytes, arrived.from, {0}};
  Feed(machine, [&](node::Composition& node) { node.HandleDatagrams(now(), {&datagram, 1}); });
  return true;
}

std::string Crowd::KindOf(size_t from, size_t to, ByteSpan packet) const {
  if (packet.size() < wire::kHeaderSize) return "junk";
  const size_t other = from == looked_at_ ? to : from;
  const std::string peer = other == kRoot ? "root" : other == kController ? "controller" : "member";
  const wire::PacketView sealed(packet);
  const bool end_to_end = sealed.source() == identities_[from].address() &&
                          sealed.destination() == identities_[to].address();
  if (!end_to_end) return "relayed by the " + peer;
  Bytes plain(packet.begin(), packet.end());
  ZT_CHECK(vl1::PeerKeys(*identities_[from].Agree(identities_[to].identity())).Open(plain));
  const wire::PacketView view(plain);
  std::string name(ToString(view.verb()));
  if (view.verb() == Verb::kOk && !view.compressed()) {
    name.append("(").append(ToString(static_cast<Verb>(view.payload()[0]))).append(")");
  }
  return name.append(from == looked_at_ ? " to the " : " from the ").append(peer);
}

void Crowd::Reset() {
  for (Machine& machine : machines_) machine.activity = {};
}

size_t Crowd::DirectPeersOf(size_t member) {
  size_t direct = 0;
  for (const vl1::PeerInfo& peer : machines_[member + kFirstMember].node->vl1().Peers(now())) {
    if (peer.address == identities_[kRoot].address()) continue;
    direct += std::any_of(peer.paths.begin(), peer.paths.end(), [](const vl1::PathInfo& p) { return !p.expired; });
  }
  return direct;
}

uint64_t Crowd::dropped(DropReason reason) const {
  uint64_t sum = 0;
  for (const Machine& machine : machines_) sum += machine.node->drops().Of(reason);
  return sum;
}

}  // namespace zt::bench
