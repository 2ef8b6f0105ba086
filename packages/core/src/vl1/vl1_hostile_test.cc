// What an attacker on the wire can try to make one node do: fill its tables, upset its arithmetic, keep it busy.
#include <ctime>
#include <utility>

#include "testing/vl1_lab.h"
#include "testing/vl1_packets.h"
#include "vl1/identity_check_gate.h"
#include "vl1/path.h"
#include "wire/fragment.h"
#include "wire/lz4.h"
#include "wire/verb/ok_hello.h"
#include "wire/verb/reply.h"

namespace zt::testing {
namespace {

const Endpoint kAnywhere = *Endpoint::Parse("10.9.0.1/5000");

SecretIdentity Someone(size_t n) { return *SecretIdentity::ParseText(kTestSecrets[n]); }

// A node and the root it is online with; `sent` is what left the node.
struct Online {
  Online() : root(lab.Add(0, "10.1.0.1/9993")), node(lab.Add(1, "10.2.0.1/9993")) {
    lab.tap = [this](const Endpoint& from, const Endpoint&, Bytes& bytes) {
      if (from == node.endpoint) sent.push_back(bytes);
      return true;
    };
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    lab.Run(500);
    REQUIRE(node.vl1->online());
    sent.clear();
  }
  // The addresses the node asked the root for since the last call.
  std::vector<NodeAddress> Asked() {
    std::vector<NodeAddress> out;
    for (const Bytes& bytes : sent) {
      const auto opened = OpenPacket(root.secret, node.secret.identity(), bytes);
      if (!opened) continue;
      const wire::PacketView view(*opened);
      if (view.verb() == Verb::kWhois) out.push_back(ByteReader(view.payload()).Address());
    }
    sent.clear();
    return out;
  }
  Vl1Lab lab;
  LabNode &root, &node;
  std::vector<Bytes> sent;
};

Bytes FromStranger(const NodeAddress& to, uint64_t source) {
  Bytes packet(60, 0x5a);
  wire::MutablePacketView view(packet);
  view.Start({source}, to, {source}, Verb::kFrame);
  packet[18] = 1 << 3;
  return packet;
}

TEST_CASE("an OK to HELLO may echo any time") {
  for (const uint64_t echo : {uint64_t{0}, uint64_t{1} << 63, (uint64_t{1} << 63) - 1, ~uint64_t{0}}) {
    Online t;
    const SecretIdentity eve = Someone(3);
    const Identity& self = t.node.secret.identity();
    t.lab.Inject(t.node, kAnywhere, MakeHello(eve, self));
    for (const Bytes& bytes : std::exchange(t.sent, {})) {
      const auto opened = OpenPacket(eve, self, bytes);
      if (!opened || wire::PacketView(*opened).verb() != Verb::kHello) continue;
      wire::OkHello ok;
      ok.in_re = wire::PacketView(bytes).id();
      ok.timestamp_echo = echo;
      Bytes payload(64);
      ByteWriter out(payload);
      ok.SerializeTo(out);
      payload.resize(out.size());
      t.lab.Inject(t.node, kAnywhere, MakePacket(eve, self, {.verb = Verb::kOk, .payload = payload}));
    }
    const std::optional<int> latency = t.node.vl1->Latency(eve.address());
    REQUIRE(latency.has_value());
    CHECK(*latency >= 0);
    CHECK(*latency < 65535);
  }
}

TEST_CASE("packets from made-up sources do not keep us from asking for identities ourselves") {
  Online t;
  for (uint64_t i = 0; i < 200; ++i) {
    t.lab.Inject(t.node, kAnywhere, FromStranger(t.node.address(), 0x2000000000 + i));
  }
  const size_t for_others = t.Asked().size();
  CHECK(for_others > 0);
  CHECK(for_others <= 32);
  // All our own questions are asked too, and those that find the table full push out others', not ours.
  for (uint64_t i = 0; i < 60; ++i) t.node.vl1->RequestIdentity(t.lab.now(), {0x3000000000 + i});
  t.lab.Run(1);
  CHECK(t.Asked().size() == 60);
  t.lab.Run(600);
  size_t repeated = 0;
  for (NodeAddress asked : t.Asked()) repeated += asked.value >= 0x3000000000;
  CHECK(repeated == 60);
}

constexpr uint32_t kPaths = 16384;

TEST_CASE("the path table takes new endpoints however many unused ones it holds, and keeps those in use") {
  SeededRandom random(3);
  vl1::PathTable table(random, kPaths);
  Instant now{1000};
  vl1::Path* used = table.FindOrCreate(now, {0}, {IpAddress::V4(1, 2, 3, 4), 9993});
  used->slots = 1;
  for (uint32_t i = 0; i < 5 * kPaths; ++i) {
    if (i % 100 == 0) now.ms += 1;
    REQUIRE(table.FindOrCreate(now, {0}, {IpAddress::V4(0x0b000000 + i), 9993}) != nullptr);
    REQUIRE(table.size() <= kPaths);
  }
  CHECK(table.Find({0}, {IpAddress::V4(1, 2, 3, 4), 9993}) == used);
}

TEST_CASE("a path table full of paths in use refuses more") {
  SeededRandom random(3);
  vl1::PathTable table(random, kPaths);
  for (uint32_t i = 0; i < kPaths; ++i) {
    table.FindOrCreate({1000}, {0}, {IpAddress::V4(0x0b000000 + i), 9993})->slots = 1;
  }
  CHECK(table.FindOrCreate({1000}, {0}, {IpAddress::V4(1, 1, 1, 1), 1}) == nullptr);
  table.Find({0}, {IpAddress::V4(0x0b000000), 9993})->slots = 0;
  CHECK(table.FindOrCreate({1001}, {0}, {IpAddress::V4(1, 1, 1, 1), 1}) == nullptr);  // not searched at once
  CHECK(table.FindOrCreate({11001}, {0}, {IpAddress::V4(1, 1, 1, 1), 1}) != nullptr);
}

struct Flood {
  Online t;
  uint64_t Drops(DropReason reason) const { return t.node.drops.Of(reason); }
  // A /24 of its own for each number, mostly in a /16 of its own.
  static Endpoint From(uint32_t number, uint32_t host = 1) {
    const uint32_t network = number * 0x9e3779b1 & 0x3fffff;
    return {IpAddress::V4((uint32_t{16} << 24) + network * 256 + host), 4000};
  }
};

TEST_CASE("packets that do not open stop costing anything, except from where somebody is heard") {
  Flood f;
  Online& t = f.t;
  Bytes forged = MakePacket(t.root.secret, t.node.secret.identity(), {.verb = Verb::kEcho, .payload = Bytes(1000, 1)});
  forged[100] ^= 1;
  for (int i = 0; i < 1000; ++i) t.lab.Inject(t.node, Flood::From(1, 1 + i % 200), forged);
  CHECK(f.Drops(DropReason::kAuthentication) == 64);
  CHECK(f.Drops(DropReason::kRateLimited) == 1000 - 64);
  // Another network has its own budget.
  t.lab.Inject(t.node, Flood::From(2), forged);
  CHECK(f.Drops(DropReason::kAuthentication) == 65);
  // Whoever makes the root's endpoint up does not shut the root out.
  for (int i = 0; i < 1000; ++i) t.lab.Inject(t.node, t.root.endpoint, forged);
  CHECK(f.Drops(DropReason::kAuthentication) == 1065);
  t.sent.clear();
  const Bytes good = MakePacket(t.root.secret, t.node.secret.identity(), {.verb = Verb::kEcho, .payload = Bytes(10)});
  t.lab.Inject(t.node, t.root.endpoint, good);
  CHECK(t.sent.size() == 1);
  // A second later the flooded network may try again.
  t.lab.Run(1000);
  t.lab.Inject(t.node, Flood::From(1), forged);
  CHECK(f.Drops(DropReason::kAuthentication) == 1066);
}

// Authentic to the victim, and refused only by the work function: the half of the key that signs is made up, so that
// each is another identity and costs its maker nothing.
Bytes BogusHello(const Identity& victim, uint64_t number) {
  const SecretIdentity eve = Someone(3);
  Identity claimed = eve.identity();
  claimed.address = {claimed.address.value ^ 1};
  for (size_t i = 0; i < 8; ++i) claimed.public_key[32 + i] = static_cast<uint8_t>(number >> (8 * i));
  return MakeHello(eve, victim, {.claimed = claimed});
}

TEST_CASE("a HELLO flood from made-up networks buys no more than a budget of public-key work") {
  Flood f;
  Online& t = f.t;
  const Identity& self = t.node.secret.identity();
  Bytes damaged = BogusHello(self, 9999);
  damaged[120] ^= 1;  // key or tail: the MAC fails
  const uint64_t before = f.Drops(DropReason::kRateLimited);
  for (uint32_t i = 0; i < 500; ++i) t.lab.Inject(t.node, Flood::From(i), i % 2 == 0 ? BogusHello(self, i) : damaged);
  CHECK(f.Drops(DropReason::kIdentityInvalid) == 4);
  CHECK(f.Drops(DropReason::kAuthentication) == 32);
  CHECK(f.Drops(DropReason::kRateLimited) - before == 500 - 4 - 32);
  CHECK(t.node.vl1->Peers(t.lab.now()).size() == 1);
  // An honest stranger gets through a second later.
  t.lab.Run(1000);
  t.lab.Inject(t.node, Flood::From(1000), MakeHello(Someone(4), self));
  CHECK(t.node.vl1->FindIdentity(Someone(4).address()) != nullptr);
}

TEST_CASE("one bogus identity is computed once, however often and from wherever it says HELLO") {
  Flood f;
  Online& t = f.t;
  const Bytes bogus = BogusHello(t.node.secret.identity(), 1);
  const uint64_t before = f.Drops(DropReason::kRateLimited);
  for (uint32_t i = 0; i < 500; ++i) t.lab.Inject(t.node, Flood::From(i), bogus);
  CHECK(f.Drops(DropReason::kIdentityInvalid) == 500);
  CHECK(f.Drops(DropReason::kRateLimited) == before);
  // Nor does it take from what strangers have together, or close the network it claims to be from.
  t.lab.Inject(t.node, Flood::From(499, 2), MakeHello(Someone(4), t.node.secret.identity()));
  CHECK(t.node.vl1->FindIdentity(Someone(4).address()) != nullptr);
  // With the right key and another address it is as bad; and the good identity with that key is not taken for it.
  Identity claimed = Someone(5).identity();
  claimed.address = {claimed.address.value ^ 1};
  const Bytes moved = MakeHello(Someone(5), t.node.secret.identity(), {.claimed = claimed});
  t.lab.Inject(t.node, Flood::From(600), moved);
  CHECK(f.Drops(DropReason::kIdentityInvalid) == 501);
  t.lab.Inject(t.node, Flood::From(601), MakeHello(Someone(5), t.node.secret.identity()));
  CHECK(t.node.vl1->FindIdentity(Someone(5).address()) != nullptr);
}

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// A root between two leaves that cannot reach each other.
struct RelayingRoot {
  RelayingRoot() {
    lab.Block(one, two);
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    lab.Run(1000);
    Ask(2000);
    REQUIRE_FALSE(two.received.empty());
  }
  // A message of `one` to `two` every 20 ms, with `also` in every ms between.
  size_t Ask(Millis duration, const std::function<void(Millis)>& also = {}) {
    const size_t before = two.received.size();
    for (Millis ms = 0; ms < duration; ++ms) {
      if (ms % 20 == 0) lab.Send(one, two.address(), Verb::kUserMessage, Bytes(100, 1));
      if (also) also(ms);
      lab.Run(1);
    }
    lab.Run(200);
    return two.received.size() - before;
  }
  const Identity& self() const { return root.secret.identity(); }
  uint64_t Computed() const { return root.drops.Of(DropReason::kIdentityInvalid); }

