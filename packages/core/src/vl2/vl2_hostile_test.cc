// What members and a controller that mean harm can try to make a node do.
#include <algorithm>

#include "vl2/config_flood.h"
#include "vl2/config_issuer.h"
#include "vl2/deferral_queue.h"
#include "vl2/multicast_lan.h"
#include "vl2/signature_budget.h"
#include "vl2/test_lan.h"
#include "wire/derived_address.h"
#include "wire/config_chunk.h"
#include "wire/verb/ext_frame.h"
#include "wire/verb/frame.h"

namespace zt::vl2 {
namespace {

using testing::Inject;
using testing::Lan;

constexpr NetworkId kNetwork = testing::kLanNetwork;

TEST_CASE("Two certificates that displace each other do not keep the node busy for ever") {
  Lan lan;
  lan.shape.credential_time_max_delta = 60'000;
  lan.Join(lan.bob);
  const SecretIdentity controller = *SecretIdentity::ParseText(testing::kControllerSecret);
  const Identity alice = SecretIdentity::ParseText(testing::kAliceSecret)->identity();
  for (const uint64_t delta : {1, 2}) {
    wire::ExtFrame frame;
    frame.network = kNetwork;
    // Of one moment, different, and too old to agree with bob's: each is taken in place of the other.
    frame.com = CertificateOfMembership::Issue(controller, kNetwork, alice, 1000, delta);
    frame.destination = DeriveMac(lan.bob.address(), kNetwork);
    frame.source = DeriveMac(lan.alice.address(), kNetwork);
    frame.ether_type = 0x0800;
    const Bytes payload(40);
    frame.payload = payload;
    Inject(lan.wire, lan.bob, lan.alice.address(), Verb::kExtFrame, testing::Write(frame));
  }
  CHECK(lan.bob.drops.Of(DropReason::kQueueTimeout) == 2);
  CHECK(lan.bob.frames.empty());
  CHECK(lan.bob.vl2->NextTimeout().at > lan.wire.now.mono);
}

// What a member keeps of the controller's fast-propagated pushes, to be replayed when it likes.
std::vector<Bytes> OldChunks(Lan& lan, int count) {
  std::vector<Bytes> out;
  for (int i = 0; i < count; ++i) {
    const uint8_t data[] = {'a', '=', 'b'};
    ConfigChunk chunk;
    chunk.network = kNetwork;
    chunk.data = data;
    chunk.flags = ConfigChunk::kFastPropagate;
    chunk.update_id = static_cast<uint64_t>(i) + 1;
    chunk.total_length = 100;
    Bytes bytes(300);
    ByteWriter writer(bytes);
    chunk.SerializeSigned(writer, lan.controller.self());
    bytes.resize(writer.size());
    out.push_back(std::move(bytes));
  }
  return out;
}

TEST_CASE("Replayed fast-propagated chunks are passed on once, and only so many of a messenger") {
  Lan lan;
  testing::TestNode carol(lan.wire, testing::kCarolSecret);
  for (testing::TestNode* node : {&lan.alice, &lan.bob, &carol}) lan.Join(*node);
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "hello");
  lan.SendText(carol, lan.MacOf(lan.bob), "hello");
  lan.wire.lose = [](const testing::Sent&) { return true; };
  const std::vector<Bytes> old = OldChunks(lan, 60);
  const auto replay = [&](testing::TestNode& from) {
    const size_t before = lan.wire.Count(lan.bob.address(), Verb::kNetworkConfig);
    for (const Bytes& chunk : old) Inject(lan.wire, lan.bob, from.address(), Verb::kNetworkConfig, chunk);
    return lan.wire.Count(lan.bob.address(), Verb::kNetworkConfig) - before;
  };
  CHECK(replay(lan.alice) == ConfigFlood::kBurst);  // to carol
  CHECK(replay(carol) == 0);
  CHECK(replay(lan.controller) == 2 * (60 - ConfigFlood::kBurst));  // what is news still, to alice and carol
  lan.wire.now.mono = lan.wire.now.mono + 3'600'000;
  CHECK(replay(lan.alice) == 0);
}

TEST_CASE("A stranger's forged chunks cost a bounded number of signature checks, and the controller is heard") {
  Lan lan;
  lan.Join(lan.bob);
  std::vector<Bytes> chunks = OldChunks(lan, 200);
  for (Bytes& chunk : chunks) {
    chunk.back() ^= 1;
    Inject(lan.wire, lan.bob, lan.alice.address(), Verb::kNetworkConfig, chunk);
  }
  CHECK(lan.bob.drops.Of(DropReason::kBadSignature) == SignatureBudget::kBurst);
  CHECK(lan.bob.drops.Of(DropReason::kRateLimited) == 200 - SignatureBudget::kBurst);
  CHECK(lan.controller.vl2->Grant(lan.wire.now, lan.bob.address(), {}, lan.For(lan.bob.address())));
  lan.wire.Settle();
  CHECK(lan.wire.log.back().verb == Verb::kOk);  // the receipt for it
}

TEST_CASE("Replays of old updates do not keep a new one from arriving in pieces") {
  Lan lan;
  lan.Join(lan.bob);
  lan.wire.Advance(1'000);
  const std::vector<Bytes> old = OldChunks(lan, 40);
  IssuedConfig issued = lan.For(lan.bob.address());
  for (uint32_t i = 0; i < 100; ++i) issued.tags.push_back({i, i});
  const auto config = IssueConfig(lan.controller.self(), lan.bob.self().identity(), issued);
  const auto chunks = CutConfig(lan.controller.self(), kNetwork, *config->Serialize(), 99);
  REQUIRE(chunks.size() == 2);
  Inject(lan.wire, lan.bob, lan.controller.address(), Verb::kNetworkConfig, chunks[0]);
  for (const Bytes& chunk : old) Inject(lan.wire, lan.bob, lan.alice.address(), Verb::kNetworkConfig, chunk);
  Inject(lan.wire, lan.bob, lan.controller.address(), Verb::kNetworkConfig, chunks[1]);
  CHECK(lan.bob.configurations == 2);
}

// bob's frame waits at alice, who has not seen his certificate yet; another sends many.
TEST_CASE("who floods pushes out its own waiting messages only") {
  testing::MulticastLan lan;
  lan.JoinAll();
  const auto say = [&](const testing::TestNode& from, uint8_t byte) {
    const Bytes frame = testing::Write(wire::Frame{testing::kNetwork, 0x0800, {&byte, 1}});
    Inject(lan.wire, lan.alice, from.address(), Verb::kFrame, frame);
  };
  say(lan.bob, 7);
  for (int i = 0; i < 100; ++i) say(lan.carol, 9);
  CHECK(lan.alice.drops.Of(DropReason::kQueueFull) == 100 + 1 - DeferralQueue::kMaxMessages);
  lan.wire.Settle();  // alice's complaints bring their certificates
  const auto& frames = lan.alice.frames;
  CHECK(frames.size() == DeferralQueue::kMaxMessages);
  CHECK(std::count_if(frames.begin(), frames.end(), [](const auto& f) { return f.payload == Bytes{7}; }) == 1);
}

}  // namespace
}  // namespace zt::vl2
