// Old peers, odd datagrams, messages of features we do not have (vl1.md §3.12, §4.7, §4.10, §5.10, §5.12).
#include <utility>

#include "testing/vl1_lab.h"
#include "testing/vl1_packets.h"
#include "wire/lz4.h"
#include "wire/verb/ext_frame.h"
#include "wire/verb/ok_hello.h"

namespace zt::testing {
namespace {

const Endpoint kAnywhere = *Endpoint::Parse("10.9.0.1/5000");

SecretIdentity Someone(size_t n) { return *SecretIdentity::ParseText(kTestSecrets[n]); }
Verb VerbOf(const Bytes& packet) { return wire::PacketView(packet).verb(); }

struct Alone {
  Alone() {
    lab.tap = [this](const Endpoint&, const Endpoint& to, Bytes& bytes) {
      sent.push_back({to, bytes});
      return true;
    };
  }
  const Identity& self() const { return node.secret.identity(); }
  void Meet(const SecretIdentity& who, uint8_t protocol = 11) {
    lab.Inject(node, kAnywhere, MakeHello(who, self(), {.protocol = protocol}));
    lab.Run(2000);
    sent.clear();
  }
  void FromEve(const PacketSpec& spec, const Endpoint& from = kAnywhere) {
    lab.Inject(node, from, MakePacket(eve, self(), spec));
  }
  // Sent since the last call, of this verb, readable by `who`.
  std::vector<std::pair<Endpoint, Bytes>> Take(const SecretIdentity& who, Verb verb) {
    std::vector<std::pair<Endpoint, Bytes>> out;
    for (const auto& [to, bytes] : std::exchange(sent, {})) {
      const auto opened = OpenPacket(who, self(), bytes);
      if (opened && VerbOf(*opened) == verb) out.push_back({to, *opened});
    }
    return out;
  }
  // Answers the HELLO the node sent to `at`: the path becomes known.
  void Confirm(const Endpoint& at, uint8_t protocol, uint8_t major, uint8_t minor, uint16_t revision) {
    for (const auto& [to, bytes] : std::exchange(sent, {})) {
      if (to != at || VerbOf(bytes) != Verb::kHello) continue;
      wire::OkHello ok;
      ok.in_re = wire::PacketView(bytes).id();
      ok.protocol = protocol;
      ok.major = major;
      ok.minor = minor;
      ok.revision = revision;
      Bytes payload(64);
      ByteWriter out(payload);
      ok.SerializeTo(out);
      payload.resize(out.size());
      FromEve({.id = 900, .verb = Verb::kOk, .payload = payload}, at);
    }
  }
  Vl1Lab lab;
  LabNode& node = lab.Add(0, "10.1.0.1/9993");
  SecretIdentity eve = Someone(3);
  std::vector<std::pair<Endpoint, Bytes>> sent;
};

TEST_CASE("a beacon of a known peer is answered with NOP, once in 2.5 seconds [T]") {
  Alone t;
  t.Meet(t.eve);
  Bytes beacon(13, 0x77);
  ByteWriter(MutableBytes(beacon).subspan(8)).Address(t.eve.address());
  const Endpoint lan = *Endpoint::Parse("192.168.1.7/9993");
  t.lab.Inject(t.node, lan, beacon);
  auto answers = t.Take(t.eve, Verb::kNop);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].first == lan);
  t.lab.Inject(t.node, lan, beacon);
  CHECK(t.node.drops.Of(DropReason::kRateLimited) == 1);
  t.lab.Run(2499);
  t.lab.Inject(t.node, *Endpoint::Parse("192.168.1.8/9993"), beacon);
  CHECK(t.Take(t.eve, Verb::kNop).empty());
  t.lab.Run(1);
  t.lab.Inject(t.node, lan, beacon);
  CHECK(t.Take(t.eve, Verb::kNop).size() == 1);
  t.lab.Run(2500);
  t.lab.Inject(t.node, *Endpoint::Parse("127.0.0.1/9993"), beacon);  // not usable (§7.3)
  ByteWriter(MutableBytes(beacon).subspan(8)).Address(Someone(4).address());
  t.lab.Inject(t.node, lan, beacon);  // nobody we know
  CHECK(t.sent.empty());
  CHECK(t.node.drops.Of(DropReason::kTooShort) == 2);
}

