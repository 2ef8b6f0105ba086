// Faults put on outgoing datagrams on purpose: loss, duplication, reordering. For tests and demos; a seed replays them.
#pragma once

#include <span>
#include <vector>

#include "base/drop_counters.h"
#include "base/seeded_random.h"
#include "zt/bytes.h"
#include "zt/time.h"
#include "zt/transmit.h"

namespace zt::node {

class Impairment {
 public:
  static constexpr uint32_t kWhole = 1'000'000;  // probabilities are parts per million
  // A reordered datagram is held back this long, so that a few later ones pass it; nothing is held for ever.
  static constexpr Millis kHoldMin = 1, kHoldMax = 8;
  // Datagrams held at once: a burst of one transmit batch at full reordering. Beyond it they pass in order.
  static constexpr size_t kMaxHeld = 2048;

  struct Settings {
    uint32_t loss = 0, duplicate = 0, reorder = 0;  // 0..kWhole each
    uint64_t seed = 0;
    bool IsValid() const { return loss <= kWhole && duplicate <= kWhole && reorder <= kWhole; }
    bool IsActive() const { return loss != 0 || duplicate != 0 || reorder != 0; }
  };

  Impairment(const Settings& settings, DropCounters& drops)
      : settings_(settings), random_(settings.seed), drops_(drops) {}

  bool active() const { return settings_.IsActive(); }
  // What really leaves: `batch` with faults, and datagrams whose holding time is over. Valid until the next call and no
  // longer than the batch's bytes.
  std::span<const Transmit> Apply(const Now& now, std::span<const Transmit> batch);
  Instant NextTimeout() const;

 private:
  struct Held {
    Instant release;
    Bytes bytes;
    Transmit datagram;  // its span points into `bytes`
  };

  bool Happens(uint32_t parts) { return parts != 0 && random_.Below(kWhole) < parts; }
  void Hold(const Now& now, const Transmit& datagram);

  Settings settings_;
  SeededRandom random_;
  DropCounters& drops_;
  std::vector<Held> held_;
  std::vector<Held> released_;  // keeps the bytes of the last Apply's released datagrams
  std::vector<Transmit> out_;
};

}  // namespace zt::node
