#include "vl1/admission.h"

#include "vl1/peer_info.h"

namespace zt::vl1 {

Peer* Admission::Admit(const Now& now, const Identity& identity) {
  if (!identity.address.IsValid() || identity.address == context_.self.address()) return nullptr;
  if (Peer* known = context_.peers.Find(identity.address)) return known->identity == identity ? known : nullptr;
  if (context_.peers.Full()) MakeRoom(now);
  Peer* peer = context_.peers.Add(now.mono, identity);
  if (peer == nullptr) {
    context_.Drop(DropReason::kQueueFull);
    return nullptr;
  }
  peer->role = context_.roots.RoleOf(identity.address);
  schedule_.Touch(now.mono, *peer);
  context_.retry_waiting = true;
  context_.delegate.OnIdentityKnown(now, peer->identity);
  return peer;
}

// The one not heard of for longest goes; roots stay (vl1.md §6.4).
void Admission::MakeRoom(const Now& now) {
  const Peer* oldest = nullptr;
  context_.peers.ForEach([&oldest](Peer& peer) {
    if (!peer.IsRoot() && (oldest == nullptr || peer.last_heard < oldest->last_heard)) oldest = &peer;
  });
  if (oldest != nullptr) Evict(now, oldest->address());
}

void Admission::Evict(const Now& now, NodeAddress address) {
  const Peer* peer = context_.peers.Find(address);
  if (peer == nullptr) return;
  if (const std::optional<Bytes> record = CacheRecord(*peer, now.mono)) {
    context_.delegate.OnPeerRecord(now, address, *record);
  }
  context_.peers.Erase(address);
}

}  // namespace zt::vl1
