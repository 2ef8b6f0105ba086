// Every state of RFC 4861 §7.3.2 against every event of appendix C.
#include <doctest/doctest.h>

#include "base/seeded_random.h"
#include "netstack/neighbor/cache.h"

namespace zt::netstack {
namespace {

using State = NeighborState;

const IpAddress kIp = *IpAddress::Parse("fd00::2");
constexpr Mac kOld{0x020000000001}, kNew{0x020000000002};

struct Fixture {
  SeededRandom random{1};
  NeighborCache cache;
  Now now{{1000}, {1'700'000'000'000}};

  void Reach(State state) {
    cache.Lookup(now, kIp);
    cache.TakeSolicitations();
    if (state == State::kIncomplete) return;
    cache.HandleAdvertisement(now, kIp, {kOld, state == State::kReachable, true}, random);
    if (state == State::kDelay || state == State::kProbe) cache.Lookup(now, kIp);
    if (state == State::kProbe) {
      now.mono = cache.NextTimeout().at;
      cache.HandleTimeout(now);
      cache.TakeSolicitations();
    }
    REQUIRE(cache.StateOf(now, kIp) == state);
  }
  Mac Address() { return cache.Lookup(now, kIp).value_or(Mac{}); }
};

struct Event {
  const char* name;
  bool solicited, override;
  Mac mac;  // 0: no option
};

struct Row {
  Event event;
  // By state: INCOMPLETE, REACHABLE, STALE, DELAY, PROBE. Upper case: the address is the new one afterwards.
  const char* expected;
};

char Letter(State state) { return "irsdp"[static_cast<size_t>(state)]; }

// Appendix C, "NA" rows; "same" is the known address. The router flag is not given to the cache at all: without
// default routers to choose from it decides nothing.
const Row kRows[] = {
    {{"NA S=0 O=0 same", false, false, kOld}, "srsdp"},
    {{"NA S=0 O=1 same", false, true, kOld}, "srsdp"},
    {{"NA S=1 O=0 same", true, false, kOld}, "rrrrr"},
    {{"NA S=1 O=1 same", true, true, kOld}, "rrrrr"},
    {{"NA S=0 O=0 different", false, false, kNew}, "Sssdp"},
    {{"NA S=0 O=1 different", false, true, kNew}, "SSSSS"},
    {{"NA S=1 O=0 different", true, false, kNew}, "Rssdp"},
    {{"NA S=1 O=1 different", true, true, kNew}, "RRRRR"},
    {{"NA S=0 O=0 without address", false, false, {}}, "irsdp"},
    {{"NA S=0 O=1 without address", false, true, {}}, "irsdp"},
    {{"NA S=1 O=0 without address", true, false, {}}, "irrrr"},
    {{"NA S=1 O=1 without address", true, true, {}}, "irrrr"},
};

constexpr State kStates[] = {State::kIncomplete, State::kReachable, State::kStale, State::kDelay, State::kProbe};

}  // namespace

TEST_CASE("RFC 4861 §7.2.5: every advertisement in every state") {
  for (const Row& row : kRows) {
    for (State state : kStates) {
      CAPTURE(row.event.name);
      CAPTURE(Letter(state));
      Fixture f;
      f.Reach(state);
      const Event& e = row.event;
      const auto mac = e.mac.value == 0 ? std::nullopt : std::optional<Mac>(e.mac);
      f.cache.HandleAdvertisement(f.now, kIp, {mac, e.solicited, e.override}, f.random);
      const char expected = row.expected[static_cast<size_t>(state)];
      const char lower = static_cast<char>(expected | 0x20);
      CHECK(Letter(*f.cache.StateOf(f.now, kIp)) == lower);
      if (lower == 'i') continue;
      CHECK(f.Address() == (expected != lower ? kNew : kOld));
    }
  }
}

TEST_CASE("RFC 4861 §7.2.3: a solicitation from a neighbour in every state") {
  for (State state : kStates) {
    for (Mac mac : {kOld, kNew}) {
      CAPTURE(Letter(state));
      Fixture f;
      f.Reach(state);
      f.cache.HandleSolicitation(f.now, kIp, mac);
      const bool keeps = mac == kOld && state != State::kIncomplete;
      CHECK(f.cache.StateOf(f.now, kIp) == (keeps ? state : State::kStale));
      CHECK(f.Address() == mac);
    }
  }
  Fixture f;  // no entry: it becomes STALE
  f.cache.HandleSolicitation(f.now, kIp, kNew);
  CHECK(f.cache.StateOf(f.now, kIp) == State::kStale);
  CHECK(f.Address() == kNew);
}

TEST_CASE("RFC 4861 §7.3.3: upper-layer progress in every state") {
  for (State state : kStates) {
    CAPTURE(Letter(state));
    Fixture f;
    f.Reach(state);
    f.cache.Confirm(f.now, kIp, f.random);
    CHECK(f.cache.StateOf(f.now, kIp) == (state == State::kIncomplete ? state : State::kReachable));
  }
}

TEST_CASE("RFC 4861 §7.3.3: what time does in every state, and that silence costs nothing") {
  Fixture f;
  f.Reach(State::kReachable);
  CHECK(f.cache.NextTimeout().at == Instant::Never());
  f.now.mono.ms += NeighborCache::kReachableTime * 3 / 2 + 1;
  CHECK(f.cache.StateOf(f.now, kIp) == State::kStale);
  f.now.mono.ms += 1'000'000;
  CHECK(f.cache.StateOf(f.now, kIp) == State::kStale);
  CHECK(f.cache.NextTimeout().at == Instant::Never());
  CHECK(f.Address() == kOld);  // used
  CHECK(f.cache.StateOf(f.now, kIp) == State::kDelay);
  CHECK(f.cache.NextTimeout().at == f.now.mono + NeighborCache::kDelayFirstProbe);
  for (int i = 0; i < NeighborCache::kMaxUnicastProbes; ++i) {
    f.now.mono = f.cache.NextTimeout().at;
    f.cache.HandleTimeout(f.now);
    CHECK(f.cache.StateOf(f.now, kIp) == State::kProbe);
    const auto probes = f.cache.TakeSolicitations();
    REQUIRE(probes.size() == 1);
    CHECK(probes[0].unicast == kOld);
  }
  f.now.mono = f.cache.NextTimeout().at;
  f.cache.HandleTimeout(f.now);
  CHECK_FALSE(f.cache.StateOf(f.now, kIp));
  CHECK(f.cache.NextTimeout().at == Instant::Never());
}

TEST_CASE("RFC 4861 §7.2.5: an advertisement nobody asked for makes no entry; a group address is no neighbour") {
  Fixture f;
  f.cache.HandleAdvertisement(f.now, kIp, {kNew, true, true}, f.random);
  CHECK(f.cache.size() == 0);
  f.cache.HandleSolicitation(f.now, kIp, Mac{0x010000000001});
  f.cache.HandleSolicitation(f.now, kIp, Mac{});
  CHECK(f.cache.size() == 0);
  f.Reach(State::kIncomplete);
  f.cache.HandleAdvertisement(f.now, kIp, {Mac::Broadcast(), true, true}, f.random);
  CHECK(f.cache.StateOf(f.now, kIp) == State::kIncomplete);
}

TEST_CASE("made-up neighbours do not displace those we talk to, and asking for them is limited") {
  Fixture f;
  f.Reach(State::kReachable);
  size_t asked = 0;
  for (uint32_t n = 0; n < 20 * NeighborCache::kMaxEntries; ++n) {
    f.cache.HandleSolicitation(f.now, IpAddress::V4(0x0a000000 + n), kNew);
    f.cache.Lookup(f.now, IpAddress::V4(0x0b000000 + n));
    asked += f.cache.TakeSolicitations().size();
    f.cache.TakeFailed();
  }
  CHECK(f.cache.size() == NeighborCache::kMaxEntries);
  CHECK(f.cache.StateOf(f.now, kIp) == State::kReachable);
  CHECK(asked <= NeighborCache::kSolicitationBurst);
}

}  // namespace zt::netstack
