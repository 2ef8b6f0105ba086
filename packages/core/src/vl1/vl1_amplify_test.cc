// What one small packet may make a node send or do: HELLOs to invented places, long WHOIS answers, judgements, and what
// strangers may make it believe about itself.
#include <set>

#include "testing/vl1_lab.h"
#include "testing/vl1_packets.h"
#include "vl1/confirm_gate.h"
#include "vl1/limits.h"
#include "vl1/surface.h"
#include "wire/verb/hello.h"
#include "wire/verb/push_direct_paths.h"
#include "wire/verb/whois.h"

namespace zt::testing {
namespace {

using vl1::SurfaceReport;
using vl1::SurfaceTable;

SecretIdentity Someone(size_t n) { return *SecretIdentity::ParseText(kTestSecrets[n]); }

// A root, a node with several sockets, and what left the node by destination.
struct Target {
  explicit Target(size_t sockets = 1) {
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    for (size_t i = 1; i < sockets; ++i) {
      node.sockets[static_cast<int32_t>(i)] = {node.endpoint.ip, static_cast<uint16_t>(20000 + i)};
    }
    node.TellSockets(lab.now());
    lab.Run(1000);
    lab.tap = [this](const Endpoint& from, const Endpoint& to, Bytes& bytes) {
      if (from.ip == node.endpoint.ip) {
        ++sent[to.ip];
        bytes_to[to.ip] += bytes.size();
      }
      return true;
    };
  }
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "20.1.0.1/9993");
  LabNode& node = lab.Add(1, "20.2.0.1/9993");
  std::map<IpAddress, size_t> sent, bytes_to;
};

TEST_CASE("HELLOs to a place that many peers claim to be at are few, whatever the number of our sockets") {
  Target t(12);
  const IpAddress victim = *IpAddress::Parse("66.0.0.1");
  for (size_t who = 2; who < 8; ++who) {
    t.lab.Inject(t.node, *Endpoint::Parse("21.0.0." + std::to_string(who) + "/9993"),
                 MakeHello(Someone(who), t.node.secret.identity(), {.id = who}));
    t.lab.Run(vl1::kIdentityCheckGate);
  }
  t.sent.clear();
  for (int second = 0; second < 10; ++second) {
    for (uint16_t n = 0; n < 64; ++n) {
      const SecretIdentity peer = Someone(2 + n % 6);
      const Bytes nop = MakePacket(peer, t.node.secret.identity(), {.id = 1000u + n, .verb = Verb::kUserMessage,
                                                                   .payload = Bytes(10)});
      t.lab.Inject(t.node, {victim, static_cast<uint16_t>(1000 + n)}, nop);
    }
    t.lab.Run(1000);
  }
  MESSAGE(t.sent[victim], " datagrams to the victim in 10 s");
  CHECK(t.sent[victim] > 0);
  CHECK(t.sent[victim] <= 10 * vl1::kConfirmsPerPlace);
}

TEST_CASE("HELLOs to all the places strangers claim to be at are bounded; those of peers we trust are not among them") {
  Target t;
  t.node.trust = true;  // whoever sends a message that VL2 takes
  const SecretIdentity eve = Someone(2), friendly = Someone(3);
  for (const SecretIdentity* peer : {&eve, &friendly}) {
    t.lab.Inject(t.node, *Endpoint::Parse("21.0.0.2/9993"), MakeHello(*peer, t.node.secret.identity(), {.id = 7}));
    t.lab.Run(vl1::kIdentityCheckGate);
  }
  const auto message = [&](const SecretIdentity& peer, const Endpoint& from) {
    t.lab.Inject(t.node, from, MakePacket(peer, t.node.secret.identity(), {.verb = Verb::kUserMessage,
                                                                           .payload = Bytes(10)}));
  };
  message(friendly, *Endpoint::Parse("21.0.0.2/9993"));
  t.lab.Run(2000);
  t.node.trust = false;
  vl1::ConfirmGate gate(64, t.node.random);
  size_t passed = 0;
  for (uint32_t n = 0; n < 5000; ++n) passed += gate.Pass({1000}, IpAddress::V4(0x50000000 + (n << 8)), 1, false);
  CHECK(passed == vl1::ConfirmsPerSecond(64));
  CHECK(gate.Pass({1000}, IpAddress::V4(0x60000000), 1, true) == 1);
  CHECK(gate.Pass({2000}, IpAddress::V4(0x60000000), 1, false) == 1);
}

TEST_CASE("a network's neighbours do not use up its share of confirmations") {
  Target t;
  for (int secret = 0; secret < 8; ++secret) {
    vl1::ConfirmGate gate(1 << 20, t.node.random);
    const auto place = [](uint8_t a, uint8_t b) {  // two /64s of one /40 differ here
      IpAddress ip = *IpAddress::Parse("2001:db8:1100::1");
      ip.bytes[5] = a;
      ip.bytes[7] = b;
      return ip;
    };
    for (size_t n = 0; n < 2 * vl1::kConfirmsPerPlace; ++n) gate.Pass({1000}, place(0, 0), 1, true);
    CHECK(gate.Pass({1000}, place(0, 0), 1, true) == 0);
    size_t others = 0;
    for (uint8_t n = 1; n <= 100; ++n) {
      others += gate.Pass({1000}, place(n, 0), 1, true);
      others += gate.Pass({1000}, place(0, n), 1, true);
    }
    CHECK(others >= 195);  // of 200: some share the bucket by chance
  }
}

TEST_CASE("a question for many identities from a place that is not confirmed is answered with few") {
  Target t;
  std::vector<LabNode*> leaves;
  for (size_t n = 2; n < 8; ++n) {
    leaves.push_back(&t.lab.Add(n, "20.3." + std::to_string(n) + ".1/9993"));
    leaves.back()->vl1->OfferPlanet(t.lab.now(), Vl1Lab::MakePlanet({{&t.root, {t.root.endpoint}}}).Serialize());
  }
  t.lab.Run(2000);
  size_t bytes = 0, answers = 0;
  t.lab.tap = [&](const Endpoint& from, const Endpoint& to, Bytes& packet) {
    if (from != t.root.endpoint || to.ip != *IpAddress::Parse("66.0.0.1")) return true;
    bytes += packet.size();
    ++answers;
    return true;
  };
  wire::Whois question;
  for (int again = 0; again < 20; ++again) {
    for (const LabNode* leaf : leaves) question.addresses.push_back(leaf->address());
  }
  Bytes payload(5 * question.addresses.size());
  ByteWriter out(payload);
  question.SerializeTo(out);
  const auto ask = [&](const Endpoint& from, uint64_t id) {
    t.lab.Inject(t.root, from, MakePacket(leaves[0]->secret, t.root.secret.identity(),
                                          {.id = id, .verb = Verb::kWhois, .payload = payload}));
  };
  ask(*Endpoint::Parse("66.0.0.1/4000"), 77);
  CHECK(bytes <= 3 * payload.size());

  // From where it is, the peer gets as many as it may within a second, however many packets it sends.
  const uint64_t before = t.root.vl1->activity().whois_answered;
  for (uint64_t id = 100; id < 150; ++id) ask(leaves[0]->endpoint, id);
  CHECK(t.root.vl1->activity().whois_answered - before <= vl1::kWhoisAnswersPerSecond);
  CHECK(t.root.vl1->activity().whois_answered - before >= vl1::kWhoisAnswersPerSecond / 2);
  CHECK(t.root.drops.Of(DropReason::kRateLimited) >= 40);
  t.lab.Run(1000);
  ask(leaves[0]->endpoint, 200);
  CHECK(t.root.vl1->activity().whois_answered - before > vl1::kWhoisAnswersPerSecond);
}

TEST_CASE("questions held for others are few, what is beyond is counted, and ours finds room") {
  Vl1Lab lab;
  LabNode& node = lab.Add(1, "20.2.0.1/9993");  // it has no root: nothing is ever answered
  for (uint64_t n = 0; n < 100; ++n) {
    Bytes packet(60, 0x5a);
    wire::MutablePacketView view(packet);
    view.Start({n}, node.address(), {0x1122330000 + n}, Verb::kFrame);
    packet[18] = 1 << 3;
    lab.Inject(node, {IpAddress::V4(0x42000000 + static_cast<uint32_t>(n)), 1}, packet);
  }
  const uint64_t dropped = node.drops.Of(DropReason::kQueueFull);
  CHECK(dropped >= 100 - vl1::kWhoisForOthers);
  for (uint64_t n = 0; n < vl1::kWhoisEntries - vl1::kWhoisForOthers; ++n) {
    node.vl1->RequestIdentity(lab.now(), {0x2233440000 + n});
  }
  CHECK(node.drops.Of(DropReason::kQueueFull) == dropped);
}

SurfaceReport ReportOf(uint64_t reporter, uint32_t from, uint32_t surface, vl1::Reporter rank) {
  return {{reporter}, rank, {0}, {IpAddress::V4(from), 9993}, {IpAddress::V4(surface), 9993}};
}

TEST_CASE("strangers cannot fill the table of our outside addresses, nor displace what roots and friends say") {
  SurfaceTable table;
  table.Report({1000}, ReportOf(1, 0x14010001, 0x14020001, vl1::Reporter::kRoot), false);
  table.Report({1001}, ReportOf(2, 0x14010002, 0x14020002, vl1::Reporter::kTrusted), false);
  for (uint32_t n = 0; n < 5000; ++n) {
    table.Report({2000 + n}, ReportOf(100 + n, 0x15000000 + n, 0x16000000 + n, vl1::Reporter::kStranger), false);
  }
  const std::vector<Endpoint> seen = table.Distinct();
  CHECK(seen.size() <= 2 + vl1::kSurfaceStrangers);
  CHECK(seen[0] == Endpoint{IpAddress::V4(0x14020001), 9993});
  CHECK(seen[1] == Endpoint{IpAddress::V4(0x14020002), 9993});
  // One that we trust has its own limit.
  for (uint32_t n = 0; n < 5000; ++n) {
    table.Report({9000 + n}, ReportOf(3, 0x17000000 + n, 0x18000000 + n, vl1::Reporter::kTrusted), false);
  }
  CHECK(table.Distinct().size() <= 2 + vl1::kSurfaceStrangers + vl1::kSurfacePerReporter);
  CHECK(table.Distinct()[1] == Endpoint{IpAddress::V4(0x14020002), 9993});
  // With the table full of friends, the oldest friend makes room; a root never does for them.
  for (uint32_t n = 0; n < 5000; ++n) {
    table.Report({20000 + n}, ReportOf(9000 + n, 0x19000000 + n, 0x1b000000 + n, vl1::Reporter::kTrusted), false);
  }
  CHECK(table.Distinct().size() <= vl1::kSurfaceEntries);
  CHECK(table.Distinct()[0] == Endpoint{IpAddress::V4(0x14020001), 9993});
}

TEST_CASE("offline, invented datagrams do not cost a judgement each") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "20.1.0.1/9993");
  LabNode& leaf = lab.Add(1, "20.2.0.1/9993");
  root.running = false;
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Run(20000);
  const uint64_t before = leaf.wake_ups;
  for (int n = 0; n < 5000; ++n) {
    // Does not open: who sends it claims to be the root, at the root's place.
    Bytes packet(60, static_cast<uint8_t>(n));
    wire::MutablePacketView view(packet);
    view.Start({static_cast<uint64_t>(n)}, leaf.address(), root.address(), Verb::kNop);
    packet[18] = 1 << 3;
    lab.Inject(leaf, root.endpoint, packet);
    lab.Run(1);
  }
  MESSAGE((leaf.wake_ups - before), " wake-ups in 5 s");
  CHECK(leaf.wake_ups - before < 30);
  CHECK(leaf.connectivity.back().second.reasons.front() == OfflineReason::kRootKeyMismatch);
}

