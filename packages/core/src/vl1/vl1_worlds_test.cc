// Worlds in a running node: moons by seed, updates in band, roots that come, go and die (vl1.md §6).
#include "testing/vl1_lab.h"
#include "vl1/limits.h"

namespace zt::testing {
namespace {

PeerRole RoleOf(LabNode& node, const LabNode& of, const Now& now) {
  for (const vl1::PeerInfo& peer : node.vl1->Peers(now)) {
    if (peer.address == of.address()) return peer.role;
  }
  return PeerRole::kLeaf;
}

bool HasPath(LabNode& node, const LabNode& to, const Now& now) {
  for (const vl1::PeerInfo& peer : node.vl1->Peers(now)) {
    if (peer.address == to.address()) return !peer.paths.empty();
  }
  return false;
}

// A planet root, a leaf, and a node that serves as the root of a moon.
struct MoonLab {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  LabNode& luna = lab.Add(2, "10.3.0.1/9993");
  World moon = Vl1Lab::MakeMoon({{&luna, {luna.endpoint}}});

  MoonLab() { lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}})); }
  // The next definition, signed as it has to be.
  World Next() const {
    World next = moon;
    ++next.timestamp;
    next.signature = luna.secret.Sign(next.SignedMessage());
    return next;
  }
  int64_t Held() const {
    for (const vl1::MoonInfo& info : alice.vl1->Moons()) {
      if (info.id == moon.id) return static_cast<int64_t>(info.timestamp);
    }
    return -1;
  }
};

TEST_CASE("a moon comes from its seed, is stored, and its roots are roots from then on") {
  MoonLab t;
  REQUIRE(t.luna.vl1->OfferMoon(t.lab.now(), t.moon.Serialize()));
  CHECK(t.luna.vl1->WeAreRoot());
  SUBCASE("directly") {}
  SUBCASE("through the planet's root") { t.lab.Block(t.alice, t.luna); }
  t.lab.Run(2000);
  CHECK(t.alice.vl1->Orbit(t.lab.now(), t.moon.id, t.luna.address()) == Status::kOk);
  CHECK(t.Held() == 0);
  t.lab.Run(1000);
  CHECK(t.Held() == 1000);
  REQUIRE(t.alice.moons.size() == 1);
  CHECK(t.alice.moons[0].first == t.moon.id);
  CHECK(t.alice.moons[0].second == t.moon.Serialize());
  CHECK(t.alice.vl1->IsRoot(t.luna.address()));
  CHECK(RoleOf(t.alice, t.luna, t.lab.now()) == PeerRole::kMoon);
  REQUIRE(t.alice.vl1->Moons().size() == 1);
  CHECK(t.alice.vl1->Moons()[0].seed == NodeAddress{});
  CHECK(t.alice.vl1->Moons()[0].roots == std::vector<NodeAddress>{t.luna.address()});
  CHECK(t.alice.warnings.empty());
}

TEST_CASE("a moon is looked for until the seed has it, also before any root answers") {
  MoonLab t;
  CHECK(t.alice.vl1->Orbit(t.lab.now(), t.moon.id, t.luna.address()) == Status::kOk);
  t.lab.Run(60000);
  CHECK(t.Held() == 0);
  t.luna.vl1->OfferMoon(t.lab.now(), t.moon.Serialize());
  t.lab.Run(vl1::kContactHello + 2 * vl1::kTimerGrid);
  CHECK(t.Held() == 1000);
}

TEST_CASE("a first moon counts only if somebody asked for it and the seed is one of its roots") {
  MoonLab t;
  // The planet's root knows a moon of that name without the seed.
  World other = Vl1Lab::MakeMoon({{&t.root, {t.root.endpoint}}});
  other.id = t.moon.id;
  other.signature = t.root.secret.Sign(other.SignedMessage());
  t.root.vl1->OfferMoon(t.lab.now(), other.Serialize());
  t.lab.Run(1000);
  CHECK(t.Held() == -1);
  CHECK(t.alice.vl1->Orbit(t.lab.now(), t.moon.id, t.luna.address()) == Status::kOk);
  t.lab.Run(300000);
  CHECK(t.Held() == 0);
  CHECK(t.alice.moons.empty());
  t.luna.vl1->OfferMoon(t.lab.now(), t.moon.Serialize());
  t.lab.Run(60000);
  CHECK(t.Held() == 1000);
}

