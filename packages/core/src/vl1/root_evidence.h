// What was tried to reach the roots and what came of it, for the diagnosis of a node that is not online. Evidence only:
// nothing is sent, learned or believed because of it, so it may rest on packets that nobody authenticated.
#pragma once

#include <vector>

#include "vl1/root_set.h"
#include "zt/time.h"

namespace zt::vl1 {

class RootEvidence {
 public:
  // HELLOs to one stable endpoint of a root.
  struct Tries {
    NodeAddress root;
    Endpoint endpoint;
    uint32_t count = 0;  // since something authentic of the root came from there
    Instant last = Instant::LongAgo();
  };

  // A datagram of any kind, from anywhere.
  void DatagramArrived(Instant now) { last_datagram_ = now; }
  // Counts when the endpoint is one the root's world names; other ones are guesses.
  void HelloSent(Instant now, const WorldRoot* root, const Endpoint& to);
  // Something authentic of the root, directly from that endpoint.
  void Answered(NodeAddress root, const Endpoint& from);
  // Something came from this endpoint that the root with the key we know did not send. Counts when a world names it.
  void NotAuthentic(Instant now, const RootSet& roots, const Endpoint& from);
  // A root answered with a protocol version below the oldest we may talk to (vl1.md §4.10).
  void VersionRefused(Instant now) { version_refused_ = now; }
  // A root says our address belongs to another key (vl1.md §11.6). For good: the node cannot go on.
  void Collided() { collided_ = true; }
  // Forgets endpoints that no world names any more.
  void RootsChanged(const RootSet& roots);

  const Tries* Find(NodeAddress root, const Endpoint& endpoint) const;
  Instant last_datagram() const { return last_datagram_; }
  Instant not_authentic() const { return not_authentic_; }
  Instant version_refused() const { return version_refused_; }
  bool collided() const { return collided_; }

 private:
  std::vector<Tries> tries_;  // at most kTriedRootEndpoints
  Instant last_datagram_ = Instant::LongAgo();
  Instant not_authentic_ = Instant::LongAgo();
  Instant version_refused_ = Instant::LongAgo();
  bool collided_ = false;
};

}  // namespace zt::vl1
