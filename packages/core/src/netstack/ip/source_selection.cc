#include "netstack/ip/source_selection.h"

#include <algorithm>
#include <bit>

namespace zt::netstack {
namespace {

// RFC 6724 §3.1: link-local 2, everything else global 14; IPv4 private addresses count as global.
int ScopeOf(const IpAddress& ip) {
  if (ip.IsV6()) {
    if (ip.IsMulticast()) return ip.bytes[1] & 15;
    return IsLinkLocalV6(ip) ? 2 : 14;
  }
  return ip.bytes[0] == 169 && ip.bytes[1] == 254 ? 2 : 14;
}

int CommonBits(const IpAddress& a, const IpAddress& b) {
  int bits = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const uint8_t difference = a.bytes[i] ^ b.bytes[i];
    if (difference != 0) return bits + std::countl_zero(difference);
    bits += 8;
  }
  return bits;
}

// RFC 6724 §2.1, the labels that are not all the same within IPv4.
int LabelOf(const IpAddress& ip) {
  if (ip.IsV4()) return 4;
  if ((ip.bytes[0] & 0xfe) == 0xfc) return 13;
  if (ip.bytes[0] == 0x20 && ip.bytes[1] == 0x02) return 2;
  if (ip.bytes[0] == 0x20 && ip.bytes[1] == 0x01 && ip.bytes[2] == 0 && ip.bytes[3] == 0) return 5;
  return 1;
}

bool Better(const IpPrefix& a, const IpPrefix& b, const IpAddress& destination) {
  if (a.address == destination || b.address == destination) return a.address == destination;
  const int wanted = ScopeOf(destination);
  const int scope_a = ScopeOf(a.address);
  const int scope_b = ScopeOf(b.address);
  if (scope_a != scope_b) {  // RFC 6724 §5 rule 2
    return scope_a < scope_b ? scope_a >= wanted : scope_b < wanted;
  }
  const int label = LabelOf(destination);
  const bool label_a = LabelOf(a.address) == label;
  const bool label_b = LabelOf(b.address) == label;
  if (label_a != label_b) return label_a;  // rule 6
  // Rule 8. A shorter prefix limits the comparison, so that an on-link address beats an accidental match.
  const bool on_link_a = a.Contains(destination);
  const bool on_link_b = b.Contains(destination);
  if (on_link_a != on_link_b) return on_link_a;
  return std::min<int>(CommonBits(a.address, destination), a.bits) >
         std::min<int>(CommonBits(b.address, destination), b.bits);  // RFC 6724 §2.2
}

}  // namespace

IpAddress SelectSource(const Interface& interface, const IpAddress& destination) {
  const IpPrefix* best = nullptr;
  for (const IpPrefix& candidate : interface.addresses) {
    if (candidate.address.family != destination.family) continue;
    if (best == nullptr || Better(candidate, *best, destination)) best = &candidate;
  }
  return best == nullptr ? IpAddress{} : best->address;
}

}  // namespace zt::netstack
