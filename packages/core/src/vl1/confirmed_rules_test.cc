// Rules that vl1.md marks [T], seen on the wire of the reference node, where no other test would notice them broken
// (docs/vl1-audit.md has all of them).
#include <utility>

#include "testing/vl1_lab.h"
#include "testing/vl1_packets.h"
#include "wire/verb/hello.h"
#include "wire/verb/ok_hello.h"

namespace zt::testing {
namespace {

using vl1::CipherSuite;

const Endpoint kAnywhere = *Endpoint::Parse("10.9.0.1/5000");
const Endpoint kElsewhere = *Endpoint::Parse("10.8.0.1/5000");

SecretIdentity Someone(size_t n) { return *SecretIdentity::ParseText(kTestSecrets[n]); }
Verb VerbOf(const Bytes& packet) { return wire::PacketView(packet).verb(); }

struct Sent {
  Endpoint to;
  Bytes opened;
};

// One node, and Eve, who exists only as a key.
struct Alone {
  Alone() {
    lab.tap = [this](const Endpoint&, const Endpoint& to, Bytes& bytes) {
      if (auto opened = OpenPacket(eve, self(), bytes)) sent.push_back({to, *opened});
      suites.push_back(wire::PacketView(bytes).suite());
      return true;
    };
  }
  const Identity& self() const { return node.secret.identity(); }
  void Meet(uint8_t protocol = 11) {
    lab.Inject(node, kAnywhere, MakeHello(eve, self(), {.protocol = protocol}));
    lab.Run(2000);
    sent.clear();
  }
  void FromEve(const PacketSpec& spec, const Endpoint& from = kAnywhere) {
    lab.Inject(node, from, MakePacket(eve, self(), spec));
  }
  // How many packets with this verb went since the last call, or went to `to`.
  size_t Take(Verb verb, std::optional<Endpoint> to = std::nullopt) {
    size_t count = 0;
    for (const Sent& each : std::exchange(sent, {})) count += VerbOf(each.opened) == verb && (!to || each.to == *to);
    return count;
  }
  // Answers what HELLO the node sent to `at`, from there, relayed `hops` times.
  void AnswerHello(const Endpoint& at, uint8_t hops = 0, std::optional<Endpoint> surface = std::nullopt) {
    for (const Sent& each : std::exchange(sent, {})) {
      if (each.to != at || VerbOf(each.opened) != Verb::kHello) continue;
      wire::OkHello ok;
      ok.in_re = wire::PacketView(each.opened).id();
      ok.protocol = 11;
      ok.surface = surface;
      Bytes payload(100);
      ByteWriter out(payload);
      ok.SerializeTo(out);
      payload.resize(out.size());
      FromEve({.id = 900, .verb = Verb::kOk, .payload = payload, .hops = hops}, at);
    }
  }
  std::vector<Endpoint> PathsToEve() {
    std::vector<Endpoint> out;
    for (const vl1::PeerInfo& peer : node.vl1->Peers(lab.now())) {
      for (const vl1::PathInfo& path : peer.paths) out.push_back(path.endpoint);
    }
    return out;
  }
  Vl1Lab lab;
  LabNode& node = lab.Add(0, "10.1.0.1/9993");
  SecretIdentity eve = Someone(3);
  std::vector<Sent> sent;
  std::vector<int> suites;
};

// A HELLO whose payload is `head` and, encrypted, `tail`.
Bytes HelloOf(const SecretIdentity& from, const Identity& to, const Bytes& head, const Bytes& tail,
              CipherSuite suite = CipherSuite::kPoly1305) {
  Bytes packet(wire::kPayloadOffset + head.size() + tail.size());
  std::copy(tail.begin(), tail.end(), std::copy(head.begin(), head.end(), packet.begin() + wire::kPayloadOffset));
  wire::MutablePacketView(packet).Start({0x1122334455667788}, to.address, from.address(), Verb::kHello);
  const vl1::PeerKeys keys(*from.Agree(to));
  if (!tail.empty()) keys.CryptHelloTail(packet, wire::kPayloadOffset + head.size());
  keys.Seal(suite, packet);
  return packet;
}

// Up to the identity, and then all up to the tail.
Bytes ShortHead(const SecretIdentity& from) {
  Bytes payload(200);
  ByteWriter out(payload);
  wire::Hello hello;
  hello.protocol = 11;
  hello.identity = from.identity();
  hello.SerializeTo(out);
  payload.resize(out.size());
  return payload;
}
Bytes FullHead(const SecretIdentity& from) {
  Bytes payload = ShortHead(from);
  for (uint8_t b : {4, 10, 9, 9, 9, 39, 9}) payload.push_back(b);
  payload.resize(payload.size() + 16);  // no planet
  return payload;
}

TEST_CASE("a HELLO that ends after the identity is answered; a broken address or moon list is not (vl1.md §5.2)") {
  const auto answers = [](const Bytes& head, const Bytes& tail) {
    Alone t;
    t.lab.Inject(t.node, kAnywhere, HelloOf(t.eve, t.self(), head, tail));
    return t.Take(Verb::kOk);
  };
  const SecretIdentity eve = Someone(3);
  Bytes broken = ShortHead(eve);
  for (uint8_t b : {4, 10, 9}) broken.push_back(b);
  CHECK(answers(ShortHead(eve), {}) == 1);
  CHECK(answers(broken, {}) == 0);
  CHECK(answers(FullHead(eve), {}) == 1);
  CHECK(answers(FullHead(eve), {0, 0, 9, 9, 9}) == 1);  // what follows the entries is ignored
  CHECK(answers(FullHead(eve), {0, 1, 127, 0, 0}) == 0);
}

TEST_CASE("a HELLO of a known peer is taken under suite 1, and under suite 3 without a tail (vl1.md §4.8)") {
  Alone t;
  t.Meet();
  t.lab.Inject(t.node, kAnywhere,
               HelloOf(t.eve, t.self(), FullHead(t.eve), {0, 0}, CipherSuite::kSalsa2012Poly1305));
  CHECK(t.Take(Verb::kOk) == 1);
  t.lab.Inject(t.node, kAnywhere,
               HelloOf(t.eve, t.self(), FullHead(t.eve), {0, 1, 127}, CipherSuite::kSalsa2012Poly1305));
  CHECK(t.Take(Verb::kOk) == 0);  // the tail was read
  t.lab.Inject(t.node, kAnywhere, HelloOf(t.eve, t.self(), FullHead(t.eve), {}, CipherSuite::kAesGmacSiv));
  CHECK(t.Take(Verb::kOk) == 1);
}

TEST_CASE("the first OK to HELLO of a peer of version 12 has suite 1, the next suite 3 (vl1.md §4.8)") {
  Alone t;
  const Bytes hello = MakeHello(t.eve, t.self(), {.protocol = 12});
  t.lab.Inject(t.node, kAnywhere, hello);
  REQUIRE_FALSE(t.suites.empty());
  CHECK(t.suites[0] == 1);
  t.lab.Run(5000);
  t.suites.clear();
  t.lab.Inject(t.node, kAnywhere, hello);
  REQUIRE_FALSE(t.suites.empty());
  CHECK(t.suites[0] == 3);
}

TEST_CASE("a leaf answers WHOIS every 100 ms and not before; what is in excess asks no new endpoint (vl1.md §5.5)") {
  Alone t;
  t.Meet();
  Bytes ask(5);
  ByteWriter(ask).Address(t.node.address());
  const PacketSpec whois{.verb = Verb::kWhois, .payload = ask};
  t.FromEve(whois);
  CHECK(t.Take(Verb::kOk) == 1);
  t.lab.Run(99);
  t.FromEve(whois, kElsewhere);
  CHECK(t.sent.empty());  // no answer, and SEEN did not run
  t.lab.Run(1);
  t.FromEve(whois, kElsewhere);
  CHECK(t.Take(Verb::kOk, kElsewhere) == 1);
}

TEST_CASE("ECHO is answered after 166 ms and not before, by each path for itself (vl1.md §5.7)") {
  Alone t;
  t.Meet();
  t.FromEve({.verb = Verb::kEcho});
  CHECK(t.Take(Verb::kOk) == 1);
  t.lab.Run(165);
  t.FromEve({.verb = Verb::kEcho});
  CHECK(t.Take(Verb::kOk) == 0);
  t.FromEve({.verb = Verb::kEcho}, kElsewhere);
  CHECK(t.Take(Verb::kOk, kElsewhere) == 1);
  t.lab.Run(1);
  t.FromEve({.verb = Verb::kEcho});
  CHECK(t.Take(Verb::kOk) == 1);
}

TEST_CASE("the burst of pushes starts anew after more than 30 s without any (vl1.md §5.8)") {
  Alone t;
  t.Meet();
  const Bytes push{0, 1, 0, 0, 0, 4, 6, 8, 8, 4, 4, 39, 9};
  const auto probes = [&] {
    const Endpoint pushed{IpAddress::V4(8, 8, 4, 4), 39 * 256 + 9};
    t.FromEve({.verb = Verb::kPushDirectPaths, .payload = push});
    const std::vector<Sent> sent = std::exchange(t.sent, {});
    return std::count_if(sent.begin(), sent.end(), [&](const Sent& s) { return s.to == pushed; });
  };
  for (int i = 0; i < 8; ++i) CHECK(probes() == 1);
  CHECK(probes() == 0);
  t.lab.Run(30000);
  CHECK(probes() == 0);
  t.lab.Run(30001);
  CHECK(probes() == 1);
}

TEST_CASE("a path is learned from an OK, not from a HELLO, and never from what was relayed (vl1.md §7.4)") {
  Alone t;
  t.lab.Inject(t.node, kAnywhere, MakeHello(t.eve, t.self()));
  CHECK(t.PathsToEve().empty());
  t.AnswerHello(kAnywhere);
  CHECK(t.PathsToEve() == std::vector<Endpoint>{kAnywhere});
  t.lab.Run(5000);
  t.sent.clear();
  t.FromEve({.verb = Verb::kNop, .hops = 1}, kElsewhere);
  CHECK(t.sent.empty());  // nobody asks there
  t.FromEve({.verb = Verb::kNop}, kElsewhere);
  t.AnswerHello(kElsewhere, 1);
  CHECK(t.PathsToEve() == std::vector<Endpoint>{kAnywhere});
}

TEST_CASE("only what came directly says where we are (vl1.md §7.11)") {
  Alone t;
  t.lab.Inject(t.node, kAnywhere, MakeHello(t.eve, t.self()));
  const Endpoint first = *Endpoint::Parse("10.4.4.4/1000"), lie = *Endpoint::Parse("10.5.5.5/1000");
  t.AnswerHello(kAnywhere, 0, first);
  const auto says = [&](const Endpoint& surface) {
    const auto all = t.node.vl1->SurfaceEndpoints();
    return std::find(all.begin(), all.end(), surface) != all.end();
  };
  CHECK(says(first));
  t.lab.Run(5000);
  t.sent.clear();
  t.FromEve({.verb = Verb::kNop}, kElsewhere);
  t.AnswerHello(kElsewhere, 1, lie);
  CHECK_FALSE(says(lie));
}

TEST_CASE("HELLO leaves by every socket (vl1.md §3.10)") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  lab.Move(alice, {{0, alice.endpoint}, {1, *Endpoint::Parse("10.2.0.1/20001")}});
  std::set<Endpoint> sources;
  std::set<uint64_t> ids;
  lab.tap = [&](const Endpoint& from, const Endpoint& to, Bytes& bytes) {
    if (to == root.endpoint && VerbOf(bytes) == Verb::kHello && sources.size() < 2) {
      sources.insert(from);
      ids.insert(wire::PacketView(bytes).id().value);
    }
    return true;
  };
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Run(1);
  CHECK(sources.size() == 2);
  CHECK(ids.size() == 1);  // copies
}

struct TwoLeaves {
  TwoLeaves() {
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    lab.tap = [this](const Endpoint& from, const Endpoint& to, Bytes& bytes) {
      if (from == alice.endpoint) Note(to, bytes);
      return true;
    };
  }
  void Note(const Endpoint& to, const Bytes& bytes) {
    const bool for_bob = wire::PacketView(bytes).destination() == bob.address();
    const auto opened = OpenPacket(alice.secret, (for_bob ? bob : root).secret.identity(), bytes);
    if (!opened) return;
    const Verb verb = VerbOf(*opened);
    if (verb == Verb::kWhois) whois_at.push_back(lab.now().mono.ms);
    if (verb == Verb::kHello && !for_bob) root_hellos.push_back(lab.now().mono.ms);
    if (!for_bob) return;
    hellos += verb == Verb::kHello;
    echoes += verb == Verb::kEcho;
    if (verb != Verb::kHello || to != root.endpoint) return;
    const auto hello = wire::Hello::Parse(wire::PacketView(*opened).payload());
    REQUIRE(hello);
    CHECK(hello->sent_to == root.endpoint);
    ++relayed_hellos;
  }
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  LabNode& bob = lab.Add(2, "10.3.0.1/9993");
  size_t hellos = 0, echoes = 0, relayed_hellos = 0;  // to Bob
  std::vector<int64_t> whois_at, root_hellos;
};

TEST_CASE("a HELLO that is relayed names the relay's endpoint (vl1.md §5.2)") {
  TwoLeaves t;
  t.lab.Block(t.alice, t.bob);
  t.alice.contacts = {t.bob.address()};
  t.lab.Run(60000);
  CHECK(t.relayed_hellos > 0);
}

TEST_CASE("an identity that nobody has is asked for every 500 ms for five seconds (vl1.md §7.9)") {
  TwoLeaves t;
  t.lab.Run(1000);
  t.whois_at.clear();
  t.lab.Send(t.alice, {0x1234567890}, Verb::kFrame, Bytes(40));
  t.lab.Run(10000);
  CHECK(t.whois_at.size() >= 9);
  CHECK(t.whois_at.size() <= 11);
  for (size_t i = 1; i < t.whois_at.size(); ++i) CHECK(t.whois_at[i] - t.whois_at[i - 1] >= 500);
}

TEST_CASE("a silent root is called every five seconds, a root that answers every 225 (vl1.md §7.10)") {
  TwoLeaves t;
  t.root.running = false;
  t.lab.Run(60000);
  REQUIRE(t.root_hellos.size() > 11);
  // Three come sooner, at the start.
  for (size_t i = 3; i < t.root_hellos.size(); ++i) CHECK(t.root_hellos[i] - t.root_hellos[i - 1] == 5000);
  t.root.running = true;
  t.lab.Run(10000);
  t.root_hellos.clear();
  t.lab.Run(10 * 225'000);
  CHECK(t.root_hellos.size() >= 9);
  CHECK(t.root_hellos.size() <= 11);
}

TEST_CASE("an active leaf gets ECHO every 15 s and HELLO every minute, for 500 s and no longer (vl1.md §7.10)") {
  TwoLeaves t;
  t.lab.Run(1000);
  t.lab.Send(t.alice, t.bob.address(), Verb::kFrame, Bytes(60, 1));
  t.lab.Run(1000);
  // Useful is what arrives; a request for a configuration is (vl1.md §5.13).
  t.lab.Send(t.bob, t.alice.address(), Verb::kNetworkConfigRequest, Bytes(60, 1));
  t.lab.Run(10000);
  t.hellos = t.echoes = 0;
  t.lab.Run(300'000);
  CHECK(t.hellos >= 4);
  CHECK(t.hellos <= 6);
  CHECK(t.echoes >= 13);
  CHECK(t.echoes <= 17);
  t.lab.Run(200'000);
  t.hellos = t.echoes = 0;
  t.lab.Run(200'000);
  CHECK(t.hellos + t.echoes == 0);
}

}  // namespace
}  // namespace zt::testing
