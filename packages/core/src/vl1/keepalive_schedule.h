// When each peer needs attention: heartbeats, full HELLOs, retries, expiry (vl1.md §7.10). A table of deadlines; the
// work is in keepalive.h. Deadlines only ever move later by traffic, so the earliest one is kept as a lower bound and
// corrected when it fires: no peer is looked at per packet.
#pragma once

#include <vector>

#include "vl1/context.h"

namespace zt::vl1 {

class KeepaliveSchedule {
 public:
  // Something happened that may make the peer due earlier than it thought.
  void Touch(Instant now, Peer& peer);
  // When this peer needs attention next, from its state alone.
  Instant DueOf(Instant now, const Peer& peer) const;
  // True when a heartbeat over this slot is due.
  bool HeartbeatDue(Instant now, const PathSlot& slot) const { return now >= HeartbeatAt(slot); }
  // Kept in contact whatever the traffic: roots, addresses VL2 names, and active peers.
  bool KeptAlive(Instant now, const Peer& peer) const;
  bool IsContact(NodeAddress address) const;
  void SetContacts(std::vector<NodeAddress> sorted) { contacts_ = std::move(sorted); }
  static Millis FullHelloInterval(const Peer& peer) { return peer.IsRoot() ? kFullHelloRoot : kFullHelloLeaf; }

  Instant next() const { return next_; }
  void set_next(Instant at) { next_ = at; }

 private:
  static Instant HeartbeatAt(const PathSlot& slot);

  std::vector<NodeAddress> contacts_;  // besides the roots, ascending
  Instant next_ = Instant::Never();
};

}  // namespace zt::vl1
