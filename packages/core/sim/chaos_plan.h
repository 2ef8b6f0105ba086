// Everything one chaos run does, drawn from its seed before it starts. Times count from the start.
#pragma once

#include <string>
#include <vector>

#include "sim/internet.h"

namespace zt::sim {

enum class FaultKind : uint8_t {
  kRoam,          // unplugged, then plugged in at site `place`
  kSecondLine,    // plugged in at site `place` too, then unplugged there
  kSuspend,       // monotonic clock stands
  kSleep,         // monotonic clock goes on
  kRestart,       // orderly, with its state
  kCrash,         // without a word, with what it had stored
  kReplace,       // without its state
  kRootRestart,   // `target` is a root: crashes, keeps its state
  kRootReplace,   // and loses it
  kRouterReboot,  // `target` is a site: NAT mappings are lost
  kIsland,        // `places`: sites that are cut off together, with the roots `roots`
  kPeering,       // site `target` and site `place` do not reach each other
  kBadLine,       // the line of site `target` loses, duplicates, reorders, corrupts
  kRenumber,      // gets another address at its site; `amount` even: and keeps the old one for `length`
  kWallClock      // is set ahead or back by `amount` ms, and right again at the end
};

struct Fault {
  FaultKind kind{};
  Millis at = 0, length = 0;
  size_t target = 0, place = 0;
  std::vector<size_t> places = {}, roots = {};
  LinkPlan line = {};
  Millis amount = 0;

  std::string Describe() const;
};

struct ChaosPlan {
  struct SiteDraw {
    SitePlan plan;
    std::optional<size_t> outer = {};  // index of the site it is behind
  };
  struct HostDraw {
    size_t site = 0;
    Families families = Families::kBoth;
    bool relay = false;  // uses the TCP relay where UDP does not pass
    LinkPlan line = {};
    std::vector<uint16_t> ports = {};
    Millis start = 0;
  };

  uint64_t seed = 0;
  size_t roots = 2;
  // What stands for the whole run, so that the model has something to say: roots that never start, and sites (with
  // roots) that are on another island from the first moment.
  std::vector<size_t> dead_roots = {}, far_roots = {}, far_sites = {};
  std::vector<SiteDraw> sites = {};
  std::vector<HostDraw> hosts = {};
  std::vector<std::pair<size_t, size_t>> friends = {};  // talk all the time
  std::vector<Fault> faults = {};
  Millis faults_until = 0;

  std::string Describe() const;  // one fact a line
};

struct ChaosSize {
  size_t hosts = 50;
  size_t faults = 60;
};

ChaosPlan DrawChaos(uint64_t seed, const ChaosSize& size);

}  // namespace zt::sim