TEST_CASE("bonding messages under suite 0 are taken, ignored, and do not run SEEN (vl1.md §5.10)") {
  Alone t;
  t.Meet(t.eve);
  const Endpoint elsewhere = *Endpoint::Parse("10.9.0.2/1");
  for (Verb verb : {Verb::kAck, Verb::kQosMeasurement, Verb::kPathNegotiationRequest}) {
    for (auto suite : {vl1::CipherSuite::kPoly1305, vl1::CipherSuite::kSalsa2012Poly1305}) {
      t.FromEve({.verb = verb, .payload = {0, 1}, .suite = suite}, elsewhere);
    }
  }
  CHECK(t.sent.empty());  // SEEN would have asked the new endpoint
  CHECK(t.node.received.empty());
  CHECK(t.node.drops.Of(DropReason::kAuthentication) == 0);
}

TEST_CASE("NOP, unassigned and retired verbs run SEEN and nothing else (vl1.md §5.12) [T]") {
  for (int verb : {0x00, 0x0f, 0x11, 0x17, 0x1f}) {
    Alone t;
    t.Meet(t.eve);
    const Endpoint elsewhere = *Endpoint::Parse("10.9.0.2/1");
    t.FromEve({.verb = static_cast<Verb>(verb), .payload = {1, 2, 3}}, elsewhere);
    REQUIRE(t.sent.size() == 1);
    CHECK(t.sent[0].first == elsewhere);
    CHECK(VerbOf(t.sent[0].second) == Verb::kHello);
  }
}

TEST_CASE("bits 0x60 of the verb byte are ignored [T]; suite 0 is taken for any verb [T]") {
  Alone t;
  t.Meet(t.eve);
  Bytes packet(wire::kHeaderSize);
  wire::MutablePacketView view(packet);
  view.Start({5}, t.node.address(), t.eve.address(), Verb::kEcho);
  packet[27] |= 0x60;
  vl1::PeerKeys(*t.eve.Agree(t.self())).Seal(vl1::CipherSuite::kPoly1305, packet);
  t.lab.Inject(t.node, kAnywhere, packet);
  CHECK(t.Take(t.eve, Verb::kOk).size() == 1);
}

TEST_CASE("a peer of version 4 gets port 0 in OK and HELLO instead of ECHO; 1.1.0 gets HELLO, 1.1.1 ECHO [T]") {
  struct Case { uint8_t protocol, major, minor; uint16_t revision; bool echo; };
  for (const Case& c : {Case{4, 1, 0, 6, false}, Case{5, 1, 1, 0, false}, Case{5, 1, 1, 1, true},
                        Case{11, 1, 4, 8, true}}) {
    Alone t;
    t.lab.Inject(t.node, kAnywhere, MakeHello(t.eve, t.self(), {.protocol = c.protocol}));
    for (const auto& [to, bytes] : t.sent) {
      const auto opened = OpenPacket(t.eve, t.self(), bytes);
      if (!opened || VerbOf(*opened) != Verb::kOk) continue;
      const auto ok = wire::OkHello::Parse(wire::PacketView(*opened).payload());
      REQUIRE(ok);
      CHECK(ok->surface->ip == kAnywhere.ip);
      CHECK(ok->surface->port == (c.protocol < 5 ? 0 : kAnywhere.port));
    }
    t.Confirm(kAnywhere, c.protocol, c.major, c.minor, c.revision);
    t.FromEve({.verb = Verb::kFrame, .payload = Bytes(40)});  // active: kept alive
    t.lab.Run(17000);
    bool echo = false, hello = false;
    for (const auto& [to, bytes] : t.sent) {
      const auto opened = OpenPacket(t.eve, t.self(), bytes);
      REQUIRE(opened);
      echo = echo || VerbOf(*opened) == Verb::kEcho;
      hello = hello || VerbOf(*opened) == Verb::kHello;
    }
    CHECK(echo == c.echo);
    CHECK(hello == !c.echo);
  }
}

TEST_CASE("higher versions are taken as 12 [T]") {
  Alone t;
  t.Meet(t.eve, 13);
  t.FromEve({.verb = Verb::kEcho});
  REQUIRE_FALSE(t.sent.empty());
  CHECK(wire::PacketView(t.sent[0].second).suite() == 3);
}

TEST_CASE("a pushed path with the flag forget is not used; a redirect is an ordinary probe (vl1.md §5.8, §7.8)") {
  Alone t;
  t.Meet(t.eve);
  const auto push = [&](uint8_t flags, uint8_t host) {
    const Bytes payload{0, 1, flags, 0, 2, 9, 9, 4, 6, 8, 8, 4, host, 39, 9};  // two bytes of extended data
    t.FromEve({.verb = Verb::kPushDirectPaths, .payload = payload});
  };
  push(0x01, 1);
  push(0x03, 2);
  for (const auto& [to, bytes] : t.sent) CHECK(to == kAnywhere);
  t.sent.clear();
  push(0x02, 3);
  push(0x00, 4);
  size_t probed = 0;
  for (const auto& [to, bytes] : t.sent) probed += to == Endpoint{IpAddress::V4(8, 8, 4, 3), 39 * 256 + 9} ||
                                                   to == Endpoint{IpAddress::V4(8, 8, 4, 4), 39 * 256 + 9};
  CHECK(probed == 2);
}

