// Several Vl1 instances on a simulated network without NATs, in virtual time: datagrams take a fixed delay, may be lost
// by a seed, and pairs of endpoints can be cut off from each other.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/seeded_random.h"
#include "testing/test_identities.h"
#include "vl1/vl1.h"
#include "wire/world.h"

namespace zt::testing {

struct Received {
  NodeAddress source;
  Verb verb;
  PacketId id;
  uint8_t hops;
  Endpoint from;
  Bytes payload;
};

// One node and everything it told its delegate.
class LabNode : public vl1::Delegate {
 public:
  LabNode(size_t identity, const Endpoint& endpoint, const vl1::Options& options)
      : secret(*SecretIdentity::ParseText(kTestSecrets[identity])), endpoint(endpoint), random(identity + 1),
        vl1(std::make_unique<vl1::Vl1>(options, secret, random, transmit, drops, *this)) {}

  bool HandleMessage(const Now& now, const vl1::Message& m) override {
    const Bytes payload(m.payload.begin(), m.payload.end());
    received.push_back({m.source->address, m.verb, m.packet_id, m.hops, m.from, payload});
    if (on_message) on_message(now, m);
    return trust;
  }
  void OnIdentityKnown(const Now&, const Identity& identity) override { known.push_back(identity.address); }
  std::vector<NodeAddress> AlwaysContact() const override { return contacts; }
  bool IsVirtualAddress(const IpAddress& ip) const override { return virtual_addresses.contains(ip); }
  void OnOnlineChange(const Now& now, bool online) override {
    online_changes.push_back({now.mono.ms, online});
  }
  void OnConnectivity(const Now& now, const vl1::ConnectivityInfo& info) override {
    connectivity.push_back({now.mono.ms, info});
  }
  void OnPeerChange(const Now&, const vl1::PeerInfo& peer, vl1::PeerChange change, const Endpoint&) override {
    changes.push_back({peer.address, change});
  }
  void OnIdentityCollision(const Now&) override { ++collisions; }
  void OnPlanet(const Now&, ByteSpan serialized) override {
    planets.emplace_back(serialized.begin(), serialized.end());
  }
  void OnMoon(const Now&, uint64_t id, ByteSpan serialized) override {
    moons.push_back({id, Bytes(serialized.begin(), serialized.end())});
  }
  void OnPeerRecord(const Now&, NodeAddress peer, ByteSpan record) override {
    records[peer] = Bytes(record.begin(), record.end());
  }
  void OnSurfaceChange(const Now&, std::span<const Endpoint> endpoints) override {
    surfaces.emplace_back(endpoints.begin(), endpoints.end());
  }
  void OnWarning(const Now&, Warning warning, std::string_view) override { warnings.push_back(warning); }

  NodeAddress address() const { return secret.address(); }
  size_t CountChanges(NodeAddress peer, vl1::PeerChange change) const {
    size_t n = 0;
    for (const auto& [who, what] : changes) n += who == peer && what == change;
    return n;
  }
  size_t CountWarnings(Warning warning) const {
    return static_cast<size_t>(std::count(warnings.begin(), warnings.end(), warning));
  }

  // The addresses it sends from and is reached at, by socket number; `endpoint` is socket 0.
  void TellSockets(const Now& now) {
    std::vector<vl1::BoundSocket> list;
    for (const auto& [number, bound] : sockets) list.push_back({{number}, bound});
    vl1->SetLocalSockets(now, list);
  }
  std::optional<LocalSocket> SocketAt(const Endpoint& at) const {
    for (const auto& [number, bound] : sockets) {
      if (bound == at) return LocalSocket{number};
    }
    return std::nullopt;
  }

  SecretIdentity secret;
  Endpoint endpoint;
  std::map<int32_t, Endpoint> sockets{{0, endpoint}};
  SeededRandom random;
  TransmitQueue transmit;
  DropCounters drops;
  bool trust = false;
  bool running = true;
  std::function<void(const Now&, const vl1::Message&)> on_message;
  std::vector<NodeAddress> contacts;
  std::set<IpAddress> virtual_addresses;
  std::vector<Received> received;
  std::vector<NodeAddress> known;
  std::vector<std::pair<int64_t, bool>> online_changes;
  std::vector<std::pair<int64_t, vl1::ConnectivityInfo>> connectivity;
  std::vector<std::pair<NodeAddress, vl1::PeerChange>> changes;
  std::vector<Bytes> planets;
  std::vector<std::pair<uint64_t, Bytes>> moons;
  std::map<NodeAddress, Bytes> records;
  std::vector<Warning> warnings;
  std::vector<std::vector<Endpoint>> surfaces;
  int collisions = 0;
  uint64_t wake_ups = 0;      // HandleTimeout calls
  uint64_t datagrams_in = 0;
  std::unique_ptr<vl1::Vl1> vl1;
};

class Vl1Lab {
 public:
  explicit Vl1Lab(uint64_t seed = 1) : random_(seed) {}

  // Datagrams from one endpoint to another take this long, unless lost.
  Millis delay = 10;
  double loss = 0;
  Millis wall_offset = 0;  // everybody's wall clock was set by this
  // Sees every datagram when it is sent, before loss and cuts; may change it. False: it vanishes.
  std::function<bool(const Endpoint& from, const Endpoint& to, Bytes& bytes)> tap;

  Now now() const { return {{time_}, {kWallStart + time_ + wall_offset}}; }

