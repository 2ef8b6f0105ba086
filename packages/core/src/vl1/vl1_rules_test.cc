// What one node accepts, refuses and limits: identities, replies, worlds, versions, relaying (vl1.md §4-§6, §8, §11).
#include "testing/vl1_lab.h"
#include "testing/vl1_packets.h"
#include "vl1/fragment_assembler.h"
#include "vl1/identity_check_gate.h"
#include "wire/fragment.h"

namespace zt::testing {
namespace {

using vl1::CipherSuite;

const Endpoint kAnywhere = *Endpoint::Parse("10.9.0.1/5000");

// One node and strangers that exist only as keys.
struct Alone {
  explicit Alone(const vl1::Options& options = {}) : node(lab.Add(0, "10.1.0.1/9993", options)) {
    lab.tap = [this](const Endpoint&, const Endpoint& to, Bytes& bytes) {
      sent.push_back({to, bytes});
      return true;
    };
  }
  const Identity& self() const { return node.secret.identity(); }
  uint64_t Drops(DropReason reason) const { return node.drops.Of(reason); }
  // The packets sent since the last call that `who` can open, in the clear.
  std::vector<Bytes> OpenedBy(const SecretIdentity& who) {
    std::vector<Bytes> out;
    for (const auto& [to, bytes] : sent) {
      if (auto opened = OpenPacket(who, self(), bytes)) out.push_back(*opened);
    }
    sent.clear();
    return out;
  }
  void Meet(const SecretIdentity& who, uint8_t protocol = 11) {
    lab.Inject(node, kAnywhere, MakeHello(who, self(), {.protocol = protocol}));
    lab.Run(2000);
    sent.clear();
  }
  Vl1Lab lab;
  LabNode& node;
  std::vector<std::pair<Endpoint, Bytes>> sent;
};

SecretIdentity Someone(size_t n) { return *SecretIdentity::ParseText(kTestSecrets[n]); }

Verb VerbOf(const Bytes& packet) { return wire::PacketView(packet).verb(); }

TEST_CASE("HELLO from a stranger is answered with OK under suite 1, and the unconfirmed path is asked") {
  Alone t;
  const SecretIdentity eve = Someone(3);
  t.lab.Inject(t.node, kAnywhere, MakeHello(eve, t.self()));
  REQUIRE(t.sent.size() == 2);
  CHECK(t.sent[0].first == kAnywhere);
  CHECK(wire::PacketView(t.sent[0].second).suite() == 1);
  const std::vector<Bytes> opened = t.OpenedBy(eve);
  REQUIRE(opened.size() == 2);
  CHECK(VerbOf(opened[0]) == Verb::kOk);
  CHECK(VerbOf(opened[1]) == Verb::kHello);
  REQUIRE(t.node.vl1->FindIdentity(eve.address()) != nullptr);
  CHECK(t.node.known == std::vector<NodeAddress>{eve.address()});
}

TEST_CASE("a stranger's identity is checked once in two seconds per /24") {
  Alone t;
  t.lab.Inject(t.node, kAnywhere, MakeHello(Someone(3), t.self()));
  t.lab.Inject(t.node, *Endpoint::Parse("10.9.0.99/1"), MakeHello(Someone(4), t.self()));
  CHECK(t.Drops(DropReason::kRateLimited) == 1);
  t.lab.Inject(t.node, *Endpoint::Parse("10.9.1.99/1"), MakeHello(Someone(5), t.self()));
  CHECK(t.node.known.size() == 2);
  t.lab.Run(1999);
  t.lab.Inject(t.node, *Endpoint::Parse("10.9.0.99/1"), MakeHello(Someone(4), t.self()));
  CHECK(t.node.known.size() == 2);
  t.lab.Run(1);
  t.lab.Inject(t.node, *Endpoint::Parse("10.9.0.99/1"), MakeHello(Someone(4), t.self()));
  CHECK(t.node.known.size() == 3);
}

TEST_CASE("a damaged HELLO, a too old one and one for another identity are dropped") {
  Alone t;
  const SecretIdentity eve = Someone(3);
  Bytes damaged = MakeHello(eve, t.self());
  damaged[40] ^= 1;
  t.lab.Inject(t.node, kAnywhere, damaged);
  CHECK(t.Drops(DropReason::kAuthentication) == 1);
  t.lab.Inject(t.node, *Endpoint::Parse("10.9.1.1/1"), MakeHello(eve, t.self(), {.protocol = 3}));
  CHECK(t.Drops(DropReason::kUnsupportedVersion) == 1);
  // A key that does not belong to the address it claims fails the work function.
  Identity false_identity = eve.identity();
  false_identity.address = {eve.address().value ^ 1};
  t.lab.Inject(t.node, *Endpoint::Parse("10.9.2.1/1"), MakeHello(eve, t.self(), {.claimed = false_identity}));
  CHECK(t.Drops(DropReason::kIdentityInvalid) == 1);
  CHECK(t.node.known.empty());
  CHECK(t.sent.empty());
}

TEST_CASE("a second key for a known address gets ERROR identity collision, readable with that key") {
  Alone t;
  const SecretIdentity eve = Someone(3), mallory = Someone(4);
  t.Meet(eve, 12);
  Identity claimed = mallory.identity();
  claimed.address = eve.address();
  t.lab.Inject(t.node, *Endpoint::Parse("10.9.7.1/1"), MakeHello(mallory, t.self(), {.claimed = claimed}));
  CHECK(t.Drops(DropReason::kIdentityCollision) == 1);
  REQUIRE(t.sent.size() == 1);
  const auto opened = OpenPacket(mallory, t.self(), t.sent[0].second);
  REQUIRE(opened);
  CHECK(VerbOf(*opened) == Verb::kError);
  CHECK((*opened)[28] == 1);  // in re HELLO
  CHECK((*opened)[37] == 4);
  CHECK(*t.node.vl1->FindIdentity(eve.address()) == eve.identity());
}

TEST_CASE("an OK that was not asked for is ignored") {
  Alone t;
  const SecretIdentity eve = Someone(3);
  t.Meet(eve);
  Bytes payload(9, 0);
  payload[0] = static_cast<uint8_t>(Verb::kEcho);
  t.lab.Inject(t.node, kAnywhere, MakePacket(eve, t.self(), {.verb = Verb::kOk, .payload = payload}));
  CHECK(t.Drops(DropReason::kUnexpectedReply) == 1);
  for (const vl1::PeerInfo& peer : t.node.vl1->Peers(t.lab.now())) CHECK(peer.paths.empty());
}

TEST_CASE("ECHO is answered once in 166 ms per path, with its own payload") {
  Alone t;
  const SecretIdentity eve = Someone(3);
  t.Meet(eve);
  const Bytes echo = MakePacket(eve, t.self(), {.id = 77, .verb = Verb::kEcho, .payload = {1, 2, 3}});
  t.lab.Inject(t.node, kAnywhere, echo);
  t.lab.Inject(t.node, kAnywhere, echo);
  size_t answers = 0;
  for (const Bytes& packet : t.OpenedBy(eve)) {
    if (VerbOf(packet) != Verb::kOk) continue;
    ++answers;
    CHECK(Bytes(packet.begin() + 28, packet.end()) == Bytes{8, 0, 0, 0, 0, 0, 0, 0, 77, 1, 2, 3});
  }
  CHECK(answers == 1);
  CHECK(t.Drops(DropReason::kRateLimited) == 1);
  t.lab.Run(166);
  t.lab.Inject(t.node, kAnywhere, echo);
  CHECK(t.Drops(DropReason::kRateLimited) == 1);
}

TEST_CASE("WHOIS is answered once in 100 ms by a leaf") {
  Alone t;
  const SecretIdentity eve = Someone(3);
  t.Meet(eve);
  Bytes ask(5);
  ByteWriter(ask).Address(t.node.address());
  const Bytes whois = MakePacket(eve, t.self(), {.verb = Verb::kWhois, .payload = ask});
  for (int i = 0; i < 3; ++i) t.lab.Inject(t.node, kAnywhere, whois);
  CHECK(t.Drops(DropReason::kRateLimited) == 2);
  size_t answers = 0;
  for (const Bytes& packet : t.OpenedBy(eve)) answers += VerbOf(packet) == Verb::kOk && packet.size() == 28 + 9 + 71;
  CHECK(answers == 1);
}

TEST_CASE("a burst of eight pushes is processed, eight probes each per scope and family") {
  Alone t;
  const SecretIdentity eve = Someone(3);
  t.Meet(eve);
  Bytes push{0, 12};
  for (uint8_t i = 0; i < 12; ++i) {
    for (uint8_t b : {0, 0, 0, 4, 6, 8, 8, 4}) push.push_back(b);
    push.push_back(i);
    for (uint8_t b : {39, 9}) push.push_back(b);
  }
  const auto inject = [&] {
    t.sent.clear();
    t.lab.Inject(t.node, kAnywhere, MakePacket(eve, t.self(), {.verb = Verb::kPushDirectPaths, .payload = push}));
    return std::count_if(t.sent.begin(), t.sent.end(),
                         [](const auto& s) { return s.first.ip.Scope() == IpScope::kGlobal; });
  };
  for (int i = 0; i < 8; ++i) CHECK(inject() == 8);
  CHECK(inject() == 0);
  t.lab.Run(30001);
  CHECK(inject() == 8);
}

TEST_CASE("RENDEZVOUS and identities are believed only from roots") {
  Alone t;
  const SecretIdentity eve = Someone(3), bob = Someone(4);
  t.Meet(eve);
  t.lab.Run(2000);
  t.Meet(bob);
  Bytes message(15);
  ByteWriter out(message);
  out.U8(0);
  out.Address(bob.address());
  for (uint8_t b : {39, 9, 4, 10, 9, 9, 9}) out.U8(b);
  message.resize(out.size());
  t.lab.Inject(t.node, kAnywhere, MakePacket(eve, t.self(), {.verb = Verb::kRendezvous, .payload = message}));
  CHECK(t.Drops(DropReason::kNotARoot) == 1);
  for (const auto& [to, bytes] : t.sent) CHECK(to == kAnywhere);
}

// A root that knows a leaf, and what it sends there.
struct RelayingRoot {
  RelayingRoot() {
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    lab.Run(1000);
    lab.tap = [this](const Endpoint&, const Endpoint& to, Bytes& bytes) {
      if (to == leaf.endpoint) relayed.push_back(bytes);
      return true;
    };
  }
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& leaf = lab.Add(4, "10.2.0.1/9993");
  std::vector<Bytes> relayed;
};

TEST_CASE("a leaf does not relay for strangers; a root does, up to three hops") {
  Alone t;
  const SecretIdentity eve = Someone(3), bob = Someone(4);
  const Bytes packet = MakePacket(eve, bob.identity(), {.verb = Verb::kFrame, .payload = Bytes(40)});
  t.lab.Inject(t.node, kAnywhere, packet);
  CHECK(t.Drops(DropReason::kNotForUs) == 1);

  RelayingRoot r;
  for (uint8_t hops : {0, 1, 2, 3, 7}) {
    r.lab.Inject(r.root, kAnywhere, MakePacket(eve, r.leaf.secret.identity(), {.verb = Verb::kNop, .hops = hops}));
  }
  REQUIRE(r.relayed.size() == 3);
  for (size_t i = 0; i < 3; ++i) CHECK(wire::PacketView(r.relayed[i]).hops() == i + 1);
  CHECK(r.root.drops.Of(DropReason::kHopLimit) == 2);
}

TEST_CASE("a fragment that is relayed gains a hop, in its own byte and nothing else, up to three (vl1.md §3.7)") {
  RelayingRoot r;
  const Bytes data(300, 7);
  for (uint8_t hops : {0, 1, 2, 3, 7}) {
    Bytes bytes(wire::kFragmentHeaderSize + data.size());
    ByteWriter out(bytes);
    wire::Fragment{{0x77}, r.leaf.address(), 3, 1, hops, data}.SerializeTo(out);
    r.lab.Inject(r.root, kAnywhere, bytes);
    if (hops >= 3) continue;
    REQUIRE(r.relayed.size() == hops + size_t{1});
    bytes[wire::kFragmentHopsOffset] = static_cast<uint8_t>(hops + 1);
    CHECK(r.relayed.back() == bytes);
  }
  CHECK(r.relayed.size() == 3);
  CHECK(r.root.drops.Of(DropReason::kHopLimit) == 2);
}

TEST_CASE("answers to requests we never made are another node with our identity, said once a minute") {
  Alone t;
  const SecretIdentity eve = Someone(3);
  t.Meet(eve);
  Bytes payload(9, 0);
  const auto answer = [&](Verb verb) {
    payload[0] = static_cast<uint8_t>(verb);
    t.lab.Inject(t.node, kAnywhere, MakePacket(eve, t.self(), {.verb = Verb::kOk, .payload = payload}));
  };
  for (int i = 0; i < 10; ++i) answer(Verb::kEcho);  // a configuration receipt looks like this
  CHECK(t.node.CountWarnings(Warning::kOwnAddressSeen) == 0);
  for (int i = 0; i < 2; ++i) answer(Verb::kNetworkConfigRequest);
  CHECK(t.node.CountWarnings(Warning::kOwnAddressSeen) == 0);
  for (int i = 0; i < 5; ++i) answer(Verb::kNetworkConfigRequest);
  CHECK(t.node.CountWarnings(Warning::kOwnAddressSeen) == 1);
  t.lab.Run(60000);
  for (int i = 0; i < 3; ++i) answer(Verb::kWhois);
  CHECK(t.node.CountWarnings(Warning::kOwnAddressSeen) == 2);
}

TEST_CASE("a packet with our own address as source is dropped and warned about, once in ten seconds") {
  Alone t;
  const Bytes twin = MakeHello(t.node.secret, Someone(3).identity());
  t.lab.Inject(t.node, kAnywhere, twin);
  t.lab.Inject(t.node, kAnywhere, twin);
  CHECK(t.Drops(DropReason::kOwnSource) == 2);
  CHECK(t.node.CountWarnings(Warning::kOwnAddressSeen) == 1);
  t.lab.Run(10000);
  t.lab.Inject(t.node, kAnywhere, twin);
  CHECK(t.node.CountWarnings(Warning::kOwnAddressSeen) == 2);
}

TEST_CASE("without AES we announce 11, never use suite 3 and open it all the same") {
  Alone t({.use_aes = false});
  const SecretIdentity eve = Someone(3);
  t.Meet(eve, 12);
  t.lab.Inject(t.node, kAnywhere, MakePacket(eve, t.self(), {.verb = Verb::kEcho}));
  for (const auto& [to, bytes] : t.sent) CHECK(wire::PacketView(bytes).suite() != 3);
  for (const Bytes& packet : t.OpenedBy(eve)) {
    if (VerbOf(packet) == Verb::kHello) CHECK(packet[28] == 11);
  }
  t.lab.Run(1000);
  t.sent.clear();
  const auto aes = vl1::CipherSuite::kAesGmacSiv;
  t.lab.Inject(t.node, kAnywhere, MakePacket(eve, t.self(), {.id = 5, .verb = Verb::kEcho, .suite = aes}));
  REQUIRE_FALSE(t.sent.empty());
  CHECK(wire::PacketView(t.sent[0].second).suite() == 1);
  size_t answers = 0;
  for (const Bytes& packet : t.OpenedBy(eve)) answers += VerbOf(packet) == Verb::kOk;
  CHECK(answers == 1);
}

TEST_CASE("a trusted path and the unassigned suites are dropped") {
  Alone t;
  const SecretIdentity eve = Someone(3);
  t.Meet(eve);
  for (int suite : {2, 4, 5, 6, 7}) {
    Bytes packet = MakePacket(eve, t.self(), {.verb = Verb::kEcho});
    packet[18] = static_cast<uint8_t>(suite << 3);
    t.lab.Inject(t.node, kAnywhere, packet);
  }
  CHECK(t.Drops(DropReason::kUntrustedPath) == 1);
  CHECK(t.Drops(DropReason::kUnknownSuite) == 4);
}

TEST_CASE("with AES a version 12 peer gets suite 3, an older one suite 1") {
  for (uint8_t protocol : {11, 12}) {
    Alone t;
    const SecretIdentity eve = Someone(3);
    t.Meet(eve, protocol);
    t.lab.Inject(t.node, kAnywhere, MakePacket(eve, t.self(), {.verb = Verb::kEcho}));
    REQUIRE_FALSE(t.sent.empty());
    CHECK(wire::PacketView(t.sent[0].second).suite() == (protocol == 12 ? 3 : 1));
  }
}

TEST_CASE("short datagrams, junk and packets of unknown sources cost a count and a place in a queue") {
  Alone t;
  t.lab.Inject(t.node, kAnywhere, Bytes{1, 2, 3, 4});
  t.lab.Inject(t.node, kAnywhere, Bytes(13, 9));
  t.lab.Inject(t.node, kAnywhere, Bytes(27, 9));
  CHECK(t.Drops(DropReason::kTooShort) == 3);
  t.lab.Inject(t.node, kAnywhere, Bytes(10025, 9));
  CHECK(t.Drops(DropReason::kTooLong) == 1);
  for (size_t n = 0; n < 40; ++n) {
    t.lab.Inject(t.node, kAnywhere, MakePacket(Someone(3), t.self(), {.id = n, .verb = Verb::kNop}));
  }
  CHECK(t.Drops(DropReason::kQueueFull) == 32);  // eight of one source stay
  t.lab.Run(5000);
  CHECK(t.Drops(DropReason::kQueueTimeout) == 8);
}

TEST_CASE("a planet is replaced only by a newer one signed by the key it names, and only from a root") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  const World old_planet = Vl1Lab::MakePlanet({{&root, {root.endpoint}}}, 1000);
  World new_planet = Vl1Lab::MakePlanet({{&root, {root.endpoint, *Endpoint::Parse("10.1.0.2/9993")}}}, 2000);
  alice.vl1->OfferPlanet(lab.now(), old_planet.Serialize());
  CHECK(alice.planets.size() == 1);
  CHECK_FALSE(alice.vl1->OfferPlanet(lab.now(), Bytes(100, 1)));

