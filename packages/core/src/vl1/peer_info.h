// What diagnostics and events show of a peer.
#pragma once

#include "vl1/peer.h"

namespace zt::vl1 {

PeerInfo Describe(const Peer& peer, Instant now);
// Latency of the best path in ms, if it was measured.
std::optional<int> LatencyOf(const Peer& peer, Instant now);
// The record for the peer cache (vl1.md §9.2): current endpoints, or the ones it was loaded with. Nothing if there is
// no endpoint to remember.
std::optional<Bytes> CacheRecord(const Peer& peer, Instant now);

}  // namespace zt::vl1
