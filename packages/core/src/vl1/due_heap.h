// Peers ordered by the moment they need attention, however many a root carries.
#pragma once

#include "base/indexed_heap.h"
#include "vl1/peer.h"

namespace zt::vl1 {

struct DueOrder {
  static bool Before(const Peer& a, const Peer& b) { return a.due < b.due; }
  static uint32_t& Place(Peer& peer) { return peer.heap_index; }
};
using DueHeap = IndexedHeap<Peer, DueOrder>;

}  // namespace zt::vl1
