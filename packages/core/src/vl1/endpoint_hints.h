// Endpoints the operator wants tried for an address that has no direct path (vl1.md §7.6).
#pragma once

#include "vl1/packet_writer.h"

namespace zt::vl1 {

class EndpointHints {
 public:
  EndpointHints(Context& context, PacketWriter& writer) : context_(context), writer_(writer) {}

  // A packet for this peer found no direct path: HELLO to one of its hints, at most once per kHintEvery.
  void TryIfDue(const Now& now, Peer& peer) {
    if (context_.options.hints.empty() || now.mono - peer.last_hint_try < kHintEvery) return;
    peer.last_hint_try = now.mono;
    Try(now, peer);
  }

 private:
  void Try(const Now& now, Peer& peer);

  Context& context_;
  PacketWriter& writer_;
};

}  // namespace zt::vl1
