#include "vl2/vl1_link.h"

#include "vl2/vl2.h"

namespace zt::vl2 {

PacketId Vl1Link::Send(const Now& now, NodeAddress to, Verb verb, vl1::Gather payload, vl1::SendOptions options) {
  return vl1_.Send(now, to, verb, payload, options);
}
const SecretIdentity& Vl1Link::self() const { return vl1_.self(); }
const Identity* Vl1Link::FindIdentity(NodeAddress address) const { return vl1_.FindIdentity(address); }
void Vl1Link::RequestIdentity(const Now& now, NodeAddress address) { vl1_.RequestIdentity(now, address); }
bool Vl1Link::IsRoot(NodeAddress address) const { return vl1_.IsRoot(address); }
bool Vl1Link::WeAreRoot() const { return vl1_.WeAreRoot(); }
std::vector<NodeAddress> Vl1Link::Roots() const { return vl1_.Roots(); }
std::optional<NodeAddress> Vl1Link::BestRoot(const Now& now) const { return vl1_.BestRoot(now); }
std::optional<int> Vl1Link::Latency(NodeAddress address) const { return vl1_.Latency(address); }

// Here and not in vl2.cc, so that tests over a fake link need no VL1.
Vl2::Vl2(vl1::Vl1& vl1, RandomSource& random, DropCounters& drops, const Options& options, Delegate& delegate)
    : Vl2(std::make_unique<Vl1Link>(vl1), random, drops, options, delegate) {}

}  // namespace zt::vl2
