#include "sim/vl2/revocation.h"

#include <algorithm>
#include <set>

#include "base/seeded_random.h"
#include "sim/router.h"
#include "sim/vl2/scenario.h"

namespace zt::sim {
namespace {

constexpr Millis kTick = 2'000;          // between two datagrams of everybody
constexpr Millis kCtmd = 300'000;        // the least a controller gives (vl2.md §17)
constexpr Millis kRefresh = 60'000;      // of configurations, on a 5 s pass (vl2.md §3.4)
constexpr Millis kPass = 5'000;
constexpr Millis kFlood = 1'000;         // two hops of less than 200 ms, relayed ones included, and as much again
constexpr Millis kAway = 20'000;         // longer than anything waits in a queue (5 s)
constexpr Millis kReturn = 30'000;       // until a member that was away talks to everybody again
constexpr uint32_t kUnicast = 1u << 31, kRant = 1u << 30;  // in the numbers
constexpr size_t kMaxReached = 3;

class Run {
 public:
  explicit Run(const RevocationPlan& plan) : lab_(plan.seed, plan.members, {.ctmd = kCtmd}) { Draw(plan.seed); }
  RevocationVerdict Do();
  NetworkLab& lab() { return lab_; }

 private:
  struct Said {
    size_t from;
    uint32_t number;
    Instant at;
    size_t to;  // all: the number of members
  };

