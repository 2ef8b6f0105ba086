#include "vl1/keepalive_schedule.h"

#include <algorithm>
#include <iterator>

#include "vl1/path_selector.h"

namespace zt::vl1 {
Millis GreetingDelay(NodeAddress address, size_t peers) {
  const auto within = std::min<uint64_t>(peers, kGreetCachedWithin);
  return static_cast<Millis>(address.value % (within + 1));
}

void KeepaliveSchedule::Touch(Instant now, Peer& peer) {
  peer.due = std::max(DueOf(now, peer), now);
  heap_.Put(peer);
}

std::vector<Peer*> KeepaliveSchedule::TakeDue(Instant now) {
  wake_at_ = Instant::Never();
  std::vector<Peer*> out;
  while (Peer* peer = heap_.top()) {
    if (now < peer->due) break;
    heap_.Remove(*peer);
    out.push_back(peer);
  }
  std::sort(out.begin(), out.end(), [](const Peer* a, const Peer* b) { return a->address() < b->address(); });
  return out;
}

std::vector<NodeAddress> KeepaliveSchedule::SetContacts(std::vector<NodeAddress> sorted) {
  std::vector<NodeAddress> added;
  std::set_difference(sorted.begin(), sorted.end(), contacts_.begin(), contacts_.end(), std::back_inserter(added));
  contacts_ = std::move(sorted);
  return added;
}

bool KeepaliveSchedule::IsContact(NodeAddress address) const {
  return std::binary_search(contacts_.begin(), contacts_.end(), address);
}

Millis KeepaliveSchedule::FullHelloInterval(const Peer& peer) const {
  if (std::find(seeds_.begin(), seeds_.end(), peer.address()) != seeds_.end()) return kContactHello;
  return peer.IsRoot() ? kFullHelloRoot : kFullHelloLeaf;
}

bool KeepaliveSchedule::KeptAlive(Instant now, const Peer& peer) const {
  return peer.IsRoot() || peer.Active(now) || IsContact(peer.address());
}

// A path is probed when nothing was sent on it for a while, so that NAT mappings live, and when nothing was heard on
// it although we send, so that a dead one is found. An unanswered probe is repeated sooner until the path is silent.
Instant KeepaliveSchedule::HeartbeatAt(const PathSlot& slot) const {
  if (slot.urgent) return slot.probe_at;
  if (slot.unanswered > 0 && !slot.silent) return slot.last_probe + kProbeRetry;
  const Instant quiet = std::min(slot.path->sent_at, slot.last_direct);
  return OnGrid(std::max(quiet, slot.last_probe) + heartbeat_);
}

Instant KeepaliveSchedule::DueOf(Instant now, const Peer& peer) const {
  Instant due = Instant::Never();
  if (peer.try_remembered) due = peer.created + (peer.IsRoot() ? 0 : GreetingDelay(peer.address(), heap_.size()));
  const bool kept = KeptAlive(now, peer);
  for (const PathSlot& slot : peer.slots) {
    due = std::min(due, OnGrid(slot.last_direct + kSlotExpiry));
    if (kept || slot.urgent) due = std::min(due, HeartbeatAt(slot));
  }
  if (kept && !peer.slots.empty()) {
    due = std::min(due, OnGrid(peer.last_full_hello + FullHelloInterval(peer)));
  }
  if (peer.IsRoot()) {
    if (!HasUsableSlot(peer, now)) due = std::min(due, peer.next_root_attempt);
    return due;
  }
  if (IsContact(peer.address()) && peer.slots.empty()) {
    due = std::min(due, OnGrid(peer.last_full_hello + kContactHello));
  }
  return std::min(due, OnGrid(std::max(peer.created, peer.last_heard) + kPeerAlive));
}

}  // namespace zt::vl1
