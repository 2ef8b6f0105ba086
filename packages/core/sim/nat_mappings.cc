#include "sim/nat_mappings.h"

#include <algorithm>

#include "sim/nat_filter.h"

namespace zt::sim {
namespace {

// Ports differ more often than addresses do.
bool Same(const Endpoint& a, const Endpoint& b) { return a.port == b.port && a.ip == b.ip; }

}  // namespace

NatMapping* NatMappings::ForOutbound(Instant now, const Endpoint& inside, const Endpoint& remote) {
  const Endpoint part = DependentPart(behaviour_.mapping, remote);
  for (NatMapping& mapping : mappings_) {
    if (!Same(mapping.inside, inside) || !Same(mapping.remote, part) || !Alive(now, mapping)) continue;
    mapping.refreshed = now;  // RFC 4787 REQ-6: outbound refresh
    return &mapping;
  }
  Sweep(now);
  const IpAddress address = PickAddress(now, inside);
  const uint16_t port = PickPort(now, inside, part, address);
  if (port == 0) return nullptr;
  return &mappings_.emplace_back(NatMapping{inside, {address, port}, part, now});
}

std::vector<NatMapping*> NatMappings::Behind(Instant now, const Endpoint& outside, const Endpoint& remote) {
  std::vector<NatMapping*> out;
  for (NatMapping& mapping : mappings_) {
    if (Same(mapping.outside, outside) && Alive(now, mapping)) out.push_back(&mapping);
  }
  if (out.size() < 2) return out;
  const Endpoint part = DependentPart(behaviour_.mapping, remote);
  std::stable_sort(out.begin(), out.end(), [&](const NatMapping* a, const NatMapping* b) {
    if ((a->remote == part) != (b->remote == part)) return a->remote == part;
    return a->refreshed > b->refreshed;
  });
  return out;
}

bool NatMappings::IsOutside(const IpAddress& ip) const {
  return std::find(outside_.begin(), outside_.end(), ip) != outside_.end();
}

void NatMappings::Sweep(Instant now) {
  std::erase_if(mappings_, [&](const NatMapping& mapping) { return !Alive(now, mapping); });
}

// RFC 4787 §4.1, REQ-2: paired pooling gives all sessions of an inside address the same outside address.
IpAddress NatMappings::PickAddress(Instant now, const Endpoint& inside) {
  if (behaviour_.pooling == Pooling::kPaired) {
    for (const NatMapping& mapping : mappings_) {
      if (mapping.inside.ip == inside.ip && Alive(now, mapping)) return mapping.outside.ip;
    }
  }
  return outside_[random_.Below(outside_.size())];
}

uint16_t NatMappings::PickPort(Instant now, const Endpoint& inside, const Endpoint& remote, const IpAddress& address) {
  const bool preserving =
      behaviour_.ports == PortAssignment::kPreserving || behaviour_.ports == PortAssignment::kOverloading;
  if (preserving && Usable(now, inside, remote, {address, inside.port})) return inside.port;
  const size_t start =
      behaviour_.ports == PortAssignment::kSequential ? next_port_ - kFirstPort : random_.Below(kPorts);
  for (size_t n = 0; n < kPorts; ++n) {
    const auto port = static_cast<uint16_t>(kFirstPort + (start + n) % kPorts);
    if (!ParityFits(inside.port, port) || !Usable(now, inside, remote, {address, port})) continue;
    const bool taken = std::any_of(mappings_.begin(), mappings_.end(), [&](const NatMapping& mapping) {
      return mapping.outside == Endpoint{address, port} && Alive(now, mapping);
    });
    if (taken) continue;  // only preservation gives one port to several mappings
    next_port_ = static_cast<uint16_t>(kFirstPort + (port - kFirstPort + 1) % kPorts);
    return port;
  }
  return 0;
}

// A port may serve several mappings of one inside endpoint, for different remotes: that is what a NAT does that keeps
// the port and a state per session. Two inside endpoints share it only by overloading (RFC 4787 §4.2.1, REQ-3).
bool NatMappings::Usable(Instant now, const Endpoint& inside, const Endpoint& remote, const Endpoint& outside) const {
  return std::none_of(mappings_.begin(), mappings_.end(), [&](const NatMapping& mapping) {
    if (!Same(mapping.outside, outside) || !Alive(now, mapping)) return false;
    if (!Same(mapping.inside, inside)) return behaviour_.ports != PortAssignment::kOverloading;
    return mapping.remote == remote;
  });
}

}  // namespace zt::sim
