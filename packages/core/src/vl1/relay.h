// Forwarding what is not for us, and introducing peers to each other (vl1.md §8.1, §8.2).
#pragma once

#include <unordered_map>

#include "vl1/packet_writer.h"
#include "vl1/path_doubt.h"
#include "vl1/relay_shares.h"

namespace zt::vl1 {

class Relay {
 public:
  Relay(Context& context, PacketWriter& writer, PathDoubt& doubt)
      : context_(context), writer_(writer), doubt_(doubt),
        shares_({context.options.relay_total, context.options.relay_per_source}, context.random) {}

  // A packet or head that came from there. `path` is the record it came over, null if there is none. The hop count is
  // raised in place.
  void ForwardPacket(const Now& now, MutableBytes datagram, const Endpoint& from, const Path* path);
  void ForwardFragment(const Now& now, MutableBytes datagram, const Endpoint& from, const Path* path);

 private:
  struct Pair {
    uint64_t low, high;
    bool operator==(const Pair&) const = default;
  };
  struct PairHash {
    size_t operator()(const Pair& p) const noexcept {
      return static_cast<size_t>((p.low * 0x9e3779b97f4a7c15ULL) ^ (p.high * 0xc2b2ae3d27d4eb4fULL) >> 5);
    }
  };
  bool MayForward(Instant now, const Path* path, const Endpoint& from, size_t size);
  bool RaiseHops(uint8_t& byte);
  bool SendOn(const Path& path, ByteSpan datagram);
  bool MayIntroduce(Instant now, NodeAddress a, NodeAddress b);
  void IntroduceSource(const Now& now, NodeAddress source, Peer& to);
  void Introduce(const Now& now, Peer& x, Peer& y);
  void SendRendezvous(const Now& now, Peer& to, Path& path, NodeAddress peer, const Endpoint& endpoint);

  Context& context_;
  PacketWriter& writer_;
  PathDoubt& doubt_;
  RelayShares shares_;
  // Two generations of at most MaxIntroducedPairs each, kIntroduceGate long: the older one goes as a whole, and nothing
  // is ever searched.
  using Pairs = std::unordered_map<Pair, Instant, PairHash>;
  Pairs introduced_, introduced_before_;
  Instant generation_started_ = Instant::LongAgo();
};

}  // namespace zt::vl1
