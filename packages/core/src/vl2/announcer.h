// Telling others which multicast groups we want (vl2.md §12.3).
#pragma once

#include "vl2/context.h"

namespace zt::vl2 {

class Announcer {
 public:
  static constexpr Millis kPeriod = 60'000;
  // Members whose last announcement is nearly a period old are served by this pass, so that one wake-up serves all.
  static constexpr Millis kEarly = 5'000;

  explicit Announcer(Context& context) : context_(context) {}

  // All groups to one peer that has just passed the gate.
  void ToMember(const Now& now, Network& network, NodeAddress member, Membership& record);
  // The periodic pass: upstreams, and the members that are due.
  void Pass(const Now& now, Network& network);
  // New groups at once, to everybody.
  void NewGroups(const Now& now, Network& network, std::span<const MulticastGroup> groups);

 private:
  void Send(const Now& now, const Network& network, NodeAddress to, std::span<const MulticastGroup> groups);
  std::vector<NodeAddress> Upstreams(const Network& network) const;

  Context& context_;
};

}  // namespace zt::vl2
