// The member's side of configuration: asking, assembling, accepting (vl2.md §3.2-§3.4, §5).
#pragma once

#include <string>

#include "vl2/context.h"
#include "wire/config_chunk.h"
#include "wire/verb/error.h"

namespace zt::vl2 {

struct NetworkInfo;

// As applications see it.
NetworkInfo InfoOf(const Network& network);

class ConfigClient {
 public:
  static constexpr Millis kRetry = 5'000;     // waiting, denied, not found (vl2.md §3.4)
  static constexpr Millis kRefresh = 60'000;  // healthy
  static constexpr Millis kTick = 5'000;      // healthy networks wake the node together, at multiples of this
  static constexpr Millis kRetryLowBandwidth = 25'000;         // vl2.md §3.4
  static constexpr Millis kRefreshLowBandwidth = 64 * 60'000;  // vl2.md §17
  // What the request to ourselves carries instead of a packet's id (vl2.md §5.1).
  static constexpr PacketId kDirectRequest{0xffffffffffffffffULL};

  ConfigClient(Context& context, std::string platform, uint8_t protocol_version)
      : context_(context), platform_(std::move(platform)), protocol_version_(protocol_version) {}

  // Takes a cached dictionary. False: it is none, or not for us.
  bool LoadCached(const Now& now, Network& network, ByteSpan dictionary);
  void Request(const Now& now, Network& network);
  void HandlePush(const Now& now, const vl1::Message& message);
  void HandleOk(const Now& now, const vl1::Message& message);
  void HandleError(const Now& now, NodeAddress source, const wire::Error& error);
  // A configuration or a refusal from the controller in this very node.
  void AcceptDirect(const Now& now, Network& network, NetworkConfig config);
  void SetFailure(const Now& now, Network& network, Failure failure,
                  std::optional<wire::AuthenticationRequired> sign_on = std::nullopt);

  bool controller_enabled = false;
  // The background announcement of multicast groups; there is none in low-bandwidth mode (vl2.md §3.4).
  void ScheduleAnnouncement(Network& network, Instant at) const {
    if (!context_.low_bandwidth) network.next_announce = NextTick(at);
  }
  static Instant NextTick(Instant at) { return {(at.ms + kTick - 1) / kTick * kTick}; }

 private:
  enum class Source : uint8_t { kCache, kSynthesized, kAnswer, kPush };
  struct Assembled {
    Network* network = nullptr;
    std::optional<Bytes> dictionary;
  };
  void RequestFromOurselves(const Now& now, Network& network, ByteSpan metadata);
  void Synthesize(const Now& now, Network& network);
  Assembled HandleChunk(const Now& now, const vl1::Message& message, const ConfigChunk& chunk);
  void PassOn(const Now& now, Network& network, const ConfigChunk& chunk, NodeAddress from);
  Instant NextRefresh(Instant now) const {
    return NextTick(now + (context_.low_bandwidth ? kRefreshLowBandwidth : kRefresh));
  }
  bool Accept(const Now& now, Network& network, NetworkConfig config, Source source);

  Context& context_;
  std::string platform_;
  uint8_t protocol_version_;
};

}  // namespace zt::vl2
