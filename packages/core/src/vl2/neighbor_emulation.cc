#include "vl2/neighbor_emulation.h"

#include <algorithm>

#include "wire/derived_address.h"

namespace zt::vl2 {
namespace {

NodeAddress AddressAt(ByteSpan bytes, size_t at) {
  uint64_t v = 0;
  for (size_t i = 0; i < 5; ++i) v = v << 8 | bytes[at + i];
  return {v};
}

// Internet checksum of an ICMPv6 message with its pseudo-header (RFC 4443 §2.3).
uint16_t Icmpv6Checksum(ByteSpan source, ByteSpan destination, ByteSpan message) {
  uint32_t sum = static_cast<uint32_t>(message.size()) + 58;
  for (const ByteSpan part : {source, destination, message}) {
    for (size_t i = 0; i + 1 < part.size(); i += 2) sum += static_cast<uint32_t>(part[i] << 8 | part[i + 1]);
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// The node that `target` names under one of our own computed addresses, or 0.
NodeAddress NodeNamedBy(const NetworkConfig& config, const IpPrefix& own, ByteSpan target) {
  const auto& s = own.address.bytes;
  const bool rfc4193 = own.bits == 88 && s[0] == 0xfd && s[9] == 0x99 && s[10] == 0x93;
  if (rfc4193 && std::equal(target.begin(), target.begin() + 11, s.begin())) return AddressAt(target, 11);
  if (own.bits != 40 || s[0] != 0xfc) return {};
  const auto plane = DeriveSixPlane({}, config.network).address.bytes;
  const bool ours = std::equal(plane.begin(), plane.begin() + 5, s.begin());
  if (ours && std::equal(target.begin(), target.begin() + 5, s.begin())) return AddressAt(target, 5);
  return {};
}

}  // namespace

std::optional<uint32_t> ArpRequestTarget(const Frame& frame) {
  const ByteSpan p = frame.head;
  if (!frame.destination.IsBroadcast() || frame.ether_type != kEtherArp || p.size() < 28) return std::nullopt;
  if (p[2] != 8 || p[3] != 0 || p[4] != 6 || p[5] != 4 || p[7] != 1) return std::nullopt;
  return uint32_t{p[24]} << 24 | uint32_t{p[25]} << 16 | uint32_t{p[26]} << 8 | p[27];
}

std::optional<EmulatedAdvertisement> EmulateAdvertisement(const NetworkConfig& config, NodeAddress self,
                                                          const Frame& frame) {
  const ByteSpan p = frame.head;
  const bool solicitation = config.NdpEmulationEnabled() && frame.destination.IsMulticast() &&
                            !frame.destination.IsBroadcast() && frame.ether_type == kEtherIpv6 && p.size() >= 64 &&
                            p[6] == 0x3a && p[40] == 0x87;
  if (!solicitation) return std::nullopt;
  const ByteSpan target = p.subspan(48, 16);
  for (const IpPrefix& own : config.addresses) {
    if (!own.address.IsV6()) continue;
    const NodeAddress named = NodeNamedBy(config, own, target);
    if (named.value == 0) continue;
    if (named == self) return std::nullopt;  // the first hit decides
    EmulatedAdvertisement out;
    out.source = DeriveMac(named, config.network);
    auto& a = out.packet;
    a[0] = 0x60;
    a[5] = 32;    // payload length
    a[6] = 0x3a;  // ICMPv6
    a[7] = 0xff;  // hop limit, RFC 4861 §4.4
    std::copy(target.begin(), target.end(), a.begin() + 8);
    std::copy(own.address.bytes.begin(), own.address.bytes.end(), a.begin() + 24);
    a[40] = 0x88;
    a[44] = 0x60;  // solicited, override
    std::copy(target.begin(), target.end(), a.begin() + 48);
    a[64] = 2;  // target link-layer address option
    a[65] = 1;
    const auto mac = out.source.ToBytes();
    std::copy(mac.begin(), mac.end(), a.begin() + 66);
    const ByteSpan all(a);
    const uint16_t sum = Icmpv6Checksum(all.subspan(8, 16), all.subspan(24, 16), all.subspan(40));
    a[42] = static_cast<uint8_t>(sum >> 8);
    a[43] = static_cast<uint8_t>(sum);
    return out;
  }
  return std::nullopt;
}

}  // namespace zt::vl2
