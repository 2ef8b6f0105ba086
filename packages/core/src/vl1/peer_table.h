// All known peers, by address. Owns them; pointers stay valid until the peer is erased.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>

#include "vl1/peer.h"

namespace zt::vl1 {

class PeerTable {
 public:
  Peer* Find(NodeAddress address) const {
    auto it = index_.find(address);
    return it == index_.end() ? nullptr : it->second;
  }
  // Adds a peer with this identity, or returns the one that has the address already (its identity is never replaced,
  // vl1.md §11.1 rule 7). Null when the table is full.
  Peer* Add(Instant now, const Identity& identity);
  void Erase(NodeAddress address);
  bool Full() const { return index_.size() >= kMaxPeers; }
  size_t size() const { return index_.size(); }

  // In ascending address order; `visit(Peer&)` must not add or erase.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& entry : ordered_) visit(*entry.second);
  }

 private:
  std::map<NodeAddress, std::unique_ptr<Peer>> ordered_;   // owns, and gives a reproducible order
  std::unordered_map<NodeAddress, Peer*> index_;           // one hash lookup per packet
};

}  // namespace zt::vl1
