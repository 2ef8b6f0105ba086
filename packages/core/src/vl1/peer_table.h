// All known peers, by address. Owns them; pointers stay valid until the peer is erased.
#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "vl1/peer.h"

namespace zt::vl1 {

class PeerTable {
 public:
  explicit PeerTable(size_t max_peers) : max_peers_(max_peers) {}

  Peer* Find(NodeAddress address) const {
    auto it = peers_.find(address);
    return it == peers_.end() ? nullptr : it->second.get();
  }
  // Adds a peer with this identity, or returns the one that has the address already (its identity is never replaced,
  // vl1.md §11.1 rule 7). Null when the table is full.
  Peer* Add(Instant now, const Identity& identity);
  void Erase(NodeAddress address);
  bool Full() const { return peers_.size() >= max_peers_; }
  size_t size() const { return peers_.size(); }

  // In ascending address order, so that runs are reproducible; `visit(Peer&)` must not add or erase. O(n log n): for
  // rare occasions.
  template <typename Visit>
  void ForEach(Visit visit) const {
    std::vector<Peer*> sorted = all_;
    std::sort(sorted.begin(), sorted.end(), [](const Peer* a, const Peer* b) { return a->address() < b->address(); });
    for (Peer* peer : sorted) visit(*peer);
  }
  // Any of them, by number below size(); numbers change when peers go. For drawing samples.
  Peer& At(size_t index) const { return *all_[index]; }

 private:
  const size_t max_peers_;
  std::unordered_map<NodeAddress, std::unique_ptr<Peer>> peers_;  // one hash lookup per packet
  std::vector<Peer*> all_;
};

}  // namespace zt::vl1
