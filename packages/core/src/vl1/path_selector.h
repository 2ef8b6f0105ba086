// Which path to use: pure functions of paths and now (vl1.md §7.2).
#pragma once

#include <span>

#include "vl1/peer.h"

namespace zt::vl1 {

// Lower is better.
uint64_t PathQuality(const Path& path, Instant now);
bool SlotExpired(const PathSlot& slot, Instant now);
// Not expired and not known to be silent.
bool SlotUsable(const PathSlot& slot, Instant now);
bool HasUsableSlot(const Peer& peer, Instant now);
// The best slot, among usable ones or among all; ties go to the later. Null if there is none.
const PathSlot* BestSlot(std::span<const PathSlot> slots, Instant now, bool allow_unusable);
inline Path* BestPath(const Peer& peer, Instant now, bool allow_unusable = false) {
  const PathSlot* slot = BestSlot(peer.slots, now, allow_unusable);
  return slot == nullptr ? nullptr : slot->path;
}
// The best slot of one scope and family, expired ones included (introductions, vl1.md §8.2).
const PathSlot* BestSlotOfClass(const Peer& peer, Instant now, IpScope scope, IpFamily family);

}  // namespace zt::vl1