  SUBCASE("the root holds the newer one: HELLO brings it") {
    root.vl1->OfferPlanet(lab.now(), new_planet.Serialize());
    lab.Run(500);
    CHECK(alice.vl1->planet_timestamp() == 2000);
    REQUIRE(alice.planets.size() == 2);
    CHECK(alice.planets[1] == new_planet.Serialize());
  }
  SUBCASE("a bad signature is refused") {
    new_planet.signature[3] ^= 1;
    root.vl1->OfferPlanet(lab.now(), new_planet.Serialize());
    CHECK(root.CountWarnings(Warning::kPlanetSignature) == 1);
    lab.Run(500);
    CHECK(alice.vl1->online());
    CHECK(alice.vl1->planet_timestamp() == 1000);
    CHECK(alice.CountWarnings(Warning::kPlanetRejected) == 1);
  }
  SUBCASE("the same or an older one changes nothing") {
    root.vl1->OfferPlanet(lab.now(), old_planet.Serialize());
    root.vl1->OfferPlanet(lab.now(), Vl1Lab::MakePlanet({{&root, {root.endpoint}}}, 999).Serialize());
    lab.Run(500);
    CHECK(root.vl1->planet_timestamp() == 1000);
    CHECK(alice.planets.size() == 1);
  }
}

TEST_CASE("a root that speaks from an address its planet does not name is not taken as a path") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {*Endpoint::Parse("10.1.0.9/9993")}}}));
  lab.Inject(alice, root.endpoint, MakeHello(root.secret, alice.secret.identity()));
  lab.Run(5000);
  for (const vl1::PeerInfo& peer : alice.vl1->Peers(lab.now())) CHECK(peer.paths.empty());
}

