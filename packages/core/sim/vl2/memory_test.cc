// What VL2 remembers, in bytes of the heap: the numbers of docs/security/limits.md, and what hostile members can take.
#include "sim/vl2/crowd.h"
#include "sim/vl2/network_lab.h"
#include "vl2/multicast_members.h"
#include "vl2/network.h"
#include "wire/derived_address.h"
#include "wire/verb/frame.h"
#include "wire/verb/multicast_frame.h"
#include "wire/verb/multicast_like.h"
#include "wire/verb/network_credentials.h"

namespace zt::sim {
namespace {

// docs/security/limits.md states these.
constexpr size_t kPerMember = 1'536;            // certificates of membership and ownership, three groups
constexpr size_t kPerStranger = 512;            // who was only talked to
constexpr size_t kPerNetwork = 8 << 10;         // of a whole node, with its interface in the TCP/IP stack
constexpr size_t kMembers = 10'000;
constexpr size_t kRates = 4'096 * 80;           // who was heard within a second (vl2/credential_intake.h)

void Introduce(Crowd& crowd, NodeAddress who) {
  const NetworkConfig certified = crowd.Certified(who);
  wire::NetworkCredentials credentials;
  credentials.coms = {*certified.com};
  credentials.ownerships = certified.ownerships;
  crowd.Say(who, Verb::kNetworkCredentials, credentials);
}

void Announce(Crowd& crowd, NodeAddress who) {
  wire::MulticastLike like;
  like.entries = {{crowd.network, Mac::Broadcast(), static_cast<uint32_t>(who.value)},
                  {crowd.network, {0x333300000001}, 0},
                  {crowd.network, {0x01005e0000fb}, 0}};
  crowd.Say(who, Verb::kMulticastLike, like);
}

void Talk(Crowd& crowd, NodeAddress who) {
  const Bytes payload(100);
  crowd.Say(who, Verb::kFrame, wire::Frame{crowd.network, 0x0800, payload});
}

TEST_CASE("ten thousand members take a kilobyte and a half each, and are forgotten with their identities") {
  Crowd crowd(false);
  const size_t before = crowd.heap();
  for (uint64_t i = 0; i < kMembers; ++i) {
    const NodeAddress who = crowd.Person(i);
    Introduce(crowd, who);
    Announce(crowd, who);
    Talk(crowd, who);
    crowd.now.mono = crowd.now.mono + 1;
  }
  CHECK(crowd.delivered == kMembers);
  const size_t each = (crowd.heap() - before) / kMembers;
  MESSAGE(each << " bytes for each of " << kMembers << " members");
  CHECK(each <= kPerMember);
  // VL1 forgets whom it does not hear; VL2 follows within its cleaning period.
  std::erase_if(crowd.identities, [&](const auto& e) { return e.first != crowd.self().address(); });
  for (int i = 0; i < 20; ++i) {
    crowd.now = {crowd.now.mono + 60'000, {crowd.now.wall.ms + 60'000}};
    crowd.Count([&] { crowd.vl2->HandleTimeout(crowd.now); });
  }
  MESSAGE((crowd.heap() - before) << " bytes left of them");
  CHECK(crowd.heap() - before < kRates);
}

TEST_CASE("strangers on a public network take half a kilobyte each, and no more than their number of records") {
  Crowd crowd(true);
  const size_t before = crowd.heap();
  for (uint64_t i = 0; i < 3 * vl2::Network::kMaxMembers; ++i) {
    Talk(crowd, crowd.Person(i));
    if (i + 1 == vl2::Network::kMaxMembers) {
      const size_t each = (crowd.heap() - before) / (i + 1);
      MESSAGE(each << " bytes for each stranger");
      CHECK(each <= kPerStranger);
    }
  }
  CHECK(crowd.delivered == 3 * vl2::Network::kMaxMembers);
  CHECK(crowd.heap() - before <= kPerStranger * vl2::Network::kMaxMembers);
  // Who proves something finds a record all the same.
  const NodeAddress member = crowd.Person(1'000'000);
  const uint64_t refused = crowd.drops.Of(DropReason::kBadCredential);
  Introduce(crowd, member);
  CHECK(crowd.drops.Of(DropReason::kBadCredential) == refused);
}

TEST_CASE("a member that names subscribers nobody knows keeps no other out") {
  Crowd crowd(false);
  const NodeAddress liar = crowd.Person(1), honest = crowd.Person(2);
  for (const NodeAddress who : {liar, honest}) Introduce(crowd, who);
  Announce(crowd, honest);
  const size_t before = crowd.heap();
  uint64_t made_up = 0x2000000000;
  for (uint64_t group = 0; group < 40; ++group) {
    for (int i = 0; i < 10; ++i) {
      wire::OkMulticastFrame ok;
      ok.network = crowd.network;
      ok.mac = {0x333300001000 + group};
      ok.result.emplace();
      for (int n = 0; n < 1'900; ++n) ok.result->members.push_back({made_up++});
      crowd.Say(liar, Verb::kOk, ok);
    }
    // What we send goes to some of them, and each gets a record.
    for (int i = 0; i < 600; ++i) {
      const Bytes payload(60);
      const ByteSpan piece = payload;
      crowd.Count([&] {
        crowd.vl2->SendFrame(crowd.now, crowd.network, DeriveMac(crowd.self().address(), crowd.network),
                             {0x333300001000 + group}, 0x86dd, {&piece, 1});
      });
    }
  }
  MESSAGE((crowd.heap() - before) << " bytes for a liar");
  CHECK(crowd.heap() - before < vl2::MulticastMembers::kMaxPerTeller * 170 +
                                    vl2::Network::kMaxMembers * kPerStranger + (6 << 20));
  const uint64_t full = crowd.drops.Of(DropReason::kQueueFull), refused = crowd.drops.Of(DropReason::kBadCredential);
  const NodeAddress late = crowd.Person(3);
  Introduce(crowd, late);
  Announce(crowd, late);
  Talk(crowd, late);
  CHECK(crowd.delivered == 1);
  CHECK(crowd.drops.Of(DropReason::kQueueFull) == full);
  CHECK(crowd.drops.Of(DropReason::kBadCredential) == refused);
}

TEST_CASE("a hundred networks joined by one node take no more than stated, and give it back") {
  constexpr size_t kNetworks = 100;
  NetworkLab lab(3, 2, {});
  Host& host = lab.members[0]->host();
  host.SetHeapAccount(2);
  REQUIRE(lab.Assemble());
  lab.internet.simulator.RunFor(10'000);
  const size_t one = host.heap();
  for (uint64_t i = 1; i < kNetworks; ++i) {
    REQUIRE(host.Do(Command::kJoin, [&](node::HostWriter& w) { w.U64(lab.network().value + i); }) == Status::kOk);
  }
  REQUIRE(lab.internet.simulator.RunUntilOrTimeout(
      [&] { return host.Count(Event::kNetworkReadyIp4) == kNetworks; }, 60'000));
  lab.internet.simulator.RunFor(120'000);
  const size_t each = (host.heap() - one) / (kNetworks - 1);
  MESSAGE(each << " bytes for each of " << kNetworks << " networks");
  CHECK(each <= kPerNetwork);
  for (uint64_t i = 1; i < kNetworks; ++i) {
    REQUIRE(host.Do(Command::kLeave, [&](node::HostWriter& w) { w.U64(lab.network().value + i); }) == Status::kOk);
  }
  lab.internet.simulator.RunFor(10'000);
  MESSAGE(host.heap() << " bytes with one network after, " << one << " before");
  CHECK(host.heap() <= one + (32 << 10));
}

}  // namespace
}  // namespace zt::sim
