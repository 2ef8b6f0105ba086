#include "vl1/path_selector.h"

#include <algorithm>

namespace zt::vl1 {
namespace {

constexpr Millis kAgeCap = 140000;  // cap of the age term (vl1.md §7.2)

constexpr uint64_t kAvoided = 1ULL << 40;  // worse than any quality: a path in doubt

}  // namespace

uint64_t PathQuality(const Path& path, Instant now) {
  uint64_t base = static_cast<uint64_t>(path.latency);
  if (!path.Alive(now)) base += 65535 + static_cast<uint64_t>(std::min(now - path.heard_at, kAgeCap));
  return base * (8 - static_cast<uint64_t>(path.endpoint.ip.Scope()));
}

bool SlotExpired(const PathSlot& slot, Instant now) { return now - slot.last_direct >= kSlotExpiry; }

bool SlotUsable(const PathSlot& slot, Instant now) { return !slot.silent && !SlotExpired(slot, now); }

bool HasUsableSlot(const Peer& peer, Instant now) {
  return std::any_of(peer.slots.begin(), peer.slots.end(), [now](const PathSlot& s) { return SlotUsable(s, now); });
}

const PathSlot* BestSlot(std::span<const PathSlot> slots, Instant now, bool allow_unusable) {
  const PathSlot* best = nullptr;
  uint64_t best_quality = 0;
  for (const PathSlot& slot : slots) {
    if (!allow_unusable && !SlotUsable(slot, now)) continue;
    const uint64_t quality = PathQuality(*slot.path, now) + (slot.avoid ? kAvoided : 0);
    if (best != nullptr && quality > best_quality) continue;
    best = &slot;
    best_quality = quality;
  }
  return best;
}

const PathSlot* BestSlotOfClass(const Peer& peer, Instant now, IpScope scope, IpFamily family) {
  const PathSlot* best = nullptr;
  uint64_t best_quality = 0;
  for (const PathSlot& slot : peer.slots) {
    const IpAddress& ip = slot.path->endpoint.ip;
    if (ip.family != family || ip.Scope() != scope) continue;
    const uint64_t quality = PathQuality(*slot.path, now);
    if (best != nullptr && quality > best_quality) continue;
    best = &slot;
    best_quality = quality;
  }
  return best;
}

}  // namespace zt::vl1
