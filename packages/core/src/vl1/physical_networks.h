// What the operator knows about physical networks: how large a datagram may be there, and whether the wire itself is
// trusted (vl1.md §3.11).
#pragma once

#include <span>
#include <vector>

#include "vl1/vl1.h"

namespace zt::vl1 {

class PhysicalNetworks {
 public:
  struct Rule {
    size_t mtu;             // UDP payload
    uint64_t trusted_path;  // 0: not trusted
  };

  // At most kMaxPhysicalNetworks; MTUs are brought into 1400..10324, 0 means the default.
  PhysicalNetworks(std::span<const PhysicalNetwork> networks, size_t default_mtu);
  // By the first network that has the address.
  Rule Of(const IpAddress& ip) const {
    return networks_.empty() ? Rule{default_mtu_, 0} : Find(ip);
  }
  // What every network lets through.
  size_t smallest_mtu() const;
  // An unsealed packet with this id from there counts as authenticated: some network has both.
  bool Trusts(uint64_t trusted_path, const IpAddress& from) const;

 private:
  Rule Find(const IpAddress& ip) const;

  std::vector<PhysicalNetwork> networks_;
  const size_t default_mtu_;
};

}  // namespace zt::vl1