TEST_CASE("ERROR identity collision counts only from a root") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  const SecretIdentity eve = Someone(3);
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Inject(alice, kAnywhere, MakeHello(eve, alice.secret.identity()));
  const PacketSpec error{.verb = Verb::kError, .payload = {1, 0, 0, 0, 0, 0, 0, 0, 0, 4}};
  lab.Inject(alice, kAnywhere, MakePacket(eve, alice.secret.identity(), error));
  CHECK(alice.collisions == 0);
  lab.Inject(alice, root.endpoint, MakePacket(root.secret, alice.secret.identity(), error));
  CHECK(alice.collisions == 1);
}

TEST_CASE("large packets are cut, cross a root in pieces and are put together in any order") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  LabNode& bob = lab.Add(2, "10.3.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Block(alice, bob);
  lab.Run(1000);
  size_t datagrams = 0;
  lab.tap = [&](const Endpoint& from, const Endpoint&, Bytes& bytes) {
    datagrams += from == alice.endpoint && bytes.size() > 1000;
    lab.delay = bytes.size() > 1000 ? 40 - static_cast<Millis>(datagrams) : 10;  // later pieces overtake
    return true;
  };
  SeededRandom random(9);
  for (size_t size : {1404u, 1405u, 2810u, 5000u, 9900u}) {
    Bytes payload(size);
    random.Fill(payload);
    datagrams = 0;
    lab.Send(alice, bob.address(), Verb::kFrame, payload);
    lab.Run(2000);
    REQUIRE_FALSE(bob.received.empty());
    CHECK(bob.received.back().payload == payload);
    CHECK(bob.received.back().hops == 1);
  }
  CHECK(datagrams == 7);
  lab.Send(alice, bob.address(), Verb::kFrame, Bytes(9901));
  CHECK(alice.drops.Of(DropReason::kTooLong) == 1);
}