  void Speak();
  void Rant();  // the evicted member, for two seconds
  void RunFor(Millis time) {
    for (const Instant end = lab_.now() + time; lab_.now() < end;) {
      Speak();
      lab_.internet.simulator.RunFor(kTick);
    }
  }
  void Draw(uint64_t seed);
  // The controller reaches whom it was drawn to, and nobody else, not even the root.
  void CutController(bool cut);
  void CutMissed(bool cut);
  Instant LastHeard(const Participant& by) const;
  void JudgeEvicted();
  void JudgeOthers();
  void Fail(const std::string& what) {
    if (verdict_.fault.size() < 2'000) verdict_.fault += what + "\n";
  }

  NetworkLab lab_;
  RevocationVerdict verdict_;
  std::vector<Said> said_;
  uint32_t tick_ = 0;
  Instant evicted_{0}, certified_{0};
  size_t evicted_member_ = 0, missed_member_ = 0;
  std::set<size_t> reached_;
  Millis moment_ = 0;  // within a refresh period
};

void Run::Draw(uint64_t seed) {
  SeededRandom random(seed);
  const size_t count = lab_.members.size();
  evicted_member_ = random.Below(count);
  missed_member_ = (evicted_member_ + 1 + random.Below(count - 1)) % count;
  const size_t wanted = 1 + random.Below(std::min(kMaxReached, count - 2));
  while (reached_.size() < wanted) {
    const size_t member = random.Below(count);
    if (member != evicted_member_ && member != missed_member_) reached_.insert(member);
  }
  moment_ = static_cast<Millis>(random.Below(static_cast<uint64_t>(kRefresh)));
}

// To all, and to one other in turn.
void Run::Speak() {
  const size_t count = lab_.members.size();
  for (size_t i = 0; i < count; ++i) {
    const size_t to = (i + 1 + tick_ % (count - 1)) % count;
    // Who is denied may find its network gone; that is as good as silence.
    if (lab_.members[i]->SayToAll(tick_)) said_.push_back({i, tick_, lab_.now(), count});
    if (lab_.members[i]->SayTo(*lab_.members[to], tick_ | kUnicast)) {
      said_.push_back({i, tick_ | kUnicast, lab_.now(), to});
    }
  }
  ++tick_;
}

void Run::Rant() {
  for (uint32_t i = 0; i < 100; ++i) {
    lab_.members[evicted_member_]->SayToAll(kRant | i);
    lab_.internet.simulator.RunFor(20);
  }
}

void Run::CutController(bool cut) {
  Segment& core = lab_.internet.core;
  const Cable& controller = *lab_.controller->CableOf(lab_.controller_line);
  const auto block = [&](const Cable& other) { core.SetBlocked(controller, other, cut); };
  for (const Cable* cable : lab_.internet.root(0).Cables()) block(*cable);
  std::set<const Cable*> others, reached;
  for (size_t i = 0; i < lab_.members.size(); ++i) {
    const Site* site = lab_.site_of[i];
    const Cable& line = site != nullptr ? site->router->outside() : *lab_.members[i]->host().CableOf(lab_.lines[i]);
    (reached_.count(i) != 0 ? reached : others).insert(&line);
  }
  for (const Cable* line : others) {
    if (reached.count(line) == 0) block(*line);
  }
}

void Run::CutMissed(bool cut) {
  Cable& line = *lab_.members[missed_member_]->host().CableOf(lab_.lines[missed_member_]);
  line.segment().SetIsland(line, cut ? 1 : 0);
}

Instant Run::LastHeard(const Participant& by) const {
  Instant last = Instant::LongAgo();
  for (const auto& [what, heard] : by.heard()) {
    if (what.first == evicted_member_) last = std::max(last, heard.last);
  }
  return last;
}

RevocationVerdict Run::Do() {
  if (!lab_.Assemble()) {
    Fail("the network is not ready in two minutes");
    return verdict_;
  }
  RunFor(90'000 + moment_);
  for (const auto& member : lab_.members) {
    if (member->index() != evicted_member_ && lab_.now() - LastHeard(*member) > 2 * kTick) {
      Fail("member " + std::to_string(member->index()) + " does not hear the one to be evicted, before it is");
    }
  }
  CutController(true);
  RunFor(4'000);
  CutMissed(true);
  lab_.internet.simulator.RunFor(500);
  certified_ = *lab_.Configured(*lab_.members[evicted_member_]);
  evicted_ = lab_.now();
  lab_.Evict(*lab_.members[evicted_member_]);
  Rant();
  RunFor(kAway);
  CutController(false);
  CutMissed(false);
  RunFor(certified_ + kCtmd + kRefresh + kPass + 60'000 - lab_.now());
  JudgeEvicted();
  JudgeOthers();
  return verdict_;
}

void Run::JudgeEvicted() {
  verdict_.allowed = kCtmd + kRefresh + kPass + kFlood;
  for (const auto& member : lab_.members) {
    const std::string name = "member " + std::to_string(member->index());
    if (member->index() == evicted_member_) continue;
    const Instant last = LastHeard(*member);
    if (member->index() != missed_member_) {
      verdict_.slowest = std::max(verdict_.slowest, last - evicted_);
      if (last > evicted_ + kFlood) Fail(name + " heard it " + std::to_string(last - evicted_) + " ms later");
      continue;
    }
    verdict_.certificate = last - certified_;
    // It hears nothing of the revocation: only the age of the certificate ends it (vl2.md §7.2), and that alone.
    if (verdict_.certificate > verdict_.allowed) {
      Fail(name + " heard it " + std::to_string(verdict_.certificate) + " ms after its certificate was issued");
    }
    if (verdict_.certificate < kCtmd - kTick) {
      Fail(name + " was away and heard nothing of the flood, yet stopped after " +
           std::to_string(verdict_.certificate) + " ms");
    }
  }
}

// All that the others say arrives once, as before, and as if nothing had happened.
void Run::JudgeOthers() {
  const auto judge = [&](const Said& said, size_t to) {
    if (to == said.from || to == evicted_member_) return;
    const bool missed = to == missed_member_ || said.from == missed_member_;
    if (missed && said.at > evicted_ - 6'000 && said.at < evicted_ + kAway + kReturn) return;
    const uint32_t copies = lab_.members[to]->Copies(said.from, said.number);
    if (copies == 1) return;
    Fail("member " + std::to_string(to) + " heard number " + std::to_string(said.number & ~kUnicast) +
         ((said.number & kUnicast) != 0 ? " (to it alone)" : "") + " of member " + std::to_string(said.from) + " " +
         std::to_string(copies) + " times, said " + std::to_string(said.at - evicted_) + " ms after the eviction");
  };
  for (const Said& said : said_) {
    if (said.from == evicted_member_ || said.at < evicted_ - 30'000) continue;
    if (said.to < lab_.members.size()) {
      judge(said, said.to);
    } else {
      for (size_t to = 0; to < lab_.members.size(); ++to) judge(said, to);
    }
  }
}

}  // namespace

RevocationVerdict RunRevocation(const RevocationPlan& plan, const std::string& pcap) {
  Run run(plan);
  return RunScenario(run, pcap);
}

}  // namespace zt::sim
