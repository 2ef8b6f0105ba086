#include "vl1/prober.h"

namespace zt::vl1 {
namespace {

// Protocol 5 introduced ECHO; software 1.1.0 has it broken (vl1.md §4.10).
bool UnderstandsEcho(const Peer& peer) {
  const bool broken = peer.version_major == 1 && peer.version_minor == 1 && peer.version_revision == 0;
  return peer.protocol >= 5 && !broken;
}

}  // namespace

void Prober::Probe(const Now& now, Peer& peer, const Destination& to, bool full) {
  if (!full && UnderstandsEcho(peer)) {
    writer_.Write(now, peer, Verb::kEcho, {}, to, {.expect_reply = true});
  } else {
    writer_.WriteHello(now, peer, to);
  }
}

void Prober::ProbeSlot(const Now& now, Peer& peer, PathSlot& slot, bool full) {
  Probe(now, peer, {slot.path->socket, slot.path->endpoint}, full);
  slot.path->sent_at = now.mono;
  slot.last_probe = now.mono;
  ++slot.unanswered;
}

}  // namespace zt::vl1
