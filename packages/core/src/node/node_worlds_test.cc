// Moons as commands: which calls are refused, and that a refused one changes nothing (sdk-api.md §5, vl1.md §6.5).
#include "testing/node_lab.h"
#include "wire/world.h"

namespace zt::testing {
namespace {

constexpr size_t kMoonRoot = 5;

World Moon() {
  const SecretIdentity root = *SecretIdentity::ParseText(kTestSecrets[kMoonRoot]);
  World moon;
  moon.type = WorldType::kMoon;
  moon.id = root.address().value;
  moon.timestamp = 1;
  moon.next_key = root.identity().public_key;
  moon.roots.push_back({root.identity(), {NodeLab::EndpointOf(kMoonRoot)}});
  moon.signature = root.Sign(moon.SignedMessage());
  return moon;
}

struct Orbits {
  Status Orbit(uint64_t moon, NodeAddress seed, ByteSpan stored) {
    return lab.Do(host, Command::kOrbit, [&](node::HostWriter& w) {
      w.U64(moon);
      w.Address(seed);
      w.Put(stored);
    });
  }
  size_t Moons() {
    CHECK(lab.Do(host, Command::kMoons) == Status::kOk);
    return lab.Body().U16();
  }

  NodeLab lab;
  LabHost& host = lab.Add(2);
  const World moon = Moon();
  const Bytes file = moon.Serialize();
};

TEST_CASE("a seed that cannot be one is refused, with a file as without, and the file's moon is not taken") {
  Orbits t;
  const NodeAddress ourselves = SecretIdentity::ParseText(kTestSecrets[2])->address();
  const NodeAddress reserved{0xff00000001};
  for (NodeAddress seed : {ourselves, reserved}) {
    CHECK(t.Orbit(t.moon.id, seed, {}) == Status::kInvalidArgument);
    CHECK(t.Orbit(t.moon.id, seed, t.file) == Status::kInvalidArgument);
  }
  CHECK(t.Orbit(0, {}, {}) == Status::kInvalidArgument);
  CHECK(t.Orbit(t.moon.id + 1, {}, t.file) == Status::kInvalidArgument);
  CHECK(t.Orbit(t.moon.id, {}, ByteSpan(t.file).first(100)) == Status::kInvalidArgument);
  CHECK(t.Moons() == 0);
  CHECK(t.host.Count(Event::kStoreMoon) == 0);
}

TEST_CASE("a moon is taken from its file, with a seed or without, and dropped once") {
  Orbits t;
  CHECK(t.Orbit(t.moon.id, {}, {}) == Status::kNotFound);
  NodeAddress seed;
  SUBCASE("without a seed") {}
  SUBCASE("with a seed") { seed = t.moon.roots[0].identity.address; }
  CHECK(t.Orbit(t.moon.id, seed, t.file) == Status::kOk);
  CHECK(t.Moons() == 1);
  CHECK(t.host.Count(Event::kStoreMoon) == 1);
  const auto deorbit = [&] {
    return t.lab.Do(t.host, Command::kDeorbit, [&](node::HostWriter& w) { w.U64(t.moon.id); });
  };
  CHECK(deorbit() == Status::kOk);
  CHECK(t.host.Count(Event::kStoreMoon) == 2);  // the second is empty: the copy goes
  CHECK(deorbit() == Status::kNotFound);
  CHECK(t.Moons() == 0);
}

}  // namespace
}  // namespace zt::testing
