#include "vl1/due_heap.h"

#include "base/check.h"

namespace zt::vl1 {

void DueHeap::Put(Peer& peer) {
  if (peer.heap_index == Peer::kNoIndex) {
    peers_.push_back(&peer);
    peer.heap_index = static_cast<uint32_t>(peers_.size() - 1);
  }
  Settle(peer.heap_index);
}

void DueHeap::Remove(Peer& peer) {
  if (peer.heap_index == Peer::kNoIndex) return;
  const size_t at = peer.heap_index;
  ZT_CHECK(at < peers_.size() && peers_[at] == &peer);
  Peer* last = peers_.back();
  peers_.pop_back();
  peer.heap_index = Peer::kNoIndex;
  if (last == &peer) return;
  Place(at, last);
  Settle(at);
}

// Moves the peer at this place up or down to where it belongs.
void DueHeap::Settle(size_t at) {
  Peer* const peer = peers_[at];
  while (at > 0) {
    const size_t parent = (at - 1) / 2;
    if (!(peer->due < peers_[parent]->due)) break;
    Place(at, peers_[parent]);
    at = parent;
  }
  for (size_t child = 2 * at + 1; child < peers_.size(); child = 2 * at + 1) {
    if (child + 1 < peers_.size() && peers_[child + 1]->due < peers_[child]->due) ++child;
    if (!(peers_[child]->due < peer->due)) break;
    Place(at, peers_[child]);
    at = child;
  }
  Place(at, peer);
}

}  // namespace zt::vl1
