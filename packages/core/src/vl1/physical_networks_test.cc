// Trusted paths, MTU per physical network, hints and blacklists of the operator (vl1.md §3.11, §7.3, §7.6, §7.13).
#include "vl1/physical_networks.h"

#include "testing/vl1_lab.h"
#include "testing/vl1_packets.h"
#include "wire/test_identities.h"
#include "wire/verb/ok_hello.h"

namespace zt::testing {
namespace {

using vl1::PhysicalNetwork;
using vl1::PhysicalNetworks;

IpPrefix Prefix(std::string_view text) { return *IpPrefix::Parse(text); }

TEST_CASE("the first network that has the address counts; MTUs are brought into their range") {
  const std::vector<PhysicalNetwork> given{
      {Prefix("10.1.0.0/16"), 25, 9000}, {Prefix("10.0.0.0/8"), 26, 1000}, {Prefix("20.0.0.0/8"), 0, 20000},
      {Prefix("fd00::/8"), 27, 0}};
  const PhysicalNetworks networks(given, 1432);
  CHECK(networks.Of(*IpAddress::Parse("10.1.2.3")).mtu == 9000);
  CHECK(networks.Of(*IpAddress::Parse("10.1.2.3")).trusted_path == 25);
  CHECK(networks.Of(*IpAddress::Parse("10.2.2.3")).mtu == 1400);
  CHECK(networks.Of(*IpAddress::Parse("20.2.2.3")).mtu == 10324);
  CHECK(networks.Of(*IpAddress::Parse("fd00::1")).mtu == 1432);
  CHECK(networks.Of(*IpAddress::Parse("30.2.2.3")).mtu == 1432);
  CHECK(networks.Of(*IpAddress::Parse("30.2.2.3")).trusted_path == 0);
  // Receiving: some entry has the id and the address (vl1.md §3.11), not only the first.
  CHECK(networks.Trusts(26, *IpAddress::Parse("10.1.2.3")));
  CHECK_FALSE(networks.Trusts(25, *IpAddress::Parse("10.2.2.3")));
  CHECK_FALSE(networks.Trusts(0, *IpAddress::Parse("20.2.2.3")));
  CHECK_FALSE(networks.Trusts(27, *IpAddress::Parse("10.2.2.3")));
  const std::vector<PhysicalNetwork> many(40, {Prefix("10.0.0.0/8"), 1, 0});
  CHECK(PhysicalNetworks(many, 1432).Of(*IpAddress::Parse("10.0.0.1")).trusted_path == 1);
}

struct OnTrustedWire {
  explicit OnTrustedWire(const vl1::Options& options) : options(options) {
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    lab.Run(10000);  // both are strangers from one /24: the root checks one of them in two seconds (§11.3)
    Send(Bytes{0, 0, 0, 0, 0, 0, 0, 1, 'h', 'i'});  // finds the direct path
    lab.tap = [this](const Endpoint& from, const Endpoint& to, Bytes& bytes) {
      if (from == alice.endpoint && to == bob.endpoint) to_bob.push_back(bytes);
      if (from == alice.endpoint && to == root.endpoint) to_root.push_back(bytes);
      return true;
    };
  }
  void Send(const Bytes& payload, Verb verb = Verb::kUserMessage) {
    lab.Send(alice, bob.address(), verb, payload);
    lab.Run(1000);
  }
  vl1::Options options;
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993", options);
  LabNode& bob = lab.Add(2, "10.2.0.2/9993", options);
  std::vector<Bytes> to_bob, to_root;
};

vl1::Options Trusting(std::string_view prefix, uint64_t id, uint16_t mtu = 0) {
  vl1::Options options;
  options.physical_networks = {{Prefix(prefix), id, mtu}};
  return options;
}

TEST_CASE("over a trusted path packets of the send routine go unsealed, both ways; probes and replies are sealed [T]") {
  OnTrustedWire t(Trusting("10.2.0.0/16", 25));
  t.bob.received.clear();
  const Bytes hello{0, 0, 0, 0, 0, 0, 0, 1, 'y', 'o'};
  t.Send(hello);
  REQUIRE(t.bob.received.size() == 1);
  CHECK(t.bob.received[0].payload == hello);
  CHECK(t.bob.received[0].hops == 0);
  bool plain = false;
  for (const Bytes& bytes : t.to_bob) {
    const wire::PacketView view(bytes);
    if (view.suite() != 2) continue;
    plain = true;
    CHECK(view.mac() == 25);
    CHECK(Bytes(view.payload().begin(), view.payload().end()) == hello);
  }
  CHECK(plain);
  t.to_bob.clear();
  t.lab.Run(130000);  // ECHO and HELLO
  for (const Bytes& bytes : t.to_bob) CHECK(wire::PacketView(bytes).suite() != 2);
}

TEST_CASE("what is relayed stays sealed although the root stands in a trusted network") {
  OnTrustedWire t(Trusting("10.0.0.0/8", 25));
  t.lab.Block(t.alice, t.bob);
  t.lab.Run(60000);
  for (int i = 0; i < 30; ++i) t.Send(Bytes{0, 0, 0, 0, 0, 0, 0, 1, 'y', 'o'});
  t.to_root.clear();
  t.bob.received.clear();
  t.Send(Bytes{0, 0, 0, 0, 0, 0, 0, 1, 'z'});
  REQUIRE(t.bob.received.size() == 1);
  CHECK(t.bob.received[0].hops == 1);
  size_t relayed = 0;
  for (const Bytes& bytes : t.to_root) {
    const wire::PacketView view(bytes);
    if (view.destination() != t.bob.address()) continue;
    ++relayed;
    CHECK(view.suite() != 2);
  }
  CHECK(relayed > 0);
}

// The vector `trusted_path`: id 25, from Alice of vl1.md Appendix B.
TEST_CASE("an unsealed packet counts with the right id from the right network, of a known peer, and else not [T]") {
  const Endpoint inside = *Endpoint::Parse("10.2.0.9/5000"), outside = *Endpoint::Parse("20.9.0.1/5000");
  Vl1Lab lab;
  LabNode& node = lab.Add(0, "10.1.0.1/9993", Trusting("10.2.0.0/16", 25));
  const SecretIdentity eve = *SecretIdentity::ParseText(kTestSecrets[3]);
  const auto packet = [&](uint64_t id) {
    Bytes bytes(wire::kHeaderSize + 9, 0);
    wire::MutablePacketView view(bytes);
    view.Start({0xe0f}, node.address(), eve.address(), Verb::kUserMessage);
    view.set_suite(2);
    view.set_mac(id);
    bytes.back() = 'o';
    return bytes;
  };
  lab.Inject(node, inside, packet(25));  // not known yet: it waits as any packet does
  CHECK(node.received.empty());
  lab.Inject(node, outside, MakeHello(eve, node.secret.identity()));
  CHECK(node.received.size() == 1);  // the one that waited
  lab.Inject(node, inside, packet(25));
  CHECK(node.received.size() == 2);
  CHECK(node.drops.Of(DropReason::kUntrustedPath) == 0);
  lab.Inject(node, inside, packet(26));
  lab.Inject(node, inside, packet(0));
  lab.Inject(node, outside, packet(25));
  CHECK(node.received.size() == 2);
  CHECK(node.drops.Of(DropReason::kUntrustedPath) == 3);
}

// Who keeps the relay, or listens to its plain TCP stream, writes any source there.
TEST_CASE("through the TCP relay nothing unsealed is taken or sent, whatever network the source claims to be in") {
  const Endpoint inside = *Endpoint::Parse("10.2.0.9/5000");
  Vl1Lab lab;
  LabNode& node = lab.Add(0, "10.1.0.1/9993", Trusting("10.2.0.0/16", 25));
  const SecretIdentity eve = *SecretIdentity::ParseText(kTestSecrets[3]);
  const auto deliver = [&](Bytes bytes) { node.vl1->HandleDatagram(lab.now(), {bytes, inside, kAllSockets}); };
  node.vl1->SetTunnel(lab.now(), *Endpoint::Parse("30.0.0.1/443"));
  deliver(MakeHello(eve, node.secret.identity()));
  Bytes hello;
  for (const Transmit& t : node.transmit.datagrams()) {
    const auto opened = OpenPacket(eve, node.secret.identity(), t.bytes);
    if (opened && wire::PacketView(*opened).verb() == Verb::kHello) hello = *opened;
  }
  REQUIRE_FALSE(hello.empty());
  node.transmit.Clear();
  wire::OkHello ok;
  ok.in_re = wire::PacketView(hello).id();
  ok.protocol = 12;
  Bytes payload(100);
  ByteWriter out(payload);
  ok.SerializeTo(out);
  payload.resize(out.size());
  deliver(MakePacket(eve, node.secret.identity(), {.verb = Verb::kOk, .payload = payload}));
  const Bytes message{0, 0, 0, 0, 0, 0, 0, 1, 'h', 'i'};
  node.vl1->Send(lab.now(), eve.address(), Verb::kUserMessage, {std::array{ByteSpan(message)}});
  REQUIRE(node.transmit.datagrams().size() == 1);
  CHECK(node.transmit.datagrams()[0].via == kAllSockets);
  CHECK(wire::PacketView(node.transmit.datagrams()[0].bytes).suite() != 2);
  Bytes plain(wire::kHeaderSize + message.size());
  wire::MutablePacketView view(plain);
  view.Start({0xe0f}, node.address(), eve.address(), Verb::kUserMessage);
  view.set_suite(2);
  view.set_mac(25);
  std::copy(message.begin(), message.end(), plain.begin() + wire::kPayloadOffset);
  deliver(plain);
  CHECK(node.received.empty());
  CHECK(node.drops.Of(DropReason::kUntrustedPath) == 1);
}

TEST_CASE("the packet of the vector trusted_path is taken by whom it is for [T]") {
  LabNode told(0, *Endpoint::Parse("10.1.0.1/9993"), {});
  const SecretIdentity alice = Alice(), bob = Bob();
  vl1::Vl1 node(Trusting("10.2.0.0/16", 25), bob, told.random, told.transmit, told.drops, told);
  const Now now{{1000}, {1700000000000}};
  const Endpoint from = *Endpoint::Parse("10.2.0.9/5000");
  Bytes hello = MakeHello(alice, bob.identity());
  node.HandleDatagram(now, {hello, from, {0}});
  Bytes packet{0,    0,    0,    0,    0,    0,    0x0e, 0x0f, 0x01, 0xab, 0xd4, 0x4d, 0xf2, 0x17,
               0x6c, 0x59, 0x25, 0x3c, 0x10, 0,    0,    0,    0,    0,    0,    0,    0x19, 0x14,
               0,    0,    0,    0,    0,    0,    0,    0x05, 0x79, 0x6f};
  node.HandleDatagram(now, {packet, from, {0}});
  REQUIRE(told.received.size() == 1);
  CHECK(told.received[0].source == alice.address());
  CHECK(told.received[0].verb == Verb::kUserMessage);
}

TEST_CASE("datagrams are as large as the network of the endpoint they go to allows") {
  for (const uint16_t mtu : {uint16_t{0}, uint16_t{1400}, uint16_t{9000}}) {
    OnTrustedWire t(Trusting("10.2.0.0/16", 0, mtu));
    t.to_bob.clear();
    t.bob.received.clear();
    const Bytes payload(5000, 7);
    t.Send(payload, Verb::kFrame);  // never compressed
    REQUIRE(t.bob.received.size() == 1);
    CHECK(t.bob.received[0].payload == payload);
    size_t largest = 0;
    for (const Bytes& bytes : t.to_bob) largest = std::max(largest, bytes.size());
    CHECK(largest == (mtu == 9000 ? 5028 : mtu == 0 ? 1432 : 1400));
  }
}

TEST_CASE("hints are tried every 30 seconds while there is no direct path and something to send") {
  vl1::Options options;
  const Endpoint hint = *Endpoint::Parse("10.3.0.1/9993");
  LabNode* bob = nullptr;
  options.hints = {{SecretIdentity::ParseText(kTestSecrets[2])->address(), {hint}}};
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "20.1.0.1/9993");
  LabNode& alice = lab.Add(1, "20.2.0.1/9993", options);
  bob = &lab.Add(2, "20.3.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Block(alice, *bob);
  lab.Run(1000);
  std::vector<int64_t> tries;
  lab.tap = [&](const Endpoint&, const Endpoint& to, Bytes&) {
    if (to == hint) tries.push_back(lab.now().mono.ms);
    return true;
  };
  for (int i = 0; i < 90; ++i) {
    lab.Send(alice, bob->address(), Verb::kFrame, Bytes(60));
    lab.Run(1000);
  }
  REQUIRE(tries.size() == 3);
  CHECK(tries[1] - tries[0] >= 30000);
  CHECK(tries[1] - tries[0] < 31500);
  lab.Run(90000);  // nothing to send, nothing to try
  CHECK(tries.size() == 3);
  SUBCASE("and lead to a direct path") {
    bob->sockets[1] = hint;
    lab.Send(alice, bob->address(), Verb::kFrame, Bytes(60));
    lab.Run(2000);
    bob->received.clear();
    lab.Send(alice, bob->address(), Verb::kFrame, Bytes(60));
    lab.Run(100);
    REQUIRE(bob->received.size() == 1);
    CHECK(bob->received[0].hops == 0);
  }
}

TEST_CASE("a blacklist for one peer binds only that peer") {
  vl1::Options options;
  options.peer_blacklist = {{SecretIdentity::ParseText(kTestSecrets[2])->address(), Prefix("20.0.0.0/8")}};
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "20.1.0.1/9993");
  LabNode& alice = lab.Add(1, "20.2.0.1/9993", options);
  LabNode& bob = lab.Add(2, "20.3.0.1/9993");
  LabNode& carol = lab.Add(3, "20.4.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Run(1000);
  for (int i = 0; i < 5; ++i) {
    for (LabNode* peer : {&bob, &carol}) {
      lab.Send(alice, peer->address(), Verb::kFrame, Bytes(60));
      lab.Send(*peer, alice.address(), Verb::kFrame, Bytes(60));
    }
    lab.Run(1000);
  }
  CHECK(bob.received.back().hops == 1);
  CHECK(carol.received.back().hops == 0);
}

TEST_CASE("in low-bandwidth mode HELLO leaves by the socket of its path (vl1.md §7.13)") {
  for (const bool low : {false, true}) {
    vl1::Options options;
    options.low_bandwidth = low;
    LabNode node(0, *Endpoint::Parse("20.1.0.1/9993"), options);
    node.sockets = {{0, node.endpoint}, {1, *Endpoint::Parse("20.1.0.1/9994")}, {2, *Endpoint::Parse("20.1.0.1/9995")}};
    const Now now{{1000}, {1700000000000}};
    node.TellSockets(now);
    const SecretIdentity eve = *SecretIdentity::ParseText(kTestSecrets[3]);
    Bytes hello = MakeHello(eve, node.secret.identity());
    node.vl1->HandleDatagram(now, {hello, *Endpoint::Parse("20.9.0.1/5000"), {1}});
    std::vector<LocalSocket> by;
    for (const Transmit& t : node.transmit.datagrams()) {
      const auto opened = OpenPacket(eve, node.secret.identity(), t.bytes);
      if (opened && wire::PacketView(*opened).verb() == Verb::kHello) by.push_back(t.via);
    }
    CHECK(by == std::vector<LocalSocket>{low ? LocalSocket{1} : kAllSockets});
  }
}

TEST_CASE("in low-bandwidth mode a root is called every 25 seconds (vl1.md §7.13)") {
  for (const bool low : {false, true}) {
    vl1::Options options;
    options.low_bandwidth = low;
    Vl1Lab lab;
    LabNode& root = lab.Add(0, "20.1.0.1/9993");
    LabNode& alice = lab.Add(1, "20.2.0.1/9993", options);
    alice.sockets[1] = *Endpoint::Parse("20.2.0.1/9994");
    alice.TellSockets(lab.now());
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    lab.Run(1000);
    size_t sent = 0;
    lab.tap = [&](const Endpoint& from, const Endpoint&, Bytes&) {
      return sent += from.ip == alice.endpoint.ip, true;
    };
    root.running = false;
    lab.Run(300'000);
    MESSAGE("low bandwidth " << low << ": " << sent << " datagrams to a dead root in five minutes");
    CHECK((low ? sent < 50 : sent > 100));
  }
}

TEST_CASE("what others see of us is told when it changes, once a second at most") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "20.1.0.1/9993");
  LabNode& alice = lab.Add(1, "20.2.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  alice.TellSockets(lab.now());
  lab.Run(5000);
  REQUIRE(alice.surfaces.size() == 1);
  CHECK(alice.surfaces[0] == std::vector<Endpoint>{alice.endpoint});
  for (uint16_t i = 0; i < 20; ++i) {  // 2 s
    lab.Move(alice, {{i + 1, {alice.endpoint.ip, static_cast<uint16_t>(2000 + i)}}});
    lab.Run(100);
  }
  lab.Run(3000);
  CHECK(alice.surfaces.size() <= 6);
  CHECK(alice.surfaces.back() == std::vector<Endpoint>{alice.endpoint});
}

TEST_CASE("a stranger who says every second that he sees us elsewhere starts no round of pushes") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "20.1.0.1/9993");
  LabNode& alice = lab.Add(1, "20.2.0.1/9993");
  LabNode& bob = lab.Add(2, "20.3.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  alice.trust = true;
  lab.Run(1000);
  for (int i = 0; i < 3; ++i) {
    lab.Send(bob, alice.address(), Verb::kFrame, Bytes(60));
    lab.Run(1000);
  }
  const SecretIdentity mallory = *SecretIdentity::ParseText(kTestSecrets[3]);
  size_t to_bob = 0;
  lab.tap = [&](const Endpoint& from, const Endpoint& to, Bytes&) {
    return to_bob += from == alice.endpoint && to == bob.endpoint, true;
  };
  for (uint8_t i = 0; i < 30; ++i) {
    const Endpoint seen{IpAddress::V4(20, 66, 0, i), 9993};
    lab.Inject(alice, *Endpoint::Parse("20.9.0.1/9993"),
               MakeHello(mallory, alice.secret.identity(), {.id = 100u + i, .sent_to = seen}));
    lab.Run(1100);
  }
  REQUIRE(alice.surfaces.back().size() > 1);  // he is heard
  CHECK(to_bob < 10);
}

}  // namespace
}  // namespace zt::testing
