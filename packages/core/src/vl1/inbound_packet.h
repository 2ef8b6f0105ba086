// An authenticated packet on its way to a handler.
#pragma once

#include "vl1/peer.h"

namespace zt::vl1 {

struct InboundPacket {
  Peer& peer;        // whose keys opened it
  Path& path;        // it arrived over; the relay's if hops > 0
  PacketId id;       // as on the wire
  uint8_t hops;
  Verb verb;
  ByteSpan payload;  // decompressed, from packet offset 28
  bool expanded = false;  // it was compressed: larger than what the sender sent
};

// What happens after a handler: whether the common procedure SEEN runs (vl1.md §5.1), and with trust.
enum class Verdict : uint8_t { kNotSeen, kSeen, kSeenWithTrust };

}  // namespace zt::vl1