  Vl1Lab lab;
  LabNode& root = lab.Add(0, "11.1.0.1/9993");
  LabNode& one = lab.Add(1, "12.1.0.1/9993");
  LabNode& two = lab.Add(2, "13.1.0.1/9993");
};

TEST_CASE("a root that is flooded with HELLOs of bogus identities relays on, for a part of one processor core") {
  RelayingRoot t;
  double one_check = CpuSeconds();
  (void)t.self().Validate();
  one_check = CpuSeconds() - one_check;
  double spent = 0;
  uint64_t number = 0;
  const size_t relayed = t.Ask(1000, [&](Millis) {
    const Bytes bogus = BogusHello(t.self(), ++number);
    const double begin = CpuSeconds();
    t.lab.Inject(t.root, Flood::From(static_cast<uint32_t>(number)), bogus);
    spent += CpuSeconds() - begin;
  });
  CHECK(relayed == 50);
  constexpr auto kRate = vl1::kRootChecks.work_functions;
  MESSAGE(number, " HELLOs, ", t.Computed(), " work functions, ", 1000 * spent, " ms");
  CHECK(t.Computed() >= static_cast<uint64_t>(kRate.per_second));
  CHECK(t.Computed() <= static_cast<uint64_t>(kRate.per_second + kRate.burst));
  CHECK(spent < 1.5 * one_check * (kRate.per_second + kRate.burst) + 0.5);
}

TEST_CASE("an honest stranger who asks a flooded root every two seconds is let in soon") {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    RelayingRoot t;
    SeededRandom random(seed);
    const Bytes honest = MakeHello(Someone(4), t.self());
    uint32_t number = 0, tries = 0;
    constexpr int kFlood = 4 * vl1::kRootChecks.work_functions.per_second;  // a second
    auto next = static_cast<Millis>(random.Below(2000));
    for (Millis ms = 0; ms < 60'000 && t.root.vl1->FindIdentity(Someone(4).address()) == nullptr; ++ms) {
      if (random.Below(1000) < kFlood) t.lab.Inject(t.root, Flood::From(++number), BogusHello(t.self(), random.U64()));
      if (ms == next) {
        t.lab.Inject(t.root, {IpAddress::V4(99, 9, 9, 9), 9993}, honest);
        next += 2000 + static_cast<Millis>(random.Below(500));
        ++tries;
      }
      t.lab.Run(1);
    }
    MESSAGE("let in at try ", tries);
    CHECK(t.root.vl1->FindIdentity(Someone(4).address()) != nullptr);
    CHECK(tries <= 12);
  }
}

TEST_CASE("two providers' worth of IPv6 networks do not crowd out newcomers from elsewhere at a root") {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    RelayingRoot t;
    SeededRandom random(seed);
    constexpr int kFlood = 4 * vl1::kRootChecks.work_functions.per_second;  // a second
    const Millis moment = 1000 + static_cast<Millis>(random.Below(500));
    for (Millis ms = 0; ms < moment; ++ms) {
      for (uint64_t n = random.Below(1000) < kFlood ? 4 : 0; n > 0; --n) {
        IpAddress from = *IpAddress::Parse(n % 2 == 0 ? "2a00:1234::1" : "2600:4321::1");
        from.bytes[4] = static_cast<uint8_t>(random.Below(256));
        from.bytes[5] = static_cast<uint8_t>(random.Below(256));
        t.lab.Inject(t.root, {from, 4000}, BogusHello(t.self(), random.U64()));
      }
      t.lab.Run(1);
    }
    CHECK(t.Computed() >= static_cast<uint64_t>(vl1::kRootChecks.work_functions.per_second));  // what nobody else needs
    t.lab.Inject(t.root, {IpAddress::V4(99, 9, 9, 9), 9993}, MakeHello(Someone(4), t.self()));
    CHECK(t.root.vl1->FindIdentity(Someone(4).address()) != nullptr);
    const Endpoint other = *Endpoint::Parse("2a01:1234::1/9993");
    t.lab.Inject(t.root, other, MakeHello(Someone(5), t.self()));
    CHECK(t.root.vl1->FindIdentity(Someone(5).address()) != nullptr);
  }
}

