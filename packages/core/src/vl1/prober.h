// Asks an endpoint for an answer: ECHO where the peer is known to understand it, else HELLO (vl1.md §7.5).
#pragma once

#include "vl1/packet_writer.h"

namespace zt::vl1 {

class Prober {
 public:
  explicit Prober(PacketWriter& writer) : writer_(writer) {}

  // To an endpoint that may or may not become a path.
  void Probe(const Now& now, Peer& peer, const Destination& to, bool full);
  // Over a path the peer has; counts until something comes back over it.
  void ProbeSlot(const Now& now, Peer& peer, PathSlot& slot, bool full);

 private:
  PacketWriter& writer_;
};

}  // namespace zt::vl1
