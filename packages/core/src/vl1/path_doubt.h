// Paths that may have died without a word: the machine moved, a NAT forgot us, the other side moved. A path in doubt is
// asked a few times in quick succession; if it does not answer, packets go another way until it does (vl1.md §7.11 does
// the same at once when a root sees another address of ours).
#pragma once

#include "vl1/keepalive_schedule.h"

namespace zt::vl1 {

class PathDoubt {
 public:
  PathDoubt(Context& context, KeepaliveSchedule& schedule) : context_(context), schedule_(schedule) {}

  // A packet left for `peer` over one of its paths: `path`. When we keep sending and nothing comes back over it for
  // kUnheardWhileSending, it is in doubt.
  void Sent(Instant now, Peer& peer, const Path& path) {
    PathSlot* slot = peer.FindSlot(&path);
    if (slot == nullptr || slot->silent) return;
    const Millis pause = now - slot->last_sent;
    slot->last_sent = now;
    if (pause >= kSendingPause || slot->unheard_since == Instant::Never()) {
      slot->unheard_since = now;
    } else if (!slot->urgent && now - slot->unheard_since >= kUnheardWhileSending) {
      Unheard(now, peer, *slot);
    }
  }
  // Asks this path at `at`, and again soon.
  void Ask(Instant now, Peer& peer, PathSlot& slot, Instant at);
  // The same, and until it answers, a path without doubt is preferred.
  void Raise(Instant now, Peer& peer, PathSlot& slot, Instant at) {
    Ask(now, peer, slot, at);
    slot.avoid = true;
  }
  // A path in doubt was asked again in vain. If we moved without knowing, the root does not know either where we are
  // now, and what it relays would be lost as well: it is asked in parallel.
  void AskRoot(Instant now);
  // A new path of a peer was confirmed: one it was not heard on just now may be where it moved from.
  void Others(Instant now, Peer& peer, const Path& confirmed);

 private:
  void Unheard(Instant now, Peer& peer, PathSlot& slot);

  Context& context_;
  KeepaliveSchedule& schedule_;
};

}  // namespace zt::vl1