TEST_CASE("who was refused because strangers had used up their budget is not kept out for longer") {
  Flood f;
  Online& t = f.t;
  Bytes damaged = BogusHello(t.node.secret.identity(), 1);
  damaged[120] ^= 1;
  for (uint32_t i = 0; i < 500; ++i) t.lab.Inject(t.node, Flood::From(i), damaged);
  const Bytes honest = MakeHello(Someone(4), t.node.secret.identity());
  t.lab.Inject(t.node, Flood::From(1000), honest);
  CHECK(t.node.vl1->FindIdentity(Someone(4).address()) == nullptr);
  t.lab.Run(vl1::kIdentityCheckGate / 2);
  t.lab.Inject(t.node, Flood::From(1000), honest);
  CHECK(t.node.vl1->FindIdentity(Someone(4).address()) != nullptr);
}

TEST_CASE("our own host may start hundreds of nodes at once, and not stop us either") {
  Vl1Lab lab;
  LabNode& node = lab.Add(1, "127.0.0.1/9993", {.allow_loopback_paths = true});
  const Endpoint host = *Endpoint::Parse("127.0.0.1/5000");
  for (size_t n = 2; n < 8; ++n) lab.Inject(node, host, MakeHello(Someone(n), node.secret.identity()));
  CHECK(node.vl1->Peers(lab.now()).size() == 6);
  // Agreements only, because a thousand work functions take seconds.
  Bytes damaged = BogusHello(node.secret.identity(), 1);
  damaged[120] ^= 1;
  constexpr int kBurst = vl1::kLoopbackChecks.agreements.burst;
  for (int i = 0; i < kBurst + 100; ++i) lab.Inject(node, host, damaged);
  CHECK(node.drops.Of(DropReason::kRateLimited) >= 100);
  CHECK(node.drops.Of(DropReason::kAuthentication) <= kBurst);
  CHECK(node.drops.Of(DropReason::kAuthentication) >= 1000);
}

