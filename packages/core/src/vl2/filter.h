// The network's rules applied to frames on their way in and out, with tee, watch and redirect (vl2.md §13.6-§13.8).
#pragma once

#include "vl2/context.h"
#include "vl2/decision.h"

namespace zt::vl2 {

enum class Admission : uint8_t { kRefuse = 0, kAccept = 1, kSuperAccept = 2 };

class Filter {
 public:
  explicit Filter(Context& context) : context_(context) {}

  // `destination` is the receiving node, 0 while unknown (multicast and bridging, first pass). `no_tee` suppresses
  // copies. False: do not send. Needs a configuration.
  bool Out(const Now& now, Network& network, const Frame& frame, bool no_tee, NodeAddress destination);
  Admission In(const Now& now, Network& network, NodeAddress peer, const Frame& frame);

 private:
  Decision Judge(Network& network, const Frame& frame, NodeAddress source, NodeAddress destination, bool inbound);
  void SendCopy(const Now& now, const Network& network, const Frame& frame, const Evaluation& from, bool inbound);
  void SendExtended(const Now& now, const Network& network, const Frame& frame, NodeAddress to, uint8_t flags,
                    size_t length);

  Context& context_;
};

// Sends `head` followed by the first `length` bytes of the frame's payload, without joining the pieces first.
PacketId SendFramePayload(Context& context, const Now& now, NodeAddress to, Verb verb, ByteSpan head,
                          const Frame& frame, size_t length, vl1::SendOptions options = {});

}  // namespace zt::vl2
