#include "vl1/prober.h"

#include <algorithm>

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
    // From all sockets, so that paths between the others are found as well (vl1.md §3.10).
    writer_.WriteHello(now, peer, {low_bandwidth_ ? to.via : kAllSockets, to.endpoint});
  }
}

void Prober::ProbeSlot(const Now& now, Peer& peer, PathSlot& slot, bool full) {
  // A path in doubt may have lost its socket's way out: another one may have it.
  const LocalSocket via = slot.urgent && !slot.on_trial && !low_bandwidth_ ? kAllSockets : slot.path->socket;
  Probe(now, peer, {via, slot.path->endpoint}, full);
  Count(now, slot);
}

void Prober::Count(const Now& now, PathSlot& slot) {
  slot.path->sent_at = now.mono;
  slot.last_probe = now.mono;
  ++slot.unanswered;
  if (slot.urgent) slot.probe_at = now.mono + kUrgentRetry + std::min<Millis>(slot.path->latency, kUrgentLatency);
}

}  // namespace zt::vl1
