// One authenticated packet to its handler, and what every packet does afterwards (vl1.md §5).
#pragma once

#include "vl1/direct_paths.h"
#include "vl1/rendezvous.h"
#include "vl1/replies.h"
#include "vl1/seen.h"

namespace zt::vl1 {

class Dispatch {
 public:
  struct Parts {
    PacketWriter& writer;
    Whois& whois;
    RendezvousHandler& rendezvous;
    DirectPaths& direct_paths;
    Replies& replies;
    Seen& seen;
  };
  Dispatch(Context& context, const Parts& parts) : context_(context), parts_(parts) {}

  // Everything but HELLO.
  void Run(const Now& now, const InboundPacket& packet);

 private:
  Verdict Handle(const Now& now, const InboundPacket& packet);
  Verdict HandleEcho(const Now& now, const InboundPacket& packet);

  Context& context_;
  Parts parts_;
};

}  // namespace zt::vl1
