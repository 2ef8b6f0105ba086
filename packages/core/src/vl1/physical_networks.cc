#include "vl1/physical_networks.h"

#include <algorithm>

#include "vl1/limits.h"

namespace zt::vl1 {

PhysicalNetworks::PhysicalNetworks(std::span<const PhysicalNetwork> networks, size_t default_mtu)
    : default_mtu_(default_mtu) {
  networks = networks.first(std::min(networks.size(), kMaxPhysicalNetworks));
  networks_.assign(networks.begin(), networks.end());
  for (PhysicalNetwork& network : networks_) {
    const size_t mtu = network.mtu == 0 ? default_mtu : network.mtu;
    network.mtu = static_cast<uint16_t>(std::clamp<size_t>(mtu, limits::kMinPhysicalMtu, limits::kMaxPhysicalMtu));
  }
}

PhysicalNetworks::Rule PhysicalNetworks::Find(const IpAddress& ip) const {
  for (const PhysicalNetwork& network : networks_) {
    if (network.prefix.Contains(ip)) return {network.mtu, network.trusted_path};
  }
  return {default_mtu_, 0};
}

size_t PhysicalNetworks::smallest_mtu() const {
  size_t mtu = default_mtu_;
  for (const PhysicalNetwork& network : networks_) mtu = std::min<size_t>(mtu, network.mtu);
  return mtu;
}

bool PhysicalNetworks::Trusts(uint64_t trusted_path, const IpAddress& from) const {
  return trusted_path != 0 && std::any_of(networks_.begin(), networks_.end(), [&](const PhysicalNetwork& network) {
           return network.trusted_path == trusted_path && network.prefix.Contains(from);
         });
}

}  // namespace zt::vl1
