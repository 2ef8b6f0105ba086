// Adopting worlds: the root set changes, and with it who is a root peer (vl1.md §6.3-§6.5).
#pragma once

#include "vl1/admission.h"
#include "vl1/online.h"
#include "vl1/whois.h"

namespace zt::vl1 {

class Worlds {
 public:
  struct Parts {
    KeepaliveSchedule& schedule;
    Admission& admission;
    Online& online;
    Whois& whois;
    Reachability& reachability;
  };
  Worlds(Context& context, const Parts& parts) : context_(context), parts_(parts) {}

  // One world from our own files; adopted ones go to the delegate for storing.
  void Offer(const Now& now, const World& world);
  // The world section of OK(HELLO). Worlds before a malformed one stay offered. False: malformed.
  bool OfferSection(const Now& now, ByteSpan section);
  // False: id 0, or a seed that is nobody's address or ours. No seed (address 0) is one that may be named.
  bool MayOrbit(uint64_t moon, NodeAddress seed) const;
  // kInvalidArgument: not MayOrbit; kNotFound: no seed, and the moon is not held; kLimitReached. A moon that is held is
  // kept as it is.
  Status Orbit(const Now& now, uint64_t moon, NodeAddress seed);
  // kNotFound: neither held nor wanted.
  Status Deorbit(const Now& now, uint64_t moon);
  std::vector<MoonInfo> Moons() const;

 private:
  bool Adopt(const Now& now, const World& world, RootSet::From from);
  void Refuse(const Now& now, const World& world, RootSet::Verdict verdict);
  void RootsChanged(const Now& now);
  void Contact(const Now& now, NodeAddress seed);
  void DropForbiddenPaths(const Now& now, Peer& root);

  Context& context_;
  Parts parts_;
};

}  // namespace zt::vl1
