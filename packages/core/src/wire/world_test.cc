#include "wire/world.h"

#include <doctest/doctest.h>

#include "wire/test_identities.h"

namespace zt {
namespace {

// Both keys are of vl1-vectors.json: Bob signs, and his key is named for the next update.
struct KeyPair {
  ByteArray<64> public_key{};
  ByteArray<64> private_key{};
};

KeyPair BobsKeys() {
  const SecretIdentity bob = testing::Bob();
  KeyPair keys;
  keys.public_key = bob.identity().public_key;
  const std::string text = bob.ToSecretText();
  for (size_t i = 0; i < 64; ++i) {
    keys.private_key[i] = static_cast<uint8_t>(std::stoi(text.substr(142 + 2 * i, 2), nullptr, 16));
  }
  return keys;
}

World Planet(uint64_t timestamp) {
  const KeyPair keys = BobsKeys();
  World w;
  w.type = WorldType::kPlanet;
  w.id = 0x1234;
  w.timestamp = timestamp;
  w.next_key = keys.public_key;
  w.roots.push_back({testing::Alice().identity(), {*Endpoint::Parse("203.0.113.7/9993")}});
  w.Sign(keys.public_key, keys.private_key);
  return w;
}

TEST_CASE("a newer definition signed by the named key replaces an older one") {
  const World old = Planet(1), next = Planet(2);
  CHECK(next.Supersedes(old));
  CHECK_FALSE(old.Supersedes(next));
  CHECK_FALSE(old.Supersedes(old));
}

TEST_CASE("anything replaces the null world, the null world nothing") {
  const World planet = Planet(1);
  CHECK(planet.Supersedes(World{}));
  CHECK_FALSE(World{}.Supersedes(planet));
  CHECK_FALSE(World{}.Supersedes(World{}));
}

TEST_CASE("another id, another type or a changed root does not replace") {
  const World old = Planet(1);
  World other = Planet(2);
  other.id = 0x1235;
  CHECK_FALSE(other.Supersedes(old));
  other = Planet(2);
  other.type = WorldType::kMoon;
  CHECK_FALSE(other.Supersedes(old));
  other = Planet(2);
  other.roots[0].endpoints[0].port = 1;
  CHECK_FALSE(other.Supersedes(old));
}

TEST_CASE("worlds follow each other") {
  Bytes two = Planet(1).Serialize();
  World moon = Planet(2);
  moon.type = WorldType::kMoon;
  const Bytes second = moon.Serialize();
  two.insert(two.end(), second.begin(), second.end());
  const auto worlds = World::ParseAll(two);
  REQUIRE(worlds);
  REQUIRE(worlds->size() == 2);
  CHECK((*worlds)[0] == Planet(1));
  CHECK((*worlds)[1] == moon);
  two.pop_back();
  CHECK_FALSE(World::ParseAll(two));
}

TEST_CASE("the additional bytes of a moon are skipped") {
  World moon = Planet(1);
  moon.type = WorldType::kMoon;
  Bytes bytes = moon.Serialize();
  bytes[bytes.size() - 1] = 3;
  CHECK_FALSE(World::Parse(bytes));
  bytes.insert(bytes.end(), {1, 2, 3});
  CHECK(World::Parse(bytes) == moon);
}

TEST_CASE("too many roots, too many endpoints and unknown types are malformed") {
  Bytes bytes = Planet(1).Serialize();
  REQUIRE(World::Parse(bytes));
  Bytes type = bytes, roots = bytes, endpoints = bytes;
  type[0] = 2;
  roots[177] = 5;
  endpoints[178 + 71] = 33;
  CHECK_FALSE(World::Parse(type));
  CHECK_FALSE(World::Parse(roots));
  CHECK_FALSE(World::Parse(endpoints));
}

}  // namespace
}  // namespace zt
