// Whole nodes on a network without obstacles, in virtual time: a root, a controller, members of its network. What each
// input costs is measured at the node; moving datagrams about is not part of it.
#pragma once

#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/scale/cpu_meter.h"
#include "node/composition.h"
#include "node/host_codec.h"

namespace zt::bench {

// What a node did since Reset.
struct Activity {
  CpuMeter cpu;
  uint64_t timeouts = 0;    // its timers fired
  uint64_t wake_ups = 0;    // moments in which it ran at all: by a timer, or by datagrams
  uint64_t sent = 0, received = 0;
  std::map<std::string, uint64_t> kinds;    // what was sent and received, of a member that is looked at
  std::map<std::string, uint64_t> reasons;  // of its timers
};

class Crowd {
 public:
  static constexpr Millis kDelay = 5;
  static constexpr size_t kMembersAccount = 2;  // of the heap; the root and the controller are on nobody's

  // Identities of members have not done the work of vl1.md §2.3 (a thousand would take minutes): the root and the
  // controller have them from their peer caches, members from the root.
  explicit Crowd(size_t members);
  ~Crowd();

  // Starts the members, one every `apart`, and lets them join.
  void Join(Millis apart);
  void Run(Millis duration);
  // One echo request over the network, from one member to another.
  void Ping(size_t from, size_t to);
  void Reset();
  // From now on, opens every packet of this member to see what it is.
  void LookAt(size_t member) { looked_at_ = member + 2; }
  size_t joined() const { return joined_; }
  size_t members() const { return machines_.size() - 2; }
  const Activity& root() const { return machines_[0].activity; }
  const Activity& controller() const { return machines_[1].activity; }
  const Activity& member(size_t n) const { return machines_[n + 2].activity; }
  // Peers besides the root that a member has a direct path to.
  size_t DirectPeersOf(size_t member);
  uint64_t dropped(DropReason reason) const;

 private:
  struct Machine {
    std::unique_ptr<node::Composition> node;
    Activity activity;
    int64_t timer = INT64_MAX;
    int64_t last_wake_up = -1;
  };
  struct Flight {
    int64_t at;
    uint64_t order;
    Endpoint from, to;
    Bytes bytes;
    bool operator>(const Flight& o) const { return at != o.at ? at > o.at : order > o.order; }
  };

  static Endpoint EndpointOf(size_t machine);
  static size_t MachineAt(const Endpoint& endpoint);
  node::NodeOptions OptionsOf(size_t machine, const SecretIdentity& identity) const;
  template <typename Write>
  void Do(size_t machine, Command op, Write write);
  // Runs one input of a machine and drains it.
  template <typename Input>
  void Feed(size_t machine, Input input);
  void Drain(size_t machine);
  void TakeEvents(size_t machine);
  void Decide(ByteSpan request);
  bool Step(int64_t end);
  std::string KindOf(size_t from, size_t to, ByteSpan packet) const;
  Now now() const { return {{time_}, {kEpoch + time_}}; }

  static constexpr int64_t kEpoch = 1'800'000'000'000;
  Bytes planet_;
  NetworkId network_;
  std::vector<SecretIdentity> identities_;
  std::vector<Machine> machines_;  // the root, the controller, the members
  std::priority_queue<Flight, std::vector<Flight>, std::greater<>> flights_;
  std::set<std::pair<int64_t, size_t>> timers_;
  std::unordered_map<uint64_t, size_t> places_;  // of members in the network
  uint64_t order_ = 0;
  int64_t time_ = 1'000;
  size_t joined_ = 0;
  size_t looked_at_ = 0;  // a machine; the root: nobody
};

}  // namespace zt::bench
