// Packets that wait for an identity or a route: ours to send, and authentic-looking ones from strangers (vl1.md §7.9).
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "base/drop_counters.h"
#include "vl1/vl1.h"

namespace zt::vl1 {

struct WaitingSend {
  NodeAddress to;
  Verb verb;
  Bytes payload;
  SendOptions options;
  Instant since;
};

struct WaitingReceive {
  NodeAddress source;
  Bytes packet;  // complete, still sealed
  Endpoint from;
  LocalSocket via;
  Instant since;
};

class WaitingPackets {
 public:
  explicit WaitingPackets(DropCounters& drops) : drops_(drops) {}

  // A burst is led by what opens the way for the rest (credentials, vl2.md §8.3), so its beginning stays when there is
  // no room for all of it, and what is sent to others still finds room. What a stranger sends may be anybody's: of that
  // the first half stays and the rest is the newest.
  void AddSend(Instant now, NodeAddress to, Verb verb, Gather payload, SendOptions options);
  void AddReceive(Instant now, NodeAddress source, ByteSpan packet, const Endpoint& from, LocalSocket via);
  // Removes and returns everything, oldest first; what still cannot go on is given back with Return.
  std::deque<WaitingSend> TakeSends() { return std::exchange(sends_, {}); }
  std::deque<WaitingReceive> TakeReceives() { return std::exchange(receives_, {}); }
  void Return(WaitingSend&& packet) { sends_.push_back(std::move(packet)); }
  void Return(WaitingReceive&& packet) { receives_.push_back(std::move(packet)); }
  // Drops what waited kWaitingTimeout; the destinations given up, each once, in order.
  std::vector<NodeAddress> Expire(Instant now);
  Deadline NextTimeout() const;
  bool empty() const { return sends_.empty() && receives_.empty(); }

 private:
  // False: the packet for `to` is the one to drop.
  bool MakeRoomToSend(NodeAddress to);

  DropCounters& drops_;
  std::deque<WaitingSend> sends_;
  std::deque<WaitingReceive> receives_;
};

}  // namespace zt::vl1
