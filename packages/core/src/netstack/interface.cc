#include "netstack/interface.h"

#include <algorithm>

namespace zt::netstack {

bool IsAllHosts(const IpAddress& ip) {
  if (ip.IsV4()) return ip.V4() == 0xe0000001;
  if (ip.bytes[0] != 0xff || (ip.bytes[1] != 1 && ip.bytes[1] != 2) || ip.bytes[15] != 1) return false;
  return std::all_of(ip.bytes.begin() + 2, ip.bytes.end() - 1, [](uint8_t b) { return b == 0; });
}

bool Interface::Owns(const IpAddress& ip) const {
  if (loopback) return IsLoopbackAddress(ip);
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const IpPrefix& p) { return p.address == ip; });
}

bool Interface::IsSubnetBroadcast(const IpAddress& ip) const {
  if (!ip.IsV4()) return false;
  return std::any_of(addresses.begin(), addresses.end(), [&](const IpPrefix& p) {
    if (!p.address.IsV4() || p.bits == 0 || p.bits > 30) return false;
    return ip.V4() == (p.address.V4() | (0xffffffffu >> p.bits));
  });
}

bool Interface::AcceptsGroup(const IpAddress& ip) const {
  if (IsAllHosts(ip) || groups.Has(ip)) return true;
  return std::any_of(addresses.begin(), addresses.end(), [&](const IpPrefix& p) {
    return p.address.IsV6() && SolicitedNode(p.address) == ip;
  });
}

// A next hop is resolved on the link only, never by another route with a next hop. A route by way of ourselves is for
// the other members.
void Interface::UpdateRoutes() {
  const auto on_link = [&](const IpAddress& via) {
    const auto prefix = [&](const IpPrefix& p) { return p.Contains(via); };
    const auto route = [&](const Route& r) { return r.via.IsUnspecified() && r.target.Contains(via); };
    return std::any_of(addresses.begin(), addresses.end(), prefix) ||
           std::any_of(routes.begin(), routes.end(), route);
  };
  usable_routes = routes;
  std::erase_if(usable_routes, [&](const Route& r) {
    if (r.via.IsUnspecified()) return false;
    return r.via.family != r.target.address.family || Owns(r.via) || !on_link(r.via);
  });
  std::stable_sort(usable_routes.begin(), usable_routes.end(), [](const Route& a, const Route& b) {
    return a.target.bits != b.target.bits ? a.target.bits > b.target.bits : a.metric < b.metric;
  });
}

bool Interface::HasFamily(IpFamily family) const {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const IpPrefix& p) { return p.address.family == family; });
}

std::vector<LinkGroup> Interface::Groups() const {
  std::vector<LinkGroup> out;
  for (const IpPrefix& p : addresses) {
    if (p.address.IsV4()) {
      out.push_back({Mac::Broadcast(), p.address.V4()});
    } else {
      out.push_back({GroupMac(SolicitedNode(p.address)), 0});
    }
  }
  out.push_back({Mac{0x333300000001}, 0});
  if (HasFamily(IpFamily::kV4)) out.push_back({Mac{0x01005e000001}, 0});
  for (const IpAddress& joined : groups.Groups()) out.push_back({GroupMac(joined), 0});
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<IpAddress> Interface::ReportedGroups(IpFamily family) const {
  std::vector<IpAddress> out = groups.Groups();
  for (const IpPrefix& p : addresses) {
    if (p.address.IsV6()) out.push_back(SolicitedNode(p.address));  // RFC 4861 §7.2.1
  }
  // RFC 3376 §5 and RFC 3810 §6: never all-hosts, nor what has interface scope.
  std::erase_if(out, [&](const IpAddress& group) {
    return group.family != family || IsAllHosts(group) || (group.IsV6() && (group.bytes[1] & 15) < 2);
  });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

uint32_t Interface::SegmentSize() const {
  return segment_hint == 0 ? mtu : std::min(mtu, segment_hint);
}

IpAddress LinkLocalAddress(Mac mac) {
  const std::array<uint8_t, 6> m = mac.ToBytes();
  const uint8_t bytes[16] = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<uint8_t>(m[0] ^ 2),
                             m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
  return IpAddress::FromV6Bytes(bytes);
}

IpAddress SolicitedNode(const IpAddress& ip) {
  const uint8_t bytes[16] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff,
                             ip.bytes[13], ip.bytes[14], ip.bytes[15]};
  return IpAddress::FromV6Bytes(bytes);
}

Mac GroupMac(const IpAddress& ip) {
  if (ip.IsV6()) {
    return {0x333300000000ULL | uint64_t{ip.bytes[12]} << 24 | uint64_t{ip.bytes[13]} << 16 |
            uint64_t{ip.bytes[14]} << 8 | ip.bytes[15]};
  }
  if (ip.IsMulticast()) return {0x01005e000000ULL | (ip.V4() & 0x7fffff)};
  return Mac::Broadcast();
}

bool IsUnicastV4(const IpAddress& ip) {
  return ip.IsV4() && ip.bytes[0] != 0 && ip.bytes[0] != 127 && ip.bytes[0] < 224;
}

bool IsLoopbackAddress(const IpAddress& ip) {
  if (ip.IsV4()) return ip.bytes[0] == 127;
  if (!ip.IsV6() || ip.bytes[15] != 1) return false;
  return std::all_of(ip.bytes.begin(), ip.bytes.end() - 1, [](uint8_t b) { return b == 0; });
}

bool IsLinkLocalV6(const IpAddress& ip) {
  return ip.IsV6() && ip.bytes[0] == 0xfe && (ip.bytes[1] & 0xc0) == 0x80;
}

}  // namespace zt::netstack
