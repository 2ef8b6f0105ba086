// One chaos run: an internet of many nodes on which things go wrong, then nothing does any more, and all must be well.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/chaos_plan.h"
#include "sim/messenger.h"
#include "sim/reference.h"

namespace zt::sim {

struct ChaosVerdict {
  std::string fault;        // empty: all is well
  uint64_t digest = 0;      // equal for equal seeds
  uint64_t datagrams = 0;   // sent by all
  size_t must_talk = 0, cannot_talk = 0;  // pairs, by the model
  Millis slowest = 0;       // pair after the end of the faults
  size_t heap = 0;          // of the largest node, bytes
  double rate = 0;          // datagrams per minute of the busiest host when nobody talks
  double allowed = 0;       // what its paths justify
  double flow = 0;          // likewise from one socket to one endpoint, where it is nearest to ..
  double flow_allowed = 0;  // .. what is justified
  bool ok() const { return fault.empty(); }
};

class Chaos {
 public:
  // After the end of the faults every pair that should talk has exchanged a message each way within this time.
  static constexpr Millis kConvergence = 30'000;
  static constexpr Millis kFriendPause = 5'000;
  static constexpr Millis kRetry = 2'000;

  explicit Chaos(const ChaosPlan& plan);
  Chaos(const Chaos&) = delete;
  Chaos& operator=(const Chaos&) = delete;

  // Once. `trace`: faults and their ends are printed as they happen.
  ChaosVerdict Run(Tap* tap = nullptr, bool trace = false);
  const Simulator& simulator() const { return internet_.simulator; }

 private:
  struct Member {
    Host* host = nullptr;
    std::unique_ptr<Messenger> messenger;
    int interface = 0;  // its line
    size_t site = 0;    // where that is
    Families families = Families::kBoth;
    LinkPlan line = {};
    size_t trouble = 0;  // pairs without an answer
  };

  void Build();
  void StartMember(Member& member);
  void KeepTalking(size_t from, size_t to);
  // Faults.
  void Begin(const Fault& fault);
  void End(const Fault& fault);
  void BeginMember(const Fault& fault, Member& member);
  void EndMember(const Fault& fault, Member& member);
  void SetIsland(const Fault& fault, int island);
  int Plug(Member& member, size_t site);
  void Restore();
  // chaos_checks.cc
  void CheckTalk();
  void AskUntilAnswered(size_t from, size_t to, Instant until);
  std::string DescribeHost(Host& host);
  void CheckQuiet();
  void CheckFlow(Host& host, double for_relayed);
  // How a node reaches its peers.
  struct Ways {
    std::set<NodeAddress> direct, relayed;
  };
  double Allowed(Host& host, Ways& ways);
  static double RelayedFlow(const Ways& ways, const std::map<NodeAddress, size_t>& wanted);
  void CheckLaw();
  void Fail(const std::string& what);

  const ChaosPlan plan_;
  Internet internet_;
  std::vector<Site*> sites_;
  std::vector<Member> members_;
  bool friends_talk_ = true;
  bool trace_ = false;
  ChaosVerdict verdict_;
};

}  // namespace zt::sim
