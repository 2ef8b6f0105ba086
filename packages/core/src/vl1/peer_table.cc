#include "vl1/peer_table.h"

namespace zt::vl1 {

Peer* PeerTable::Add(Instant now, const Identity& identity) {
  if (Peer* known = Find(identity.address)) return known;
  if (Full()) return nullptr;
  auto peer = std::make_unique<Peer>();
  peer->identity = identity;
  peer->created = now;
  Peer* out = peer.get();
  ordered_.emplace(identity.address, std::move(peer));
  index_.emplace(identity.address, out);
  return out;
}

void PeerTable::Erase(NodeAddress address) {
  auto it = ordered_.find(address);
  if (it == ordered_.end()) return;
  for (PathSlot& slot : it->second->slots) --slot.path->slots;
  index_.erase(address);
  ordered_.erase(it);
}

}  // namespace zt::vl1