TEST_CASE("a moon is renewed by its chain of signatures only") {
  MoonLab t;
  t.alice.vl1->OfferMoon(t.lab.now(), t.moon.Serialize());
  World next = t.Next();
  SUBCASE("signed by the key the held one names") {
    t.luna.vl1->OfferMoon(t.lab.now(), next.Serialize());
    t.lab.Run(1000);
    CHECK(t.Held() == 1001);
    REQUIRE(t.alice.moons.size() == 2);
    CHECK(t.alice.moons[1].second == next.Serialize());
  }
  SUBCASE("signed by another") {
    next.signature = t.root.secret.Sign(next.SignedMessage());
    t.luna.vl1->OfferMoon(t.lab.now(), next.Serialize());
    CHECK(t.luna.CountWarnings(Warning::kMoonSignature) == 1);  // its first copy is believed all the same
    t.lab.Run(1000);
    CHECK(t.Held() == 1000);
    CHECK(t.alice.CountWarnings(Warning::kMoonRejected) == 1);
    CHECK(t.alice.drops.Of(DropReason::kBadSignature) == 1);
  }
  SUBCASE("older") {
    next.timestamp = 999;
    next.signature = t.luna.secret.Sign(next.SignedMessage());
    t.luna.vl1->OfferMoon(t.lab.now(), next.Serialize());
    t.lab.Run(1000);
    CHECK(t.Held() == 1000);
    CHECK(t.alice.warnings.empty());
  }
}

TEST_CASE("deorbit drops the moon, its copy and its seeds") {
  MoonLab t;
  t.alice.vl1->OfferMoon(t.lab.now(), t.moon.Serialize());
  t.luna.vl1->OfferMoon(t.lab.now(), t.moon.Serialize());
  t.lab.Run(1000);
  CHECK(t.alice.vl1->Orbit(t.lab.now(), t.moon.id, {}) == Status::kOk);  // held already
  CHECK(t.alice.vl1->Deorbit(t.lab.now(), t.moon.id) == Status::kOk);
  REQUIRE(t.alice.moons.size() == 2);
  CHECK(t.alice.moons[1].second.empty());
  CHECK(t.alice.vl1->Moons().empty());
  CHECK_FALSE(t.alice.vl1->IsRoot(t.luna.address()));
  CHECK(RoleOf(t.alice, t.luna, t.lab.now()) == PeerRole::kLeaf);
  t.lab.Run(300000);
  CHECK(t.Held() == -1);
  CHECK(t.alice.vl1->Deorbit(t.lab.now(), t.moon.id) == Status::kNotFound);
  t.alice.vl1->Orbit(t.lab.now(), t.moon.id, t.root.address());
  CHECK(t.alice.vl1->Deorbit(t.lab.now(), t.moon.id) == Status::kOk);
  CHECK(t.alice.vl1->Moons().empty());
}

TEST_CASE("orbits have limits and reasons to refuse") {
  MoonLab t;
  vl1::Vl1& vl1 = *t.alice.vl1;
  CHECK(vl1.Orbit(t.lab.now(), 0, t.luna.address()) == Status::kInvalidArgument);
  CHECK(vl1.Orbit(t.lab.now(), 1, t.alice.address()) == Status::kInvalidArgument);
  CHECK(vl1.Orbit(t.lab.now(), 1, {0xff00000001}) == Status::kInvalidArgument);
  CHECK(vl1.Orbit(t.lab.now(), 1, {}) == Status::kNotFound);
  for (uint64_t id = 1; id <= vl1::kMaxMoonSeeds; ++id) {
    CHECK(vl1.Orbit(t.lab.now(), id, t.luna.address()) == Status::kOk);
  }
  CHECK(vl1.Orbit(t.lab.now(), 1, t.luna.address()) == Status::kOk);  // again
  CHECK(vl1.Orbit(t.lab.now(), 99, t.luna.address()) == Status::kLimitReached);
  for (uint64_t id = 1000; id < 1000 + vl1::kMaxMoons; ++id) {
    World moon = t.moon;
    moon.id = id;
    CHECK(vl1.OfferMoon(t.lab.now(), moon.Serialize()));
  }
  CHECK(t.alice.moons.size() == vl1::kMaxMoons);
  CHECK(t.alice.CountWarnings(Warning::kMoonSignature) == vl1::kMaxMoons);  // another id: the signature is not its own
  World moon = t.moon;
  vl1.OfferMoon(t.lab.now(), moon.Serialize());
  CHECK(t.alice.CountWarnings(Warning::kMoonRejected) == 1);
  CHECK(vl1.Moons().size() == vl1::kMaxMoons + vl1::kMaxMoonSeeds);
  CHECK_FALSE(vl1.OfferMoon(t.lab.now(), Bytes(100, 1)));
  CHECK_FALSE(vl1.OfferMoon(t.lab.now(), Vl1Lab::MakePlanet({{&t.root, {}}}).Serialize()));
  t.lab.Run(2000);
  CHECK(t.alice.vl1->online());  // a HELLO with all of them still reaches the root
}

