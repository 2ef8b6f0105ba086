// The Link over the real VL1.
#pragma once

#include "vl2/link.h"

namespace zt::vl2 {

class Vl1Link final : public Link {
 public:
  explicit Vl1Link(vl1::Vl1& vl1) : vl1_(vl1) {}
  PacketId Send(const Now& now, NodeAddress to, Verb verb, vl1::Gather payload, vl1::SendOptions options) override;
  const SecretIdentity& self() const override;
  const Identity* FindIdentity(NodeAddress address) const override;
  void RequestIdentity(const Now& now, NodeAddress address) override;
  bool IsRoot(NodeAddress address) const override;
  bool WeAreRoot() const override;
  std::vector<NodeAddress> Roots() const override;
  std::optional<NodeAddress> BestRoot(const Now& now) const override;
  std::optional<int> Latency(NodeAddress address) const override;

 private:
  vl1::Vl1& vl1_;
};

}  // namespace zt::vl2