TEST_CASE("OK to WHOIS may carry several identities, of which those asked for are taken") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Run(500);
  PacketId asked{};
  lab.tap = [&](const Endpoint&, const Endpoint& to, Bytes& bytes) {
    if (to != root.endpoint) return true;
    const auto opened = OpenPacket(root.secret, alice.secret.identity(), bytes);
    if (opened && VerbOf(*opened) == Verb::kWhois) asked = wire::PacketView(bytes).id();
    return true;
  };
  for (size_t n : {2u, 3u}) alice.vl1->RequestIdentity(lab.now(), Someone(n).address());
  lab.Run(1);
  REQUIRE(asked.value != 0);
  Bytes payload(9 + 3 * Identity::kBinarySize);
  ByteWriter out(payload);
  out.U8(static_cast<uint8_t>(Verb::kWhois));
  out.U64(asked.value);
  for (size_t n : {2u, 3u, 4u}) Someone(n).identity().SerializeTo(out);
  lab.Inject(alice, root.endpoint,
             MakePacket(root.secret, alice.secret.identity(), {.verb = Verb::kOk, .payload = payload}));
  CHECK(alice.vl1->FindIdentity(Someone(2).address()) != nullptr);
  CHECK(alice.vl1->FindIdentity(Someone(3).address()) != nullptr);
  CHECK(alice.vl1->FindIdentity(Someone(4).address()) == nullptr);  // not asked for
}

TEST_CASE("the verbs of vl1.md §4.7 are compressed when that makes them smaller, and only they") {
  struct Case { Verb verb; size_t size; bool random, compressed; uint8_t flags = 0; };
  for (const Case& c : {Case{Verb::kUserMessage, 500, false, true}, Case{Verb::kUserMessage, 500, true, false},
                        Case{Verb::kUserMessage, 64, false, false}, Case{Verb::kUserMessage, 65, false, true},
                        Case{Verb::kFrame, 500, false, false}, Case{Verb::kMulticastLike, 500, false, true},
                        Case{Verb::kNetworkConfigRequest, 500, false, true},
                        Case{Verb::kExtFrame, 500, false, false},
                        Case{Verb::kExtFrame, 500, false, false, wire::ExtFrame::kAcknowledge},
                        Case{Verb::kExtFrame, 500, false, true, wire::ExtFrame::kOutboundTee},
                        Case{Verb::kExtFrame, 500, false, true, wire::ExtFrame::kInboundWatch}}) {
    Vl1Lab lab;
    LabNode& root = lab.Add(0, "10.1.0.1/9993");
    LabNode& alice = lab.Add(1, "10.2.0.1/9993");
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    lab.Run(500);
    Bytes seen;
    lab.tap = [&](const Endpoint& from, const Endpoint&, Bytes& bytes) {
      const auto opened = OpenPacket(root.secret, alice.secret.identity(), bytes);
      if (from == alice.endpoint && opened && VerbOf(*opened) == c.verb) seen = *opened;
      return true;
    };
    Bytes payload(c.size);
    SeededRandom random(4);
    if (c.random) random.Fill(payload);
    if (c.verb == Verb::kExtFrame) payload[8] = c.flags;
    lab.Send(alice, root.address(), c.verb, payload);
    lab.Run(100);
    REQUIRE_FALSE(seen.empty());
    CHECK(wire::PacketView(seen).compressed() == c.compressed);
    CHECK((seen.size() < wire::kHeaderSize + c.size) == c.compressed);
    REQUIRE(root.received.size() == 1);
    CHECK(root.received[0].payload == payload);
  }
}

TEST_CASE("an empty payload that says it is compressed is empty; a HELLO is never compressed (vl1.md §4.7)") {
  Alone t;
  t.Meet(t.eve);
  t.FromEve({.verb = Verb::kEcho, .compressed = true});
  CHECK(t.Take(t.eve, Verb::kOk).size() == 1);
  t.FromEve({.verb = Verb::kHello, .payload = {0x30, 'a', 'b', 'c'}, .compressed = true});
  CHECK(t.node.drops.Of(DropReason::kMalformed) == 1);
  t.lab.Run(1000);
  t.FromEve({.verb = Verb::kEcho, .payload = {0xff, 1, 2}, .compressed = true});
  CHECK(t.node.drops.Of(DropReason::kDecompression) == 1);
}

}  // namespace
}  // namespace zt::testing
