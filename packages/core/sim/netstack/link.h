// One direction of a path: rate, delay, a queue that drops what does not fit, and the faults of a bad network.
#pragma once

#include <functional>
#include <vector>

#include "base/seeded_random.h"
#include "testing/netstack_lab.h"

namespace zt::netstack::sim {

// Chances are per million frames.
struct LinkPlan {
  uint64_t bytes_per_ms = 0;  // 0: no limit
  size_t queue_bytes = 256 << 10;
  // Chance to drop what comes when the queue is full, less in proportion down to none when a quarter is full (random
  // early detection, RFC 7567 §2, on the instantaneous length). 0: drop-tail.
  uint32_t early_drop = 0;
  Millis delay = 5;
  // Loss in two states (Gilbert 1960, Elliott 1963): a good one, and a bad one that comes in bursts.
  uint32_t loss_good = 0, loss_bad = 0;
  uint32_t to_bad = 0, to_good = 0;  // chance to change the state, per frame
  uint32_t duplicate = 0;
  uint32_t reorder = 0;  // comes up to `reorder_delay` later than it should
  Millis reorder_delay = 1;
  uint32_t corrupt = 0;  // one byte is altered: every such change alters the one's complement sum
  struct Outage {
    Millis start = 0, length = 0;  // from the start of the run
  };
  std::vector<Outage> outages;
};

class Link {
 public:
  using Deliver = std::function<void(Instant arrival, Lab::Frame)>;

  Link(const LinkPlan& plan, uint64_t seed, Instant start) : plan_(plan), random_(seed), start_(start) {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void Carry(Instant now, Lab::Frame frame, const Deliver& deliver);
  // No more faults; rate, delay and queue stay.
  void Heal();

  uint64_t lost() const { return lost_; }
  uint64_t overflowed() const { return overflowed_; }
  uint64_t corrupted() const { return corrupted_; }

 private:
  bool Chance(uint32_t per_million) { return per_million != 0 && random_.Below(1'000'000) < per_million; }
  bool IsLost(Instant now);
  // When the last byte has left the queue; Never: there was no room.
  Instant Serialize(Instant now, size_t size);
  void Corrupt(Lab::Frame& frame);

  LinkPlan plan_;
  SeededRandom random_;
  Instant start_;
  bool bad_ = false;
  Instant free_ = Instant::LongAgo();  // when what is queued has left
  uint64_t part_ = 0;                  // bytes of the millisecond at `free_`
  uint64_t lost_ = 0, overflowed_ = 0, corrupted_ = 0;
};

}  // namespace zt::netstack::sim
