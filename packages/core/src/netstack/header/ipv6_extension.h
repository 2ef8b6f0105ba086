// IPv6 extension headers (RFC 8200 §4). Hop-by-hop and destination options are read for what to do with unknown ones;
// a routing header with segments left is refused (RFC 5095); the fragment header ends the walk.
#pragma once

#include "zt/bytes.h"

namespace zt::netstack {

struct Ipv6Fragment {
  static constexpr size_t kSize = 8;
  static constexpr uint8_t kNextHeader = 44;

  uint8_t next_header = 0;
  uint16_t offset = 0;  // bytes
  bool more = false;
  uint32_t identification = 0;

  void Write(uint8_t* out) const;
};

struct Ipv6Extensions {
  enum class Verdict : uint8_t {
    kPayload,       // `protocol` and `payload` are the upper layer
    kFragment,      // `fragment` is filled; `payload` follows it
    kDiscard,       // an option or header says so, or it is malformed
    kBadField,      // report Parameter Problem code 0 at `pointer`
    kUnknownOption  // report Parameter Problem code 2 at `pointer`
  };
  Verdict verdict = Verdict::kDiscard;
  uint8_t protocol = 59;
  ByteSpan payload;
  Ipv6Fragment fragment;
  size_t unfragmentable = 0;  // bytes of extension headers before the fragment header
  uint32_t next_header_at = 6;  // offset of the field that says `protocol`
  uint32_t pointer = 0;       // offset from the start of the IPv6 header
  bool router_alert = false;      // RFC 2711, in the hop-by-hop header
  bool report_multicast = false;  // the option asks for a report even to a multicast destination
};

// At most this many extension headers are walked: real packets have one or two, crafted ones burn time.
inline constexpr int kMaxIpv6Extensions = 8;

// Walks from `next_header` over `payload`, the bytes after the fixed header.
Ipv6Extensions WalkIpv6Extensions(uint8_t next_header, ByteSpan payload);

}  // namespace zt::netstack
