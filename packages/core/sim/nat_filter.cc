#include "sim/nat_filter.h"

namespace zt::sim {

Endpoint DependentPart(Dependence dependence, const Endpoint& remote) {
  switch (dependence) {
    case Dependence::kEndpointIndependent: return {};
    case Dependence::kAddressDependent: return {remote.ip, 0};
    case Dependence::kAddressAndPortDependent: return remote;
  }
  return remote;
}

void NatFilter::Open(Instant now, const Endpoint& inside, const Endpoint& remote) {
  opened_.insert_or_assign({inside, DependentPart(dependence_, remote)}, now);
}

bool NatFilter::Admits(Instant now, const Endpoint& inside, const Endpoint& remote) const {
  const auto it = opened_.find({inside, DependentPart(dependence_, remote)});
  return it != opened_.end() && now - it->second < lifetime_;
}

void NatFilter::Sweep(Instant now) {
  std::erase_if(opened_, [&](const auto& entry) { return now - entry.second >= lifetime_; });
}

}  // namespace zt::sim