TEST_CASE("moving again and again, we push no more than receivers take, and the last place is told") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "20.1.0.1/9993");
  LabNode& alice = lab.Add(1, "20.2.0.1/9993");
  LabNode& bob = lab.Add(2, "20.3.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  alice.trust = bob.trust = true;
  lab.Block(alice, bob);
  for (LabNode* node : {&root, &alice, &bob}) node->TellSockets(lab.now());
  int64_t last = 0;
  int in_burst = 0, most = 0;
  bool told = false;
  const Endpoint final_place = *Endpoint::Parse("21.0.0.39/9993");
  const auto chat = [&](int ms) {
    for (int t = 0; t < ms; t += 100) {
      lab.Send(alice, bob.address(), Verb::kFrame, Bytes(60, 1));
      lab.Send(bob, alice.address(), Verb::kFrame, Bytes(60, 1));
      lab.Run(100);
    }
  };
  lab.tap = [&](const Endpoint& from, const Endpoint& to, Bytes& bytes) {
    if (from == root.endpoint && to == bob.endpoint) {  // as Bob gets it
      const auto opened = OpenPacket(bob.secret, alice.secret.identity(), bytes);
      if (opened && wire::PacketView(*opened).verb() == Verb::kPushDirectPaths &&
          wire::PacketView(*opened).source() == alice.address()) {
        const int64_t at = lab.now().mono.ms;
        in_burst = at - last <= vl1::kPushBurstReset ? in_burst + 1 : 1;
        last = at;
        most = std::max(most, in_burst);
        if (in_burst <= vl1::kPushBurst && alice.endpoint == final_place) told = true;
      }
    }
    // Alice and Bob never meet.
    return !(from.ip == bob.endpoint.ip && to.ip != root.endpoint.ip) &&
           !(to.ip == bob.endpoint.ip && from.ip != root.endpoint.ip);
  };
  chat(5000);
  for (int place = 1; place < 40; ++place) {
    const Endpoint here{IpAddress::V4(0x15000000 + static_cast<uint32_t>(place)), 9993};
    alice.vl1->SetLocalEndpoints(lab.now(), {&here, 1});
    lab.Move(alice, {{place, here}});
    chat(3000);
  }
  chat(70000);
  MESSAGE("most pushes in one burst: ", most);
  CHECK(most <= vl1::kPushBurst);
  CHECK(told);
}

}  // namespace
}  // namespace zt::testing
