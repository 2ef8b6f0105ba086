// RENDEZVOUS: a root names an endpoint of another peer, and both sides open their NATs (vl1.md §5.6).
#pragma once

#include <vector>

#include "vl1/inbound_packet.h"
#include "vl1/prober.h"
#include "wire/verb/rendezvous.h"

namespace zt::vl1 {

class RendezvousHandler {
 public:
  RendezvousHandler(Context& context, PacketWriter& writer, Prober& prober)
      : context_(context), writer_(writer), prober_(prober) {}

  Verdict Handle(const Now& now, const InboundPacket& packet);
  // Introductions to peers whose identity came a little later.
  void RetryHeld(const Now& now);

 private:
  struct Held {
    wire::Rendezvous message;
    LocalSocket via;
    Instant at;
  };
  void Meet(const Now& now, Peer& peer, const Endpoint& endpoint, LocalSocket via);

  Context& context_;
  PacketWriter& writer_;
  Prober& prober_;
  std::vector<Held> held_;  // at most kHeldRendezvous, kept for kWaitingTimeout
};

}  // namespace zt::vl1
