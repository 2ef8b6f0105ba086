// What becomes of every kind of credential that others show us (vl2.md §8.1-§8.3).
#include "vl2/credential_intake.h"

#include <doctest/doctest.h>

#include "vl2/test_lan.h"
#include "wire/verb/error.h"

namespace zt::vl2 {
namespace {

using testing::TestNode;
using testing::TestWire;

constexpr NetworkId kNetwork = testing::kLanNetwork;

constexpr int64_t kTime = 1'795'351'724'966;

// Bob's intake, which has joined kNetwork; alice's credentials come from carol.
struct Intake {
  TestWire wire;
  TestNode controller{wire, testing::kControllerSecret};
  TestNode alice{wire, testing::kAliceSecret};
  TestNode bob{wire, testing::kBobSecret};
  TestNode carol{wire, testing::kCarolSecret};
  testing::TestRandom random{1};
  Context context{bob, random, bob.drops, bob};
  CredentialIntake intake{context};
  Network& network;
  uint64_t packets = 0;

  Intake()
      : network(*context.networks.emplace(kNetwork, std::make_unique<Network>(kNetwork, bob.address()))
                     .first->second) {
    network.SetConfig(Config(kTime));
  }
  static NetworkConfig Config(int64_t timestamp) {
    NetworkConfig config;
    config.network = kNetwork;
    config.timestamp = timestamp;
    config.credential_time_max_delta = 1'000;
    return config;
  }
  // Shows `message`, a second after the one before. True: something was accepted.
  bool Show(const wire::NetworkCredentials& message) {
    wire.now.mono = wire.now.mono + 1'000;
    const Bytes bytes = testing::Write(message);
    const Identity& from = carol.self().identity();
    return intake.HandleMessage(wire.now, {&from, Verb::kNetworkCredentials, {++packets}, 0, {}, bytes});
  }
  template <typename T>
  bool Show(std::vector<T> wire::NetworkCredentials::*list, const T& object) {
    wire::NetworkCredentials message;
    (message.*list).push_back(object);
    return Show(message);
  }
  size_t Rejected() const { return bob.drops.Of(DropReason::kBadCredential); }
  const Membership* Alice() { return network.FindMember(alice.address()); }

