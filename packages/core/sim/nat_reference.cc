#include "sim/nat_reference.h"

#include <algorithm>

namespace zt::sim {
namespace {

constexpr std::string_view kBlocked = "UDP does not pass";
constexpr std::string_view kBothKnown =
    "both endpoints are the same for every remote, so each side opens its filter for exactly what the other one sends";
constexpr std::string_view kFilterForgives =
    "a port that changes with the remote meets a filter that does not look at ports: it comes in, and tells where to "
    "answer";
constexpr std::string_view kPortUnknown =
    "a filter that admits only endpoints that were sent to, before a peer whose port changes with the remote: what the "
    "filter was opened for is not what arrives (without guessing ports)";
constexpr std::string_view kSameLan = "a local address of one is reachable for the other without the common box";
constexpr std::string_view kNoHairpin = "what is sent to the common box's outside does not come back in";
constexpr std::string_view kInternalSource =
    "the hairpin shows the inside source, which no filter of theirs that looks at addresses was opened for";

bool Blocked(const Access& access) {
  return std::any_of(access.boxes.begin(), access.boxes.end(), [](const NatBehaviour& b) { return b.block_udp; });
}

// What the outside sees of one inside endpoint is the same whatever it sends to (RFC 4787 §4.1): by the mapping, or in
// effect because the port is kept (§4.2.1), or because nothing is translated.
bool Stable(const Access& access) {
  return std::all_of(access.boxes.begin(), access.boxes.end(), [&](const NatBehaviour& box) {
    if (!box.translate || box.mapping == Dependence::kEndpointIndependent) return true;
    const bool keeps = box.ports == PortAssignment::kPreserving || box.ports == PortAssignment::kOverloading;
    return keeps && !(access.port_taken && &box == &access.boxes.back());
  });
}

// A packet has to pass all of them: the strictest decides (RFC 4787 §5).
Dependence Strictest(const Access& access) {
  Dependence out = Dependence::kEndpointIndependent;
  for (const NatBehaviour& box : access.boxes) out = std::max(out, box.filtering);
  return out;
}

bool LooksAtPorts(Dependence filtering) { return filtering == Dependence::kAddressAndPortDependent; }

}  // namespace

// Each side knows the endpoint the root saw of the other, and sends to it. The first packet of A arrives if B's filter
// admits where it comes from: B sent to A's address, but to that port only if the port is the one the root saw. B's
// answer goes back to where the packet came from and passes A's filter likewise. For B's first packet the condition is
// the same.
Prediction PredictApart(const Access& a, const Access& b) {
  if (Blocked(a) || Blocked(b)) return {Contact::kNone, kBlocked};
  const bool stable_a = Stable(a), stable_b = Stable(b);
  if (stable_a && stable_b) return {Contact::kDirect, kBothKnown};
  const bool into_b = stable_a || !LooksAtPorts(Strictest(b));
  const bool into_a = stable_b || !LooksAtPorts(Strictest(a));
  if (into_a && into_b) return {Contact::kDirect, kFilterForgives};
  return {Contact::kRelayed, kPortUnknown};
}

Prediction PredictBehind(const NatBehaviour& common, const Access& a, const Access& b) {
  const auto with = [&common](const Access& access) {
    Access out = access;
    out.boxes.push_back(common);
    return out;
  };
  const Access whole_a = with(a), whole_b = with(b);
  // Without a root nobody finds anybody, not even on one LAN.
  if (Blocked(whole_a) || Blocked(whole_b)) return {Contact::kNone, kBlocked};
  // Each tells the other its own addresses, and those of a host without a box of its own are good on this side.
  if (a.boxes.empty() || b.boxes.empty()) return {Contact::kDirect, kSameLan};
  if (!common.translate) return PredictApart(a, b);  // inside, packets do not pass it
  switch (common.hairpin) {
    case Hairpin::kNone: return {Contact::kRelayed, kNoHairpin};
    case Hairpin::kExternalSource: return PredictApart(whole_a, whole_b);
    case Hairpin::kInternalSource: break;
  }
  // The first packet comes in if the common filter admits its outside source and the receiver's own boxes anybody; the
  // answer goes straight to the inside source, whose boxes have never heard of the sender either.
  const auto open = [](const Access& own) { return Strictest(own) == Dependence::kEndpointIndependent; };
  const bool own_open = open(a) && open(b);
  const bool common_open = !LooksAtPorts(common.filtering) || Stable(whole_a) || Stable(whole_b);
  if (own_open && common_open) return {Contact::kDirect, kFilterForgives};
  return {Contact::kRelayed, own_open ? kPortUnknown : kInternalSource};
}

}  // namespace zt::sim
