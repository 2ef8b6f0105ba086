// Peers ordered by the moment they need attention: a binary heap that knows where each peer is, so that a peer is in it
// once and moves in O(log n), however many peers a root carries.
#pragma once

#include <vector>

#include "vl1/peer.h"

namespace zt::vl1 {

class DueHeap {
 public:
  // Places the peer by its `due`, in the heap or not.
  void Put(Peer& peer);
  void Remove(Peer& peer);
  // The earliest, null when empty.
  Peer* top() const { return peers_.empty() ? nullptr : peers_.front(); }
  size_t size() const { return peers_.size(); }

 private:
  void Place(size_t at, Peer* peer) {
    peers_[at] = peer;
    peer->heap_index = static_cast<uint32_t>(at);
  }
  void Settle(size_t at);

  std::vector<Peer*> peers_;
};

}  // namespace zt::vl1
