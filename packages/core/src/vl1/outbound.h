// The normal send routine: direct, through a root, or into the waiting queue (vl1.md §7.6, §7.9).
#pragma once

#include "vl1/endpoint_hints.h"
#include "vl1/packet_writer.h"
#include "vl1/path_doubt.h"
#include "vl1/reachability.h"
#include "vl1/waiting_packets.h"
#include "vl1/whois.h"

namespace zt::vl1 {

class Outbound {
 public:
  struct Parts {
    PacketWriter& writer;
    Reachability& reachability;
    WaitingPackets& waiting;
    Whois& whois;
    PathDoubt& doubt;
    EndpointHints& hints;
  };
  Outbound(Context& context, const Parts& parts) : context_(context), parts_(parts) {}

  PacketId Send(const Now& now, NodeAddress to, Verb verb, Gather payload, SendOptions options);
  // Sends what can go by now.
  void RetryWaiting(const Now& now);

 private:
  std::optional<PacketId> TrySend(const Now& now, NodeAddress to, Verb verb, Gather payload, SendOptions options);

  Context& context_;
  Parts parts_;
};

}  // namespace zt::vl1
