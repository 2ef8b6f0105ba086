// Frames from our port to other members (vl2.md §9.1, §10).
#pragma once

#include "vl2/context.h"
#include "vl2/filter.h"
#include "vl2/multicast_out.h"

namespace zt::vl2 {

class FrameOut {
 public:
  static constexpr size_t kMaxBridges = 32;  // recipients of a frame to an unknown MAC (vl2.md §17)

  FrameOut(Context& context, Filter& filter, MulticastOut& multicast)
      : context_(context), filter_(filter), multicast_(multicast) {}

  void Send(const Now& now, Network& network, Mac source, Mac destination, uint16_t ether_type,
            vl1::Gather payload);

 private:
  // The frame's beginning in one piece, as long as the rules and address resolution need it.
  ByteSpan Head(const Network& network, uint16_t ether_type, size_t length, vl1::Gather payload, bool multicast);
  void SendUnicast(const Now& now, Network& network, const Frame& frame, bool bridged);
  void SendBridged(const Now& now, Network& network, const Frame& frame);
  void SendExtended(const Now& now, const Network& network, const Frame& frame, NodeAddress to);

  Context& context_;
  Filter& filter_;
  MulticastOut& multicast_;
  // Where pieces are joined for the rules: never read after the call that filled it.
  ByteArray<limits::kMaxPayloadSize> joined_{};
};

}  // namespace zt::vl2