  CertificateOfMembership Com(int64_t timestamp, const TestNode* signer = nullptr) {
    return CertificateOfMembership::Issue((signer != nullptr ? *signer : controller).self(), kNetwork,
                                          alice.self().identity(), timestamp, 60'000);
  }
  Revocation Revoke(CredentialType type, uint32_t id, int64_t threshold, uint64_t flags = 0) {
    Revocation r;
    r.id = static_cast<uint32_t>(++packets);
    r.network = kNetwork;
    r.credential_id = id;
    r.threshold = threshold;
    r.flags = flags;
    r.target = alice.address();
    r.type = type;
    r.Sign(controller.self());
    return r;
  }
};

// The three kinds that are kept by id, made for alice and signed by anybody.
template <typename T>
struct Kind;
template <>
struct Kind<Tag> {
  static constexpr auto kList = &wire::NetworkCredentials::tags;
  static constexpr auto kHeld = &Membership::tags;
  static constexpr auto kType = CredentialType::kTag;
  static constexpr size_t kMax = Membership::kMaxTags;
  static Tag Make(NodeAddress to, uint32_t id, int64_t timestamp, const SecretIdentity& signer, uint32_t value = 1) {
    Tag tag;
    tag.network = kNetwork;
    tag.timestamp = timestamp;
    tag.id = id;
    tag.value = value;
    tag.issued_to = to;
    tag.Sign(signer);
    return tag;
  }
};
template <>
struct Kind<Capability> {
  static constexpr auto kList = &wire::NetworkCredentials::capabilities;
  static constexpr auto kHeld = &Membership::capabilities;
  static constexpr auto kType = CredentialType::kCapability;
  static constexpr size_t kMax = Membership::kMaxCapabilities;
  static Capability Make(NodeAddress to, uint32_t id, int64_t timestamp, const SecretIdentity& signer,
                         uint32_t value = 1) {
    Capability capability;
    capability.network = kNetwork;
    capability.timestamp = timestamp;
    capability.id = id;
    const uint8_t rules[] = {0x24, 1, static_cast<uint8_t>(value), 1, 0};  // protocol `value`, accept
    REQUIRE(capability.SetRules(rules));
    capability.SignFor(to, signer);
    return capability;
  }
};
template <>
struct Kind<CertificateOfOwnership> {
  static constexpr auto kList = &wire::NetworkCredentials::ownerships;
  static constexpr auto kHeld = &Membership::ownerships;
  static constexpr auto kType = CredentialType::kOwnership;
  static constexpr size_t kMax = Membership::kMaxOwnerships;
  static CertificateOfOwnership Make(NodeAddress to, uint32_t id, int64_t timestamp, const SecretIdentity& signer,
                                     uint32_t value = 1) {
    CertificateOfOwnership coo;
    coo.network = kNetwork;
    coo.timestamp = timestamp;
    coo.id = id;
    coo.things.push_back(OwnedThing::Of(IpAddress::V4(0x0a000000 + value)));
    coo.issued_to = to;
    coo.Sign(signer);
    return coo;
  }
};

TEST_CASE_FIXTURE(Intake, "A membership certificate is replaced by newer ones only") {
  const auto show = [&](const CertificateOfMembership& com) { return Show(&wire::NetworkCredentials::coms, com); };
  CHECK(!show(Com(0)));  // no newer than a fresh record's threshold
  CHECK(show(Com(kTime)));
  CHECK(Alice()->com->timestamp() == kTime);  // alice's, although carol brought it
  CHECK(show(Com(kTime)));                    // redundant
  CHECK(!show(Com(kTime - 1)));
  CHECK(show(Com(kTime + 1)));
  CHECK(Alice()->com->timestamp() == kTime + 1);
  CHECK(!show(Com(kTime + 2, &carol)));
  CHECK(Rejected() == 3);
  CHECK(network.FindMember(carol.address()) == nullptr);
}

TEST_CASE_FIXTURE(Intake, "A revoked membership certificate does not come back, a newer one does") {
  CHECK(Show(&wire::NetworkCredentials::coms, Com(kTime)));
  CHECK(Show(&wire::NetworkCredentials::revocations, Revoke(CredentialType::kMembership, 0, kTime + 5)));
  CHECK(Alice()->com_revocation_threshold == kTime + 5);
  CHECK(!Show(&wire::NetworkCredentials::coms, Com(kTime + 5)));
  CHECK(Show(&wire::NetworkCredentials::coms, Com(kTime + 6)));
  // Lower thresholds change nothing, and being unverified give no trust.
  CHECK(!Show(&wire::NetworkCredentials::revocations, Revoke(CredentialType::kMembership, 0, kTime + 4)));
  CHECK(Alice()->com_revocation_threshold == kTime + 5);
}

TEST_CASE_TEMPLATE("Credentials kept by id: newer ones replace, older, foreign, false and revoked ones do not", T, Tag,
                   Capability, CertificateOfOwnership) {
  Intake t;
  using K = Kind<T>;
  const NodeAddress alice = t.alice.address();
  const SecretIdentity& by = t.controller.self();
  const auto held = [&](uint32_t id) { return (t.Alice()->*K::kHeld).at(id).timestamp; };
  CHECK(t.Show(K::kList, K::Make(alice, 1, kTime, by)));
  CHECK(t.Show(K::kList, K::Make(alice, 1, kTime, by)));         // redundant
  CHECK(t.Show(K::kList, K::Make(alice, 1, kTime, by, 2)));      // of the same moment: the later one stands
  CHECK(!t.Show(K::kList, K::Make(alice, 1, kTime - 1, by)));
  CHECK(t.Show(K::kList, K::Make(alice, 1, kTime + 1, by)));
  CHECK(held(1) == kTime + 1);
  CHECK(!t.Show(K::kList, K::Make(alice, 1, kTime + 2, t.carol.self())));
  T changed = K::Make(alice, 1, kTime + 2, by);
  ++changed.timestamp;
  CHECK(!t.Show(K::kList, changed));
  T elsewhere = K::Make(alice, 1, kTime + 3, by);
  elsewhere.network.value += 1;
  CHECK(!t.Show(K::kList, elsewhere));  // not joined: ignored, not counted
  CHECK(t.Rejected() == 3);
  CHECK(held(1) == kTime + 1);
  // Revoked by type and id: that credential, up to that moment, and no other (vl2.md §8.2).
  CHECK(t.Show(&wire::NetworkCredentials::revocations, t.Revoke(K::kType, 2, kTime + 10)));
  CHECK(!t.Show(K::kList, K::Make(alice, 2, kTime + 10, by)));
  CHECK(t.Show(K::kList, K::Make(alice, 2, kTime + 11, by)));
  CHECK(t.Show(K::kList, K::Make(alice, 3, kTime, by)));
  CHECK(t.Show(K::kList, K::Make(t.carol.address(), 2, kTime, by)));
  CHECK(t.Alice()->com_revocation_threshold == 0);
}

TEST_CASE_TEMPLATE("No more credentials are kept of a member than a configuration can hold", T, Tag, Capability,
                   CertificateOfOwnership) {
  Intake t;
  using K = Kind<T>;
  for (uint32_t id = 0; id < K::kMax; ++id) {
    CHECK(t.Show(K::kList, K::Make(t.alice.address(), id, kTime, t.controller.self())));
  }
  CHECK(!t.Show(K::kList, K::Make(t.alice.address(), K::kMax, kTime, t.controller.self())));
  CHECK((t.Alice()->*K::kHeld).size() == K::kMax);
  CHECK(t.Show(K::kList, K::Make(t.alice.address(), 0, kTime + 1, t.controller.self())));  // a newer one replaces
}

TEST_CASE_FIXTURE(Intake, "A credential is of use while it is as old as our configuration, but for the allowed delta") {
  using K = Kind<Tag>;
  CHECK(Show(K::kList, K::Make(alice.address(), 1, kTime, controller.self())));
  CHECK(Alice()->ValidTag(1, Config(kTime + 1'000)) != nullptr);
  CHECK(Alice()->ValidTag(1, Config(kTime + 1'001)) == nullptr);
  CHECK(Alice()->ValidTag(1, Config(kTime - 1'000)) != nullptr);
  CHECK(Alice()->ValidTag(1, Config(kTime - 1'001)) == nullptr);
  CHECK(Show(&wire::NetworkCredentials::revocations, Revoke(CredentialType::kTag, 1, kTime)));
  CHECK(Alice()->ValidTag(1, Config(kTime)) == nullptr);
}

TEST_CASE_FIXTURE(Intake, "Revocations of no known kind, of another network or signed by others are refused") {
  const auto list = &wire::NetworkCredentials::revocations;
  CHECK(!Show(list, Revoke(static_cast<CredentialType>(5), 0, kTime)));
  CHECK(!Show(list, Revoke(static_cast<CredentialType>(0), 0, kTime)));
  Revocation forged = Revoke(CredentialType::kMembership, 0, kTime);
  forged.Sign(carol.self());
  CHECK(!Show(list, forged));
  CHECK(Rejected() == 3);
  CHECK(Alice() == nullptr);
}

TEST_CASE_FIXTURE(Intake, "News is flooded to all but its sender and its signer, and only when it asks for it") {
  for (const TestNode* member : {&alice, &carol, &controller}) network.Member(member->address());
  const auto list = &wire::NetworkCredentials::revocations;
  CHECK(Show(list, Revoke(CredentialType::kTag, 1, kTime)));
  CHECK(wire.log.empty());
  const Revocation news = Revoke(CredentialType::kTag, 1, kTime + 1, Revocation::kFastPropagate);
  CHECK(Show(list, news));
  REQUIRE(wire.log.size() == 1);
  CHECK(wire.log[0].to == alice.address());
  const auto passed = wire::NetworkCredentials::Parse(wire.log[0].payload);
  CHECK(passed->revocations == std::vector{news});
  Show(list, news);
  CHECK(wire.log.size() == 1);
}

TEST_CASE_FIXTURE(Intake, "The objects before a broken one count") {
  wire::NetworkCredentials message;
  message.coms.push_back(Com(kTime));
  Bytes bytes = testing::Write(message);
  bytes[bytes.size() - 7] = 9;  // nine capabilities, none there
  const Identity& from = carol.self().identity();
  CHECK(intake.HandleMessage(wire.now, {&from, Verb::kNetworkCredentials, {1}, 0, {}, bytes}));
  CHECK(Alice()->com.has_value());
  CHECK(bob.drops.Of(DropReason::kMalformed) == 1);
}

TEST_CASE_FIXTURE(Intake, "Whatever strangers do to the budget, the controller is heard") {
  for (uint64_t sender = 1; sender <= SignatureBudget::kMaxSenders + SignatureBudget::kBurst; ++sender) {
    context.signatures.Charge(wire.now.mono, {0x5500000000 + sender});
  }
  REQUIRE(!context.signatures.Allows(wire.now.mono, network.id.Controller()));
  CHECK(intake.Accept(wire.now, network, Com(kTime), network.id.Controller()) == Acceptance::kNew);
}

TEST_CASE_FIXTURE(Intake, "A sender of false certificates is soon not worth a check, others still are") {
  wire::NetworkCredentials forged;
  for (int i = 0; i < 30; ++i) forged.coms.push_back(Com(kTime + i, &carol));
  for (int i = 0; i < 4; ++i) CHECK(!Show(forged));
  CHECK(Rejected() == 120);
  CHECK(!context.signatures.Allows(wire.now.mono, carol.address()));
  // Good, but nobody looks.
  CHECK(intake.Accept(wire.now, network, Com(kTime), carol.address()) == Acceptance::kRejected);
  const Identity& from = alice.self().identity();
  wire::NetworkCredentials good;
  good.coms.push_back(Com(kTime));
  const Bytes bytes = testing::Write(good);
  CHECK(intake.HandleMessage(wire.now, {&from, Verb::kNetworkCredentials, {1}, 0, {}, bytes}));
  wire.now.mono = wire.now.mono + 60'000;
  CHECK(Show(&wire::NetworkCredentials::coms, Com(kTime + 1)));
}

}  // namespace
}  // namespace zt::vl2
