#include "netstack/header/ipv6_extension.h"

#include "netstack/header/ipv6.h"
#include "netstack/header/protocol.h"

namespace zt::netstack {
namespace {

constexpr uint8_t kHopByHop = 0;
constexpr uint8_t kRouting = 43;
constexpr uint8_t kDestinationOptions = 60;
constexpr uint8_t kRouterAlert = 5;

// RFC 8200 §4.2: the two highest bits of an unknown option say what to do. False: the walk ends with out.verdict.
bool ReadOptions(ByteSpan options, uint32_t base, Ipv6Extensions& out) {
  for (size_t at = 0; at < options.size();) {
    const uint8_t type = options[at];
    if (type == 0) {  // Pad1
      ++at;
      continue;
    }
    if (at + 2 > options.size() || at + 2 + options[at + 1] > options.size()) return false;
    if (type == kRouterAlert && options[at + 1] == 2) out.router_alert = true;
    if (type != 1 && type >> 6 != 0) {
      out.pointer = base + static_cast<uint32_t>(at);
      out.report_multicast = type >> 6 == 2;
      if (type >> 6 != 1) out.verdict = Ipv6Extensions::Verdict::kUnknownOption;
      return false;
    }
    at += 2u + options[at + 1];
  }
  return true;
}

}  // namespace

void Ipv6Fragment::Write(uint8_t* out) const {
  out[0] = next_header;
  out[1] = 0;
  StoreU16(out + 2, static_cast<uint16_t>(offset | (more ? 1 : 0)));
  StoreU32(out + 4, identification);
}

Ipv6Extensions WalkIpv6Extensions(uint8_t next_header, ByteSpan payload) {
  Ipv6Extensions out;
  size_t at = 0;
  for (int i = 0; i <= kMaxIpv6Extensions; ++i) {
    const ByteSpan rest = payload.subspan(at);
    const bool options = next_header == kHopByHop || next_header == kDestinationOptions;
    if (next_header == Ipv6Fragment::kNextHeader) {
      if (rest.size() < Ipv6Fragment::kSize) return out;
      const uint16_t word = LoadU16(&rest[2]);
      out.fragment = {rest[0], static_cast<uint16_t>(word & 0xfff8), (word & 1) != 0,
                      LoadU32(&rest[4])};
      out.payload = rest.subspan(Ipv6Fragment::kSize);
      out.unfragmentable = at;
      out.verdict = Ipv6Extensions::Verdict::kFragment;
      return out;
    }
    if (!options && next_header != kRouting) {
      out.protocol = next_header;
      out.payload = rest;
      out.verdict = Ipv6Extensions::Verdict::kPayload;
      return out;
    }
    if (rest.size() < 8) return out;
    const size_t size = (rest[1] + 1u) * 8;
    const uint32_t base = static_cast<uint32_t>(Ipv6Header::kSize + at);
    if (size > rest.size()) return out;
    if (next_header == kHopByHop && at != 0) return out;  // RFC 8200 §4.1: only first
    if (next_header == kRouting && rest[3] != 0) {        // RFC 8200 §4.4, RFC 5095 §3
      out.verdict = Ipv6Extensions::Verdict::kBadField;
      out.pointer = base + 2;
      return out;
    }
    if (options && !ReadOptions(rest.subspan(2, size - 2), base + 2, out)) return out;
    next_header = rest[0];
    out.next_header_at = base;
    at += size;
  }
  return out;
}

}  // namespace zt::netstack
