// When each peer needs attention: heartbeats, full HELLOs, retries, expiry (vl1.md §7.10). A table of deadlines; the
// work is in keepalive.h. Traffic only ever moves deadlines later, so the one kept for a peer is a lower bound,
// corrected when it fires: no peer is looked at per packet, and a timeout looks only at those that are due.
#pragma once

#include <algorithm>
#include <vector>

#include "vl1/context.h"
#include "vl1/due_heap.h"

namespace zt::vl1 {

// How long after the start a cached peer is greeted (vl1.md §9.2), when there are so many: one about every millisecond,
// because each HELLO costs a key agreement, and those of a large root at once would hold it up for seconds and not fit
// into the transmit queue. The largest roots send more, so that nobody is given up as silent before.
Millis GreetingDelay(NodeAddress address, size_t peers);

class KeepaliveSchedule {
 public:
  explicit KeepaliveSchedule(bool low_bandwidth)
      : heartbeat_(low_bandwidth ? kHeartbeatLowBandwidth : kHeartbeat) {}
  // Something happened that may make the peer due earlier than it thought.
  void Touch(Instant now, Peer& peer);
  // The peer is about to be erased.
  void Forget(Peer& peer) { heap_.Remove(peer); }
  // Takes out everybody who is due, ascending by address. Each has to be touched again.
  std::vector<Peer*> TakeDue(Instant now);
  // When this peer needs attention next, from its state alone.
  Instant DueOf(Instant now, const Peer& peer) const;
  // True when a heartbeat over this slot is due.
  bool HeartbeatDue(Instant now, const PathSlot& slot) const { return now >= HeartbeatAt(slot); }
  // Kept in contact whatever the traffic: roots, addresses VL2 names, and active peers.
  bool KeptAlive(Instant now, const Peer& peer) const;
  bool IsContact(NodeAddress address) const;
  // Returns those that are new: they may be due now.
  std::vector<NodeAddress> SetContacts(std::vector<NodeAddress> sorted);
  // Seeds get a HELLO more often than others: each one asks for the moon again (vl1.md §6.5).
  void SetSeeds(std::vector<NodeAddress> seeds) { seeds_ = std::move(seeds); }
  Millis FullHelloInterval(const Peer& peer) const;

  // Has the keepalive look at the contacts at once: there is a new one.
  void Wake(Instant now) { wake_at_ = now; }
  Instant next() const { return std::min(wake_at_, heap_.top() == nullptr ? Instant::Never() : heap_.top()->due); }

 private:
  Instant HeartbeatAt(const PathSlot& slot) const;

  const Millis heartbeat_;
  std::vector<NodeAddress> contacts_;  // besides the roots, ascending
  std::vector<NodeAddress> seeds_;     // some of the contacts
  DueHeap heap_;
  Instant wake_at_ = Instant::Never();
};

}  // namespace zt::vl1