TEST_CASE("worlds from somebody who is neither root nor seed are not looked at") {
  MoonLab t;
  t.lab.Run(1000);
  World planet = Vl1Lab::MakePlanet({{&t.root, {t.root.endpoint}}}, 2000);
  t.luna.vl1->OfferPlanet(t.lab.now(), planet.Serialize());
  REQUIRE(t.luna.vl1->planet_timestamp() == 2000);
  // Luna's answer to Alice's HELLO brings it.
  t.lab.Send(t.alice, t.luna.address(), Verb::kUserMessage, Bytes{1});
  t.lab.Run(120000);
  CHECK(HasPath(t.alice, t.luna, t.lab.now()));
  CHECK(t.alice.vl1->planet_timestamp() == 1000);
}

TEST_CASE("a planet update in band moves everybody to the new root") {
  Vl1Lab lab;
  LabNode& one = lab.Add(0, "10.1.0.1/9993");
  LabNode& two = lab.Add(3, "10.1.0.2/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  LabNode& bob = lab.Add(2, "10.3.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&one, {one.endpoint}}}));
  lab.Block(alice, bob);
  lab.Run(2000);
  CHECK_FALSE(two.vl1->WeAreRoot());
  World next = Vl1Lab::MakePlanet({{&two, {two.endpoint}}}, 2000);
  next.next_key = one.secret.identity().public_key;
  next.signature = one.secret.Sign(next.SignedMessage());
  one.vl1->OfferPlanet(lab.now(), next.Serialize());
  CHECK_FALSE(one.vl1->WeAreRoot());
  CHECK(one.vl1->IsRoot(two.address()));
  lab.Run(vl1::kFullHelloRoot + 20000);  // within one HELLO interval of the roots
  for (LabNode* node : {&alice, &bob, &two}) {
    CHECK(node->vl1->planet_timestamp() == 2000);
    CHECK(node->planets.back() == next.Serialize());
    CHECK(node->vl1->online());
  }
  CHECK(two.vl1->WeAreRoot());
  CHECK(alice.vl1->Roots() == std::vector<NodeAddress>{two.address()});
  CHECK(RoleOf(alice, one, lab.now()) == PeerRole::kLeaf);
  CHECK(HasPath(alice, two, lab.now()));
  // The old root is of no use to anybody any more.
  one.running = false;
  lab.Send(alice, bob.address(), Verb::kFrame, Bytes{7});
  lab.Run(3000);
  REQUIRE_FALSE(bob.received.empty());
  CHECK(bob.received.back().hops == 1);
}

TEST_CASE("a root that planet and moon name is called where either says it is (vl1.md §6.4)") {
  for (const bool planet_has_dead_endpoint : {false, true}) {
    CAPTURE(planet_has_dead_endpoint);
    Vl1Lab lab;
    LabNode& root = lab.Add(0, "10.1.0.1/9993");
    LabNode& alice = lab.Add(1, "10.2.0.1/9993");
    std::vector<Endpoint> of_planet;
    if (planet_has_dead_endpoint) of_planet.push_back(*Endpoint::Parse("10.1.0.9/9993"));
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, of_planet}}));
    const World moon = Vl1Lab::MakeMoon({{&root, {root.endpoint}}});
    REQUIRE(alice.vl1->OfferMoon(lab.now(), moon.Serialize()));
    lab.Run(60000);  // each HELLO goes to one of its endpoints, at random
    CHECK(HasPath(alice, root, lab.now()));
    CHECK(alice.vl1->online());
    CHECK(RoleOf(alice, root, lab.now()) == PeerRole::kPlanet);
    REQUIRE(alice.vl1->Deorbit(lab.now(), moon.id) == Status::kOk);
    CHECK(alice.vl1->Diagnose(lab.now()).roots.at(0).endpoints.size() == of_planet.size());
  }
}

TEST_CASE("a root that moved is used at its new address only") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Run(1000);
  CHECK(HasPath(alice, root, lab.now()));
  alice.vl1->OfferPlanet(lab.now(),
                         Vl1Lab::MakePlanet({{&root, {*Endpoint::Parse("10.1.0.9/9993")}}}, 2000).Serialize());
  CHECK_FALSE(HasPath(alice, root, lab.now()));
  lab.Run(20000);
  CHECK_FALSE(HasPath(alice, root, lab.now()));
  lab.Move(root, {{0, *Endpoint::Parse("10.1.0.9/9993")}});
  lab.Run(20000);
  CHECK(HasPath(alice, root, lab.now()));
}