TEST_CASE("a fragment bomb from made-up sources does not displace packets of those who are heard") {
  Flood f;
  Online& t = f.t;
  Bytes packet(wire::kHeaderSize + 2000);
  wire::MutablePacketView view(packet);
  view.Start({0x77}, t.node.address(), t.root.address(), Verb::kUserMessage);
  view.set_fragmented(true);
  const vl1::PeerKeys keys(*t.root.secret.Agree(t.node.secret.identity()));
  keys.Seal(vl1::CipherSuite::kSalsa2012Poly1305, packet);
  const auto fragment = [&](uint64_t id, ByteSpan data) {
    Bytes bytes(wire::kFragmentHeaderSize + data.size());
    ByteWriter out(bytes);
    wire::Fragment{{id}, t.node.address(), 2, 1, 0, data}.SerializeTo(out);
    return bytes;
  };
  const size_t arrived = t.node.received.size();
  t.lab.Inject(t.node, t.root.endpoint, ByteSpan(packet).first(1400));
  for (uint32_t i = 0; i < 5000; ++i) {
    t.lab.Inject(t.node, Flood::From(i), fragment(0x9000 + i, Bytes(1400, 9)));
  }
  t.lab.Inject(t.node, t.root.endpoint, fragment(0x77, ByteSpan(packet).subspan(1400)));
  CHECK(t.node.received.size() == arrived + 1);
  CHECK(f.Drops(DropReason::kReassemblyTimeout) == 5000 - 16);
}

