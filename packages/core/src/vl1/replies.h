// OK and ERROR (vl1.md §5.3, §5.4).
#pragma once

#include "vl1/inbound_packet.h"
#include "vl1/self_awareness.h"
#include "vl1/twin_watch.h"
#include "vl1/whois.h"
#include "vl1/worlds.h"

namespace zt::vl1 {

// True for verbs whose messages, and OK and ERROR to them, are for VL2 or the application.
bool BelongsAbove(Verb verb);
// Hands a packet to the delegate.
Verdict PassUp(Context& context, const Now& now, const InboundPacket& packet);

class Replies {
 public:
  struct Parts {
    Whois& whois;
    Worlds& worlds;
    SelfAwareness& self_awareness;
  };
  Replies(Context& context, const Parts& parts) : context_(context), parts_(parts) {}

  Verdict HandleOk(const Now& now, const InboundPacket& packet);
  // Where the request of an OK went (ExpectedReplies::AskedAt); zero for other packets.
  uint64_t AskedAt(const Now& now, const InboundPacket& packet) const;
  Verdict HandleError(const Now& now, const InboundPacket& packet);

 private:
  Verdict HandleOkHello(const Now& now, const InboundPacket& packet);

  Context& context_;
  Parts parts_;
  TwinWatch twins_;
};

}  // namespace zt::vl1