  LabNode& Add(size_t identity, std::string_view endpoint, const vl1::Options& options = {}) {
    nodes_.push_back(std::make_unique<LabNode>(identity, *Endpoint::Parse(endpoint), options));
    return *nodes_.back();
  }
  // A planet signed by its first root, which holds the update key too.
  static World MakePlanet(std::vector<std::pair<const LabNode*, std::vector<Endpoint>>> roots,
                          uint64_t timestamp = 1000) {
    World world;
    world.type = WorldType::kPlanet;
    world.id = 0x6c61620000000077;
    world.timestamp = timestamp;
    world.next_key = roots[0].first->secret.identity().public_key;
    for (const auto& [node, endpoints] : roots) world.roots.push_back({node->secret.identity(), endpoints});
    world.signature = roots[0].first->secret.Sign(world.SignedMessage());
    return world;
  }
  // A moon, signed by its first root as well, with that root's address as id (vl1.md §6.6).
  static World MakeMoon(std::vector<std::pair<const LabNode*, std::vector<Endpoint>>> roots,
                        uint64_t timestamp = 1000) {
    World world = MakePlanet(roots, timestamp);
    world.type = WorldType::kMoon;
    world.id = roots[0].first->address().value;
    world.signature = roots[0].first->secret.Sign(world.SignedMessage());
    return world;
  }
  void GivePlanet(const World& world) {
    for (auto& node : nodes_) CHECK(node->vl1->OfferPlanet(now(), world.Serialize()));
  }
  void Block(const LabNode& a, const LabNode& b) {
    blocked_.insert({a.endpoint, b.endpoint});
    blocked_.insert({b.endpoint, a.endpoint});
  }
  void Unblock(const LabNode& a, const LabNode& b) {
    blocked_.erase({a.endpoint, b.endpoint});
    blocked_.erase({b.endpoint, a.endpoint});
  }
  PacketId Send(LabNode& from, NodeAddress to, Verb verb, ByteSpan payload, bool expect = false) {
    const PacketId id = from.vl1->Send(now(), to, verb, {&payload, 1}, {.expect_reply = expect});
    Drain(from);
    return id;
  }
  // The machine has other addresses from now on: datagrams on their way to the old ones are lost. The node is told
  // unless the host cannot know.
  void Move(LabNode& node, std::map<int32_t, Endpoint> sockets, bool tell = true) {
    node.sockets = std::move(sockets);
    node.endpoint = node.sockets.empty() ? Endpoint{} : node.sockets.begin()->second;
    if (tell) node.TellSockets(now());
    Drain(node);
  }
  // Delivers raw bytes to a node at once.
  void Inject(LabNode& to, const Endpoint& from, ByteSpan bytes) {
    Bytes copy(bytes.begin(), bytes.end());
    to.vl1->HandleDatagram(now(), {copy, from, {0}});
    Drain(to);
  }
  void Run(Millis duration) {
    const int64_t end = time_ + duration;
    for (auto& node : nodes_) Drain(*node);
    while (Step(end)) {
    }
    time_ = end;
  }

 private:
  static constexpr int64_t kWallStart = 1700000000000;
  struct InFlight {
    Endpoint from, to;
    Bytes bytes;
  };

  // The next event not after `end`; false if there is none.
  bool Step(int64_t end) {
    int64_t at = in_flight_.empty() ? INT64_MAX : in_flight_.begin()->first;
    LabNode* waking = nullptr;
    for (auto& node : nodes_) {
      if (!node->running) continue;
      const int64_t due = std::max(node->vl1->NextTimeout().at.ms, time_);
      if (due < at) {
        at = due;
        waking = node.get();
      }
    }
    if (at > end) return false;
    idle_steps_ = at == time_ ? idle_steps_ + 1 : 0;
    REQUIRE_MESSAGE(idle_steps_ < 10000, "time does not advance");
    time_ = at;
    if (waking != nullptr) {
      ++waking->wake_ups;
      waking->vl1->HandleTimeout(now());
      Drain(*waking);
      return true;
    }
    InFlight datagram = std::move(in_flight_.begin()->second);
    in_flight_.erase(in_flight_.begin());
    for (auto& node : nodes_) {
      const std::optional<LocalSocket> via = node->SocketAt(datagram.to);
      if (!node->running || !via) continue;
      ++node->datagrams_in;
      node->vl1->HandleDatagram(now(), {datagram.bytes, datagram.from, *via});
      Drain(*node);
    }
    return true;
  }
  void Drain(LabNode& node) {
    for (const Transmit& t : node.transmit.datagrams()) {
      if (t.ttl != 0 && t.ttl < 10) continue;  // dies on the way
      for (const auto& [number, from] : node.sockets) {
        if (t.via == LocalSocket{number} || t.via == kAllSockets) Launch(from, t);
      }
    }
    node.transmit.Clear();
  }
  void Launch(const Endpoint& from, const Transmit& t) {
    Bytes bytes(t.bytes.begin(), t.bytes.end());
    if (tap && !tap(from, t.to, bytes)) return;
    if (blocked_.contains({from, t.to})) return;
    if (loss > 0 && static_cast<double>(random_.Below(1000000)) < loss * 1e6) return;
    in_flight_.emplace(time_ + delay, InFlight{from, t.to, std::move(bytes)});
  }

  SeededRandom random_;
  int64_t time_ = 100000;
  int idle_steps_ = 0;
  std::vector<std::unique_ptr<LabNode>> nodes_;
  std::multimap<int64_t, InFlight> in_flight_;
  std::set<std::pair<Endpoint, Endpoint>> blocked_;
};

}  // namespace zt::testing
