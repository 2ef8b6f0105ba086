// Asks an endpoint for an answer: ECHO where the peer is known to understand it, else HELLO (vl1.md §7.5).
#pragma once

#include "vl1/packet_writer.h"

namespace zt::vl1 {

class Prober {
 public:
  Prober(const Context& context, PacketWriter& writer)
      : writer_(writer), low_bandwidth_(context.options.low_bandwidth) {}

  // To an endpoint that may or may not become a path.
  void Probe(const Now& now, Peer& peer, const Destination& to, bool full);
  // Over a path the peer has; counts until something comes back over it.
  void ProbeSlot(const Now& now, Peer& peer, PathSlot& slot, bool full);
  // The same when one datagram for another slot reached this one's endpoint as well.
  void Count(const Now& now, PathSlot& slot);

 private:
  PacketWriter& writer_;
  const bool low_bandwidth_;
};

}  // namespace zt::vl1
