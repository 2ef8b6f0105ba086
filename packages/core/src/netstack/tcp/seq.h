// Sequence numbers. Inside the stack they are 64 bits wide and never wrap: the wire's 32 bits are the low half.
// The first one of a stream has a high half of 1, so that a little less is still not negative.
#pragma once

#include <cstdint>

namespace zt::netstack {

using Seq = uint64_t;

inline Seq FirstSeq(uint32_t initial) { return Seq{1} << 32 | initial; }
inline uint32_t WireSeq(Seq seq) { return static_cast<uint32_t>(seq); }
// The number nearest to `near` whose low half is `wire` (RFC 9293 §3.4: comparisons modulo 2^32).
inline Seq UnwrapSeq(uint32_t wire, Seq near) {
  return near + static_cast<Seq>(static_cast<int64_t>(static_cast<int32_t>(wire - WireSeq(near))));
}

}  // namespace zt::netstack
