#include "vl1/peer_table.h"

namespace zt::vl1 {

Peer* PeerTable::Add(Instant now, const Identity& identity) {
  if (Peer* known = Find(identity.address)) return known;
  if (Full()) return nullptr;
  auto peer = std::make_unique<Peer>();
  peer->identity = identity;
  peer->created = now;
  peer->table_index = static_cast<uint32_t>(all_.size());
  Peer* out = peer.get();
  all_.push_back(out);
  peers_.emplace(identity.address, std::move(peer));
  return out;
}

void PeerTable::Erase(NodeAddress address) {
  const auto it = peers_.find(address);
  if (it == peers_.end()) return;
  const Peer& peer = *it->second;
  for (const PathSlot& slot : peer.slots) --slot.path->slots;
  all_[peer.table_index] = all_.back();
  all_[peer.table_index]->table_index = peer.table_index;
  all_.pop_back();
  peers_.erase(it);
}

}  // namespace zt::vl1
