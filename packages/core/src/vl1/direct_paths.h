// PUSH_DIRECT_PATHS: telling peers where we may be reached, and trying what they tell (vl1.md §5.8, §7.7).
#pragma once

#include <vector>

#include "vl1/inbound_packet.h"
#include "vl1/prober.h"

namespace zt::vl1 {

class DirectPaths {
 public:
  DirectPaths(Context& context, PacketWriter& writer, Prober& prober)
      : context_(context), writer_(writer), prober_(prober) {}

  // True if the list is another one now.
  bool SetLocal(std::span<const Endpoint> endpoints);
  // Pushes our endpoints over the path a trusted peer was just heard on, when it is time (vl1.md §7.4).
  void PushIfDue(const Now& now, Peer& peer, Path& path, uint8_t hops);
  // Where we may be reached changed: tells every trusted peer, whatever way reaches it.
  void PushToAll(const Now& now);
  // A root has a path again. The first one after PushToAll lets us say it once more: only now every peer has a route,
  // and we know how others see us.
  void RootReached(const Now& now);
  Verdict Handle(const Now& now, const InboundPacket& packet);

 private:
  std::vector<Endpoint> OwnEndpoints() const;
  void TellAll(const Now& now);
  static bool GateClosed(const Now& now, Peer& peer);
  void Push(const Now& now, Peer& peer, Path& path, std::span<const Endpoint> endpoints);
  static Millis RelayedInterval(const Peer& peer);
  bool WithinBurst(Instant now, Peer& peer);

  Context& context_;
  PacketWriter& writer_;
  Prober& prober_;
  std::vector<Endpoint> local_;  // at most kLocalEndpoints
  bool again_ = false;           // PushToAll ran, and no root was reached since
};

}  // namespace zt::vl1
