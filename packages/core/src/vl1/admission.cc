#include "vl1/admission.h"

#include <algorithm>
#include <array>

#include "vl1/identity_check_gate.h"
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

void Admission::MakeRoom(const Now& now) {
  if (const Peer* victim = ChooseVictim(now.mono)) Evict(now, victim->address());
}

// New identities can be made and sent by the thousand from invented addresses, so the age of a record says little. A
// draw is looked at instead of the whole table: the strangers among it that never answered from where they said they
// are, of whom the one not heard for longest goes; else, if one place has a large part of the table, the newest there.
Peer* Admission::ChooseVictim(Instant now) {
  Peer* stranger = nullptr;
  std::array<uint16_t, kEvictionDraw> places{};
  std::array<Peer*, kEvictionDraw> settled{};
  size_t count = 0;
  for (size_t i = 0; i < kEvictionDraw; ++i) {
    Peer& peer = context_.peers.At(context_.random.Below(context_.peers.size()));
    if (peer.IsRoot() || peer.Trusted(now) || schedule_.IsContact(peer.address())) continue;
    // A seed whose answer brings its moon: its packet is still being handled, and its role not set yet.
    if (context_.roots.IsSeed(peer.address()) || context_.roots.Find(peer.address()) != nullptr) continue;
    if (peer.slots.empty()) {
      if (stranger == nullptr || peer.last_heard < stranger->last_heard) stranger = &peer;
    } else {
      places[count] = IdentityCheckBucket(peer.slots.front().path->endpoint.ip);
      settled[count++] = &peer;
    }
  }
  if (stranger != nullptr) return stranger;
  Peer* newest = nullptr;
  for (size_t i = 0; i < count; ++i) {
    const auto same = std::count(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(count), places[i]);
    if (static_cast<size_t>(same) < kCrowdedPlace) continue;
    if (newest == nullptr || newest->created < settled[i]->created) newest = settled[i];
  }
  return newest;
}

void Admission::Evict(const Now& now, NodeAddress address) {
  Peer* peer = context_.peers.Find(address);
  if (peer == nullptr) return;
  if (const std::optional<Bytes> record = CacheRecord(*peer, now.mono)) {
    context_.delegate.OnPeerRecord(now, address, *record);
  }
  schedule_.Forget(*peer);
  context_.peers.Erase(address);
}

}  // namespace zt::vl1