// Two roots and two leaves that cannot reach each other directly.
struct TwoRoots {
  Vl1Lab lab;
  LabNode& one = lab.Add(0, "10.1.0.1/9993");
  LabNode& two = lab.Add(3, "10.1.0.2/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  LabNode& bob = lab.Add(2, "10.3.0.1/9993");

  TwoRoots() {
    lab.GivePlanet(Vl1Lab::MakePlanet({{&one, {one.endpoint}}, {&two, {two.endpoint}}}));
    lab.Block(alice, bob);
    lab.Run(5000);
  }
  // A frame each way every 200 ms; the longest time Bob heard nothing, ms.
  Millis LongestSilence(Millis duration) {
    Millis longest = 0, silent = 0;
    size_t heard = bob.received.size();
    for (Millis t = 0; t < duration; t += 200) {
      lab.Send(alice, bob.address(), Verb::kFrame, Bytes{1});
      lab.Send(bob, alice.address(), Verb::kFrame, Bytes{2});
      lab.Run(200);
      silent = bob.received.size() == heard ? silent + 200 : 0;
      heard = bob.received.size();
      longest = std::max(longest, silent);
    }
    return longest;
  }
};

TEST_CASE("when the root in use dies, traffic moves to the other one, and nobody goes offline") {
  TwoRoots t;
  REQUIRE(t.LongestSilence(5000) < 600);
  LabNode& best = *t.alice.vl1->BestRoot(t.lab.now()) == t.one.address() ? t.one : t.two;
  LabNode& other = &best == &t.one ? t.two : t.one;
  best.running = false;
  const Millis silence = t.LongestSilence(90000);
  MESSAGE("failover in ms: ", silence);
  CHECK(silence <= 30000);
  CHECK(*t.alice.vl1->BestRoot(t.lab.now()) == other.address());
  CHECK(t.alice.vl1->online());
  CHECK(t.alice.online_changes.size() == 1);
  best.running = true;
  t.lab.Run(30000);
  CHECK(HasPath(t.alice, best, t.lab.now()));
}

TEST_CASE("who only asks who somebody is leaves a root that died as soon as who sends") {
  TwoRoots t;
  LabNode& best = *t.alice.vl1->BestRoot(t.lab.now()) == t.one.address() ? t.one : t.two;
  best.running = false;
  // A frame every second, as an application tries; Bob is a stranger until a root says who he is.
  Millis waited = 0;
  for (; t.bob.received.empty() && waited < 60000; waited += 1000) {
    t.lab.Send(t.alice, t.bob.address(), Verb::kFrame, Bytes{1});
    t.lab.Run(1000);
  }
  MESSAGE("first frame after ms: ", waited);
  CHECK(waited <= 10000);
}

TEST_CASE("leaves of different roots reach each other through both, and learn each other's identity upwards") {
  Vl1Lab lab;
  LabNode& one = lab.Add(0, "10.1.0.1/9993");
  LabNode& two = lab.Add(3, "10.1.0.2/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  LabNode& bob = lab.Add(2, "10.3.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&one, {one.endpoint}}, {&two, {two.endpoint}}}));
  lab.Block(alice, bob);
  lab.Block(alice, two);  // Alice never met root two, Bob never met root one
  lab.Block(bob, one);
  lab.Run(5000);
  lab.Send(alice, bob.address(), Verb::kFrame, Bytes{1});
  lab.Run(3000);
  REQUIRE(bob.received.size() == 1);
  CHECK(bob.received[0].hops == 2);
}

TEST_CASE("a node becomes a root and stops being one as the planet says") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Run(1000);
  const auto give = [&](std::vector<std::pair<const LabNode*, std::vector<Endpoint>>> roots, uint64_t timestamp) {
    World world = Vl1Lab::MakePlanet(roots, timestamp);
    world.next_key = root.secret.identity().public_key;
    world.signature = root.secret.Sign(world.SignedMessage());
    CHECK(root.vl1->OfferPlanet(lab.now(), world.Serialize()));
    lab.Run(vl1::kFullHelloRoot + 10000);
  };
  give({{&root, {root.endpoint}}, {&alice, {alice.endpoint}}}, 2000);
  CHECK(alice.vl1->WeAreRoot());
  CHECK(root.vl1->IsRoot(alice.address()));
  // As a root it is online without anybody, and as a leaf no more.
  root.running = false;
  lab.Run(60000);
  CHECK(alice.vl1->online());
  root.running = true;
  give({{&root, {root.endpoint}}}, 3000);
  CHECK_FALSE(alice.vl1->WeAreRoot());
  root.running = false;
  lab.Run(60000);
  CHECK_FALSE(alice.vl1->online());
}

}  // namespace
}  // namespace zt::testing
