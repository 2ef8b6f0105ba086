// Whose frames we listen to on a network (vl2.md §8.4).
#pragma once

#include "vl2/announcer.h"
#include "vl2/context.h"

namespace zt::vl2 {

class Gate {
 public:
  static constexpr Millis kComplaintInterval = 1'000;  // vl2.md §8.4 Do
  static constexpr size_t kMaxComplaints = 1'024;      // strangers heard within a second; the rest get no answer

  Gate(Context& context, Announcer& announcer) : context_(context), announcer_(announcer) {}

  // True: the peer is on the network. Announces our groups to it when that is due.
  bool Passes(const Now& now, Network& network, const Identity& peer);
  // A frame message whose sender does not pass: ask for its credentials and keep the message for when they come.
  void Refuse(const Now& now, const Network& network, const vl1::Message& message);

 private:
  Context& context_;
  Announcer& announcer_;
  std::map<std::pair<NetworkId, NodeAddress>, Instant> complaints_;
};

}  // namespace zt::vl2
