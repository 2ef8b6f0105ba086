// The mappings of a NAT: inside endpoints and the outside endpoints that stand for them (RFC 4787 §4).
#pragma once

#include <list>
#include <map>

#include "sim/nat_behaviour.h"
#include "zt/random.h"

namespace zt::sim {

struct NatMapping {
  Endpoint inside, outside;
  Endpoint remote;  // what of the remote endpoint the mapping depends on; none: it serves all
  Instant refreshed;
};

class NatMappings {
 public:
  // Ports below are left to services (RFC 4787 REQ-3a: 1024..65535 for inside ports of that range).
  static constexpr uint16_t kFirstPort = 1024;
  static constexpr size_t kPorts = 65536 - kFirstPort;

  // `outside`: at least one address, all of one family.
  NatMappings(const NatBehaviour& behaviour, std::vector<IpAddress> outside, RandomSource& random)
      : behaviour_(behaviour), outside_(std::move(outside)), random_(random) {}

  // The mapping for what `inside` sends to `remote`, made if missing; refreshed. Null: no port is free.
  NatMapping* ForOutbound(Instant now, const Endpoint& inside, const Endpoint& remote);
  // The live mappings behind an outside endpoint, the one made for this remote first, then the last used.
  std::vector<NatMapping*> Behind(Instant now, const Endpoint& outside, const Endpoint& remote);
  bool IsOutside(const IpAddress& ip) const;
  void Sweep(Instant now);
  size_t size() const { return mappings_.size(); }
  // A restart of the box: everything is forgotten.
  void Clear() { mappings_.clear(); }

 private:
  bool Alive(Instant now, const NatMapping& mapping) const { return now - mapping.refreshed < behaviour_.lifetime; }
  IpAddress PickAddress(Instant now, const Endpoint& inside);
  uint16_t PickPort(Instant now, const Endpoint& inside, const Endpoint& remote, const IpAddress& address);
  bool Usable(Instant now, const Endpoint& inside, const Endpoint& remote, const Endpoint& outside) const;
  bool ParityFits(uint16_t inside, uint16_t outside) const {
    return !behaviour_.keep_parity || inside % 2 == outside % 2;
  }

  const NatBehaviour behaviour_;
  const std::vector<IpAddress> outside_;
  RandomSource& random_;
  std::list<NatMapping> mappings_;  // few: a household, not a carrier
  uint16_t next_port_ = 20000;
};

}  // namespace zt::sim