TEST_CASE("the assembler refuses nonsense, keeps its bounds and forgets what stays incomplete") {
  DropCounters drops;
  vl1::FragmentAssembler assembler(drops);
  const Bytes data(1400, 5);
  const Endpoint from = kAnywhere;
  CHECK_FALSE(assembler.AddFragment({0}, {1}, 0, 3, data, {from.ip}));
  CHECK_FALSE(assembler.AddFragment({0}, {1}, 3, 3, data, {from.ip}));
  CHECK_FALSE(assembler.AddFragment({0}, {1}, 1, 8, data, {from.ip}));
  CHECK_FALSE(assembler.AddFragment({0}, {1}, 1, 1, data, {from.ip}));
  CHECK(drops.Of(DropReason::kMalformed) == 4);
  CHECK_FALSE(assembler.AddFragment({0}, {1}, 1, 2, data, {from.ip}));
  CHECK_FALSE(assembler.AddFragment({0}, {1}, 1, 2, data, {from.ip}));
  const auto whole = assembler.AddHead({10}, {1}, data, from, {0}, false);
  REQUIRE(whole);
  CHECK(whole->packet.size() == 2800);
  // One source cannot displace another's packet.
  const Endpoint other = *Endpoint::Parse("10.8.0.1/1");
  CHECK_FALSE(assembler.AddHead({20}, {99}, data, other, {0}, false));
  for (uint64_t id = 100; id < 300; ++id) assembler.AddFragment({21}, {id}, 1, 2, data, {from.ip});
  CHECK(assembler.AddFragment({30}, {99}, 1, 2, data, {other.ip}));
  // Too late.
  assembler.AddHead({40}, {500}, data, other, {0}, false);
  CHECK_FALSE(assembler.AddFragment({4000}, {500}, 1, 2, data, {other.ip}));
  // Too much.
  for (unsigned n = 1; n < 7; ++n) assembler.AddFragment({5000}, {600}, n, 7, Bytes(2000, 1), {other.ip});
  CHECK(drops.Of(DropReason::kTooLong) >= 1);
}

TEST_CASE("identity check buckets") {
  CHECK(vl1::IdentityCheckBucket(*IpAddress::Parse("0.1.2.3")) == 258);
  CHECK(vl1::IdentityCheckBucket(*IpAddress::Parse("fe80::1")) == 10176);
  CHECK(vl1::IdentityCheckBucket(*IpAddress::Parse("fec0::1")) == 11200);
}

TEST_CASE("answers may be sent from inside the handler") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  LabNode& bob = lab.Add(2, "10.3.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  bob.on_message = [&bob](const Now& now, const vl1::Message& m) {
    const ByteSpan pieces[] = {m.payload.first(2), m.payload};
    bob.vl1->Send(now, m.source->address, Verb::kFrame, pieces);
  };
  lab.Run(500);
  const Bytes payload{1, 2, 3, 4};
  lab.Send(alice, bob.address(), Verb::kFrame, payload);
  lab.Run(1000);
  REQUIRE(alice.received.size() == 1);
  CHECK(alice.received[0].payload == Bytes{1, 2, 1, 2, 3, 4});
}

}  // namespace
}  // namespace zt::testing