TEST_CASE("an ECHO that grows when it is decompressed is not answered to an address that never answered us") {
  Online t;
  const SecretIdentity eve = Someone(3);
  const Identity& self = t.node.secret.identity();
  t.lab.Inject(t.node, kAnywhere, MakeHello(eve, self));
  t.sent.clear();
  Bytes payload(200);
  payload.resize(*wire::Lz4Compress(Bytes(9000), payload));
  const Bytes echo = MakePacket(eve, self, {.verb = Verb::kEcho, .payload = payload, .compressed = true});
  for (uint16_t port = 1000; port < 1010; ++port) t.lab.Inject(t.node, {kAnywhere.ip, port}, echo);
  size_t bytes = 0;
  for (const Bytes& datagram : t.sent) bytes += datagram.size();
  CHECK(bytes < 3000);  // eight HELLOs at most, whatever is asked
}

TEST_CASE("strangers are who sends from where no peer is reached; a root counts them and names nobody known") {
  Online t;
  const auto strangers = [&t] { return t.node.vl1->activity().from_strangers; };
  const uint64_t before = strangers();
  const Bytes junk(20, 1);
  t.lab.Inject(t.node, t.root.endpoint, junk);
  CHECK(strangers() == before);
  t.lab.Inject(t.node, kAnywhere, junk);
  // A replay makes a path record, and nobody is reached there.
  const Bytes authentic = MakePacket(t.root.secret, t.node.secret.identity(), {.verb = Verb::kNop});
  t.lab.Inject(t.node, kAnywhere, authentic);
  t.lab.Inject(t.node, kAnywhere, authentic);
  CHECK(strangers() == before + 3);

  CHECK(t.node.vl1->KnownEndpoints(1) == std::vector{t.root.endpoint});
  CHECK_FALSE(t.node.vl1->KnownEndpoints(0).has_value());
  CHECK_FALSE(t.root.vl1->KnownEndpoints(100).has_value());
}

}  // namespace
}  // namespace zt::testing
