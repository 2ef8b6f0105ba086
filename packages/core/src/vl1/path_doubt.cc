#include "vl1/path_doubt.h"

#include <algorithm>

#include "vl1/route.h"

namespace zt::vl1 {

// What a root relays for others comes over its path too, but is not its own: any datagram counts there.
void PathDoubt::Unheard(Instant now, Peer& peer, PathSlot& slot) {
  const Instant heard = peer.IsRoot() ? std::max(slot.last_direct, slot.path->heard_at) : slot.last_direct;
  if (now - heard < kUnheardWhileSending) {
    slot.unheard_since = heard;
    return;
  }
  Ask(now, peer, slot, now);
}

void PathDoubt::Ask(Instant now, Peer& peer, PathSlot& slot, Instant at) {
  if (slot.silent) slot.unanswered = 0;
  slot.urgent = true;
  slot.probe_at = at;
  schedule_.Touch(now, peer);
}

void PathDoubt::AskRoot(Instant now) {
  Peer* root = BestRoot(context_, now);
  if (root == nullptr) return;
  for (PathSlot& slot : root->slots) {
    if (!slot.urgent && !slot.silent && now - slot.last_direct >= kJustHeard) Ask(now, *root, slot, now);
  }
}

void PathDoubt::Others(Instant now, Peer& peer, const Path& confirmed) {
  for (PathSlot& slot : peer.slots) {
    if (slot.path == &confirmed || slot.silent || slot.urgent) continue;
    // Several paths found at the same time are not asked a second time.
    Raise(now, peer, slot, now - slot.last_direct < kJustHeard ? now + kJustHeardGrace : now);
  }
}

}  // namespace zt::vl1
