#include "wire/network_config.h"

#include <doctest/doctest.h>

#include "wire/dictionary.h"
#include "wire/request_metadata.h"
#include "wire/test_identities.h"

namespace zt {
namespace {

constexpr NetworkId kNetwork{0x176c59253c000001ULL};  // Alice is its controller

NetworkConfig Full() {
  const SecretIdentity alice = testing::Alice();
  const Identity bob = testing::Bob().identity();
  NetworkConfig c;
  c.network = kNetwork;
  c.issued_to = bob.address;
  c.timestamp = 1700000000000;
  c.credential_time_max_delta = 1800000;
  c.flags = NetworkConfig::kBroadcast;
  c.multicast_limit = 32;
  c.name = "a=b\nc";
  c.com = CertificateOfMembership::Issue(alice, kNetwork, bob, c.timestamp, 1800000);
  for (uint32_t id : {1u, 2u}) {
    Tag tag;
    tag.network = kNetwork;
    tag.id = id;
    tag.issued_to = bob.address;
    tag.Sign(alice);
    c.tags.push_back(tag);
  }
  c.addresses.push_back(*IpPrefix::Parse("10.1.2.3/24"));
  c.routes.push_back({*IpPrefix::Parse("10.1.2.0/24"), {}, 0, 0});
  c.routes.push_back({*IpPrefix::Parse("::/0"), *IpAddress::Parse("fd00::1"), 0, 5});
  c.specialists.push_back({Specialist::kActiveBridge | bob.address.value});
  c.rules.resize(1);
  c.rules[0].type = RuleType::kActionAccept;
  c.dns.domain = "example";
  c.dns.servers[0] = *IpAddress::Parse("10.1.2.1");
  c.sign_on.version = 1;
  c.sign_on.enabled = true;
  c.sign_on.provider = "default";
  return c;
}

// A dictionary that is accepted, and more lines.
std::optional<NetworkConfig> ParseWith(std::string_view key, ByteSpan value) {
  wire::DictionaryWriter out(1 << 16);
  out.U64("v", 7);
  out.U64("nwid", kNetwork.value);
  out.Address("id", {0x01abd44df2});
  out.Binary(key, value);
  return NetworkConfig::Parse(out.bytes());
}

template <typename T>
Bytes Repeat(const T& element, size_t times, size_t size) {
  Bytes buffer(times * size);
  ByteWriter out(buffer);
  for (size_t i = 0; i < times; ++i) element.SerializeTo(out);
  buffer.resize(out.size());
  return buffer;
}

Bytes Copies(const Bytes& element, size_t times) {
  Bytes out(element.size() * times);
  for (size_t i = 0; i < out.size(); ++i) out[i] = element[i % element.size()];
  return out;
}

TEST_CASE("a full configuration is read back equal in every field") {
  const NetworkConfig c = Full();
  const auto bytes = c.Serialize();
  REQUIRE(bytes);
  const auto again = NetworkConfig::Parse(*bytes);
  REQUIRE(again);
  CHECK(*again == c);
  CHECK(again->IsActiveBridge(c.issued_to));
  CHECK(again->FindTag(2) != nullptr);
  CHECK(again->FindTag(3) == nullptr);
  CHECK(again->com->Verify(testing::Alice().identity()));
}

TEST_CASE("tags are sorted by id; a broken one ends the list; more than 128 are cut") {
  Tag high, low;
  high.id = 9;
  low.id = 3;
  Bytes value(2 * Tag::kSize + 1);  // the last byte is no tag
  ByteWriter out(value);
  high.SerializeTo(out);
  low.SerializeTo(out);
  const auto c = ParseWith("TAG", value);
  REQUIRE(c);
  REQUIRE(c->tags.size() == 2);
  CHECK(c->tags[0].id == 3);
  CHECK(ParseWith("TAG", Repeat(low, 200, Tag::kSize))->tags.size() == limits::kMaxTags);
}

TEST_CASE("surplus ownership certificates are thrown away, a broken one rejects all") {
  const Bytes six = Repeat(CertificateOfOwnership{}, 6, CertificateOfOwnership::kMaxSize);
  const auto c = ParseWith("COO", six);
  REQUIRE(c);
  CHECK(c->ownerships.size() == limits::kMaxOwnerships);
  CHECK_FALSE(ParseWith("COO", ByteSpan(six).first(six.size() - 1)));
}

TEST_CASE("lists stop at their limits") {
  const Bytes addresses = Copies({4, 10, 0, 0, 1, 0, 24}, 300);
  const Bytes routes = Copies({4, 10, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0}, 300);
  Bytes specialists = Copies({0, 0, 2, 1, 2, 3, 4, 5}, 300);
  specialists.resize(specialists.size() + 1);  // a rest of less than 8 bytes is ignored
  CHECK(ParseWith("I", addresses)->addresses.size() == limits::kMaxAddresses);
  CHECK(ParseWith("RT", routes)->routes.size() == limits::kMaxRoutes);
  CHECK(ParseWith("S", specialists)->specialists.size() == limits::kMaxSpecialists);
  CHECK(ParseWith("R", Bytes(2 * 2000, 0))->rules.size() == limits::kMaxRules);
}

TEST_CASE("a certificate without qualifiers counts as none") {
  const auto c = ParseWith("C", Bytes{1, 0, 0, 0, 0, 0, 0, 0});
  REQUIRE(c);
  CHECK_FALSE(c->com);
}

TEST_CASE("DNS takes 132 bytes at least; the last byte of the domain counts as NUL") {
  Bytes dns(128, 'x');
  CHECK_FALSE(ParseWith("DNS", dns));
  dns.resize(132);
  const auto c = ParseWith("DNS", dns);
  REQUIRE(c);
  CHECK(c->dns.domain.size() == 127);
}

TEST_CASE("a dictionary above the capacity is refused in both directions") {
  CHECK_FALSE(NetworkConfig::Parse(Bytes(limits::kMaxConfigDictionary + 1)));
  NetworkConfig c = Full();
  c.name = std::string(limits::kMaxConfigDictionary, 'x');
  CHECK_FALSE(c.Serialize());
}

TEST_CASE("metadata beyond its capacity is refused") {
  RequestMetadata m;
  m.platform = "linux/x86_64";
  m.join_credential = "token:abc";
  const auto bytes = m.Serialize();
  REQUIRE(bytes);
  CHECK(RequestMetadata::Parse(*bytes) == m);
  m.join_credential = std::string(limits::kMaxMetadata, 'x');
  CHECK_FALSE(m.Serialize());
}

}  // namespace
}  // namespace zt
