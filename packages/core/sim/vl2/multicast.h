// mDNS-like traffic among the members of a simulated network: who hears it how often, and what it costs.
#pragma once

#include <cstdio>
#include <string>

#include "sim/vl2/network_lab.h"

namespace zt::sim {

struct MulticastPlan {
  uint64_t seed = 1;
  size_t members = 64;
  uint32_t limit = 64;      // multicast limit of the network
  size_t minutes = 4;       // that are counted; everybody speaks three times in each
  uint32_t loss = 0;        // on every member's line, each way, per million
  bool replicator = false;  // the first member is one, and an active bridge (vl2.md §12.6)
  size_t late = 0;          // members that join after the first counted minute
  size_t leave = 0;         // that leave then: the network, or only the group, in turn
};

// Messages about the group from the beginning to the end of what is counted.
struct MulticastBill {
  uint64_t frames = 0, frame_answers = 0, gathers = 0, gather_answers = 0;
  uint64_t likes_upstream = 0, likes_members = 0;  // whole messages: they announce all groups
  bool operator==(const MulticastBill&) const = default;
  std::string ToString() const;
};

struct MulticastVerdict {
  std::string fault;            // empty: all is well
  MulticastBill paid, due;      // counted; computed from vl2.md §12. Likes to members: the most there may be
  uint64_t said = 0, owed = 0;  // datagrams; copies of them that must arrive
  uint64_t heard = 0;           // copies that arrived
  uint64_t first_heard = 0, first_owed = 0;  // likewise of the very first, when nobody knows anybody
  bool ok() const { return fault.empty(); }
};

// `pcap`: where the datagrams are written, if anywhere.
MulticastVerdict RunMulticast(const MulticastPlan& plan, const std::string& pcap = {});

}  // namespace zt::sim
