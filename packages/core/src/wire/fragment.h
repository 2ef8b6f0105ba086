// The 16-byte header of a fragment datagram (vl1.md §3.7).
#pragma once

#include <optional>

#include "base/byte_writer.h"
#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt::wire {

inline constexpr size_t kFragmentHeaderSize = 16;
inline constexpr size_t kFragmentMarkerOffset = 13;  // where a packet has its source address
inline constexpr uint8_t kFragmentMarker = 0xff;     // no valid address starts with it (vl1.md §2.1)
inline constexpr size_t kFragmentHopsOffset = 15;

// True iff a datagram is a fragment rather than a packet or head (vl1.md §3.1).
inline bool IsFragment(ByteSpan datagram) {
  return datagram.size() > kFragmentHeaderSize && datagram[kFragmentMarkerOffset] == kFragmentMarker;
}

struct Fragment {
  PacketId id;
  NodeAddress destination;
  uint8_t total = 0;   // including the head, 0..15
  uint8_t number = 0;  // 0..15; the head is 0 and no fragment datagram
  uint8_t hops = 0;    // 0..7
  ByteSpan data;       // never empty after Parse

  bool operator==(const Fragment& o) const;
  // Nothing unless IsFragment. Whether total and number make sense is for IsAcceptable: relays do not care.
  static std::optional<Fragment> Parse(ByteSpan datagram);
  void SerializeTo(ByteWriter& out) const;
  // The receiver's conditions: 2 <= total <= 7, 1 <= number < total (vl1.md §3.8).
  bool IsAcceptable() const;
};

// Datagrams that a packet of `size` bytes takes at UDP payload `mtu`: 1 when it fits (vl1.md §3.7).
size_t FragmentCount(size_t size, size_t mtu);

}  // namespace zt::wire
