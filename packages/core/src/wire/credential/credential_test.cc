// Rules that all credentials keep, and those each has of its own.
#include <doctest/doctest.h>

#include "base/hex.h"
#include "wire/credential/capability.h"
#include "wire/credential/membership.h"
#include "wire/credential/ownership.h"
#include "wire/credential/revocation.h"
#include "wire/credential/tag.h"
#include "wire/test_identities.h"

namespace zt {
namespace {

constexpr NetworkId kNetwork{0x176c59253c000001ULL};  // Alice is its controller

template <typename T>
Bytes Write(const T& value) {
  Bytes buffer(4096);
  ByteWriter out(buffer);
  value.SerializeTo(out);
  REQUIRE(out.ok());
  buffer.resize(out.size());
  return buffer;
}

template <typename T>
std::optional<T> Read(const Bytes& bytes) {
  ByteReader in(bytes);
  return T::Parse(in);
}

template <typename T>
T OfNetwork() {
  T value;
  value.network = kNetwork;
  return value;
}

TEST_CASE_TEMPLATE("signed by the controller it verifies; by another, or changed anywhere, it does not", T, Tag,
                   CertificateOfOwnership, Revocation) {
  T value = OfNetwork<T>();
  value.Sign(testing::Alice());
  const Bytes good = Write(value);
  CHECK(Read<T>(good)->Verify(testing::Alice().identity()));
  CHECK_FALSE(Read<T>(good)->Verify(testing::Bob().identity()));
  size_t accepted = 0;
  for (size_t i = 0; i + 2 < good.size(); ++i) {  // the length of additional fields is not signed
    Bytes bad = good;
    bad[i] ^= 1;
    const auto parsed = Read<T>(bad);
    if (parsed && parsed->Verify(testing::Alice().identity())) ++accepted;
  }
  CHECK(accepted == (std::is_same_v<T, Revocation> ? 8 : 0));  // its two reserved words are signed as zero
  value.Sign(testing::Bob());
  CHECK_FALSE(value.Verify(testing::Bob().identity()));
  CHECK_FALSE(value.Verify(testing::Alice().identity()));
}

TEST_CASE_TEMPLATE("another signature type is skipped and never verifies", T, Tag, CertificateOfOwnership, Revocation) {
  T value = OfNetwork<T>();
  value.Sign(testing::Alice());
  value.signature.type = 2;
  const auto parsed = Read<T>(Write(value));
  REQUIRE(parsed);
  CHECK_FALSE(parsed->Verify(testing::Alice().identity()));
}

TEST_CASE("ownership: sixteen things at most, compared by the bytes their type uses") {
  auto coo = OfNetwork<CertificateOfOwnership>();
  coo.things = {OwnedThing::Of(*IpAddress::Parse("10.1.2.3")), OwnedThing::Of(*IpAddress::Parse("fd00::1")),
                OwnedThing::Of(Mac{0x020304050607})};
  CHECK(coo.Owns(*IpAddress::Parse("10.1.2.3")));
  CHECK_FALSE(coo.Owns(*IpAddress::Parse("10.1.2.4")));
  CHECK(coo.Owns(*IpAddress::Parse("fd00::1")));
  CHECK(coo.Owns(Mac{0x020304050607}));
  CHECK_FALSE(coo.Owns(Mac{0x020304050608}));
  CHECK_FALSE(coo.Owns(IpAddress{}));
  coo.things.resize(16);
  CHECK(Write(coo).size() == coo.SerializedSize());
  CHECK(Read<CertificateOfOwnership>(Write(coo)) == coo);
  coo.things.resize(17);
  CHECK_FALSE(Read<CertificateOfOwnership>(Write(coo)));
}

TEST_CASE("a capability keeps rule bytes it does not understand, and verifies with them") {
  auto cap = OfNetwork<Capability>();
  REQUIRE(cap.SetRules(*FromHex("3f03aabbcc0100")));
  CHECK(cap.rule_count == 2);
  cap.SignFor(testing::Bob().address(), testing::Alice());
  const Bytes bytes = Write(cap);
  CHECK(bytes.size() == cap.SerializedSize());
  const auto parsed = Read<Capability>(bytes);
  REQUIRE(parsed);
  CHECK(*parsed == cap);
  CHECK(parsed->Verify(testing::Alice().identity()));
  CHECK(parsed->issued_to() == testing::Bob().address());
  CHECK_FALSE(parsed->Verify(testing::Bob().identity()));
}

TEST_CASE("a capability of too many rules or of a chain longer than stated is malformed") {
  auto cap = OfNetwork<Capability>();
  CHECK_FALSE(cap.SetRules(Bytes(2 * 65)));
  CHECK(cap.SetRules(Bytes(2 * 64)));
  cap.SignFor(testing::Bob().address(), testing::Alice());
  cap.custody.push_back(cap.custody[0]);
  CHECK_FALSE(Read<Capability>(Write(cap)));
  cap.max_custody = 2;
  CHECK(Read<Capability>(Write(cap)));
  cap.max_custody = 8;
  CHECK_FALSE(Read<Capability>(Write(cap)));
}

TEST_CASE("a custody chain is followed link by link, and an unknown holder is named") {
  const SecretIdentity alice = testing::Alice(), bob = testing::Bob();
  auto cap = OfNetwork<Capability>();
  cap.max_custody = 2;
  const NodeAddress third{0x0102030405};
  cap.custody = {{bob.address(), alice.address(), {1, alice.Sign(cap.SignedMessage())}},
                 {third, bob.address(), {1, bob.Sign(cap.SignedMessage())}}};
  const Identity a = alice.identity(), b = bob.identity();
  NodeAddress unknown;
  const auto knows_both = [&](NodeAddress x) { return x == a.address ? &a : x == b.address ? &b : nullptr; };
  CHECK(cap.VerifyChain(knows_both, &unknown));
  CHECK(cap.issued_to() == third);
  const auto knows_alice = [&](NodeAddress x) { return x == a.address ? &a : nullptr; };
  CHECK_FALSE(cap.VerifyChain(knows_alice, &unknown));
  CHECK(unknown == b.address);
  cap.custody[1].from = third;
  CHECK_FALSE(cap.VerifyChain(knows_both, &unknown));
  CHECK(unknown == NodeAddress{});
}

TEST_CASE("membership: times may differ by my own delta, and the key must be the peer's") {
  const SecretIdentity alice = testing::Alice();
  const Identity bob = testing::Bob().identity();
  const auto at = [&](int64_t time, uint64_t delta) {
    return CertificateOfMembership::Issue(alice, kNetwork, bob, time, delta);
  };
  CHECK(at(1000, 10).AgreesWith(at(1010, 0), bob));
  CHECK_FALSE(at(1000, 10).AgreesWith(at(1011, 1000), bob));
  CHECK(at(1011, 1000).AgreesWith(at(1000, 10), bob));
  CHECK_FALSE(at(1000, 10).AgreesWith(at(1000, 10), alice.identity()));
  CHECK_FALSE(CertificateOfMembership{}.AgreesWith(at(1000, 10), bob));
  CHECK_FALSE(at(1000, 10).AgreesWith({}, bob));
}

TEST_CASE("membership: three qualifiers of older controllers agree without the key") {
  auto old = CertificateOfMembership::Issue(testing::Alice(), kNetwork, testing::Bob().identity(), 1, 10);
  old.qualifiers.resize(3);
  CHECK(old.AgreesWith(old, testing::Alice().identity()));
  const auto full = CertificateOfMembership::Issue(testing::Alice(), kNetwork, testing::Bob().identity(), 1, 10);
  CHECK_FALSE(full.AgreesWith(old, testing::Bob().identity()));
  CHECK(old.AgreesWith(full, testing::Bob().identity()));
}

TEST_CASE("membership: at most eight qualifiers, in order; unsigned ones never verify") {
  CertificateOfMembership com;
  com.qualifiers.resize(8);
  CHECK(Read<CertificateOfMembership>(Write(com)) == com);
  CHECK_FALSE(com.Verify(testing::Alice().identity()));
  com.qualifiers[0].id = 1;
  CHECK_FALSE(Read<CertificateOfMembership>(Write(com)));
  com.qualifiers.assign(9, {});
  CHECK_FALSE(Read<CertificateOfMembership>(Write(com)));
}

}  // namespace
}  // namespace zt
