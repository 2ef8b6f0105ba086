// A simplex link: what one wire, or one stretch of somebody's network, does to the packets on it.
#pragma once

#include <deque>

#include "base/seeded_random.h"
#include "sim/packet.h"
#include "sim/simulator.h"

namespace zt::sim {

// Chances are per million packets.
struct LinkPlan {
  uint64_t bytes_per_ms = 0;        // 0: no limit
  size_t queue_bytes = 256 << 10;   // that wait for the wire; what does not fit is dropped
  Millis delay = 5;
  uint32_t loss = 0;
  uint32_t duplicate = 0;
  uint32_t reorder = 0;             // comes up to `reorder_delay` later than it should, and others overtake it
  Millis reorder_delay = 20;
  uint32_t corrupt = 0;             // one byte is altered (the UDP checksum is taken to be off, or to match by chance)
};

class Link final : public Actor {
 public:
  Link(Simulator& simulator, const LinkPlan& plan, uint64_t seed, Port& to)
      : Actor(simulator), plan_(plan), random_(seed), to_(to) {}

  void Send(Packet packet);
  // From now on; what is under way arrives as it was sent.
  void SetPlan(const LinkPlan& plan) { plan_ = plan; }
  const LinkPlan& plan() const { return plan_; }

  uint64_t carried() const { return carried_; }
  uint64_t lost() const { return lost_; }
  uint64_t overflowed() const { return overflowed_; }

 private:
  struct Flight {
    Instant arrival;
    Packet packet;
  };

  void Act() override;
  bool Chance(uint32_t per_million) { return per_million != 0 && random_.Below(1'000'000) < per_million; }
  // When the last byte has left the queue; Never: there was no room.
  Instant Serialize(size_t size);
  void Launch(Instant arrival, Packet packet);

  LinkPlan plan_;
  SeededRandom random_;
  Port& to_;
  std::deque<Flight> flights_;         // by arrival
  Instant free_ = Instant::LongAgo();  // when what is queued has left
  uint64_t part_ = 0;                  // bytes of the millisecond at `free_`
  uint64_t carried_ = 0, lost_ = 0, overflowed_ = 0;
};

}  // namespace zt::sim
