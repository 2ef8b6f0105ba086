#include "vl1/route.h"

#include <algorithm>

#include "vl1/path_selector.h"

namespace zt::vl1 {
namespace {

constexpr Millis kScoreStep = 61000;          // vl1.md §6.4
constexpr uint64_t kDeadScore = 0xffffffff;   // vl1.md §6.4
constexpr uint64_t kSilentPenalty = 1ULL << 40;  // any root that answers beats any that does not

// The score of vl1.md §6.4. A root not heard within the online timeout comes after all that were, whatever its latency:
// we probe roots often enough to know, and one dead root must not attract traffic for minutes.
uint64_t RootScore(const Peer& root, Instant now) {
  const Millis age = now - root.last_heard;
  if (age >= kPeerAlive) return kSilentPenalty + kDeadScore;
  const Path* path = BestPath(root, now, true);
  const uint64_t latency =
      path == nullptr || path->latency == 0 ? kLatencyUnknown : static_cast<uint64_t>(path->latency);
  const uint64_t score = latency * (static_cast<uint64_t>(age / kScoreStep) + 1);
  return HasUsableSlot(root, now) && age < kOnlineTimeout ? score : kSilentPenalty + score;
}

}  // namespace

Peer* BestRoot(const Context& context, Instant now) {
  Peer* best = nullptr;
  uint64_t best_score = 0;
  for (const WorldRoot& root : context.roots.roots()) {
    Peer* peer = context.peers.Find(root.identity.address);
    if (peer == nullptr) continue;
    const uint64_t score = RootScore(*peer, now);
    if (best != nullptr && score > best_score) continue;  // ties: the later address
    best = peer;
    best_score = score;
  }
  return best;
}

Route RouteTo(const Context& context, Instant now, const Peer& peer) {
  if (Path* direct = BestPath(peer, now)) return {direct, false, nullptr};
  if (Peer* root = BestRoot(context, now); root != nullptr && root != &peer) {
    if (Path* relay = BestPath(*root, now)) return {relay, true, root};
  }
  return {BestPath(peer, now, true), false, nullptr};
}

}  // namespace zt::vl1
