// One root under the load of many leaves, in virtual time: what it costs and what it holds.
#pragma once

#include <memory>

#include "bench/scale/cpu_meter.h"
#include "bench/scale/leaves.h"
#include "zt/node.h"

namespace zt::bench {

// What a leaf does, per leaf. HELLO and ECHO as vl1.md §7.10 has them; WHOIS and a first packet to another leaf, which
// the root relays and answers with an introduction, as of somebody who meets two new peers a minute.
struct LeafHabits {
  Millis hello_every = 225'000;
  Millis echo_every = 15'000;
  Millis whois_every = 30'000;
  Millis relay_every = 30'000;
  size_t relayed_body = 200;
};

struct RootCost {
  size_t leaves = 0;
  double hello_us = 0;             // CPU per first HELLO of a cached leaf: key agreement, answer, confirmation
  double steady_ms_per_1000 = 0;   // CPU per virtual second and 1,000 leaves
  double packets_per_second = 0;   // in, steady
  double us_per_packet = 0;
  double answered = 0;             // packets out per packet that asks for one; introductions come in twos
  uint64_t introductions = 0;
  uint64_t wake_ups = 0;           // HandleTimeout calls of the steady time
  double heap_bytes = 0;           // of the root, all of it
};

class RootLoad {
 public:
  explicit RootLoad(size_t leaves);
  ~RootLoad();
  RootCost Run(Millis hello_round, Millis steady);

 private:
  static constexpr size_t kBatch = 64;
  static constexpr Millis kTick = 10;

  void Create();
  void Say(size_t leaf, Bytes datagram);
  void Flush();
  void Listen(std::span<const Transmit> batch);
  void Tick();
  // The next of the leaves whose turn it is in this tick, by round robin.
  template <typename Do>
  void Turns(double& owed, size_t& next, Millis every, Do act);
  Now now() const { return {{time_}, {1'800'000'000'000 + time_}}; }

  const SecretIdentity self_;
  Leaves leaves_;
  SeededRandom random_;
  LeafHabits habits_;
  std::unique_ptr<Node> root_;
  Bytes events_;
  std::vector<std::pair<size_t, Bytes>> said_;
  std::vector<std::pair<size_t, Bytes>> answers_;
  CpuMeter cpu_;
  int64_t time_ = 1'000;
  double owed_[4] = {};
  size_t next_[4] = {};
  uint64_t in_ = 0, out_ = 0, introductions_ = 0, opened_ = 0, wake_ups_ = 0;
};

}  // namespace zt::bench
