#include "vl2/config_client.h"

#include <algorithm>

#include "vl2/adhoc.h"
#include "vl2/vl2.h"
#include "wire/request_metadata.h"
#include "wire/verb/network_config_push.h"
#include "wire/verb/network_config_request.h"

namespace zt::vl2 {

NetworkInfo InfoOf(const Network& network) {
  const bool sign_on = network.failure == Failure::kAuthenticationRequired && network.sign_on.has_value();
  return {network.id, network.mac, network.Status(), network.config(), sign_on ? &*network.sign_on : nullptr};
}

bool ConfigClient::LoadCached(const Now& now, Network& network, ByteSpan dictionary) {
  if (dictionary.size() < 2) return false;
  std::optional<NetworkConfig> config = NetworkConfig::Parse(dictionary);
  return config && Accept(now, network, std::move(*config), Source::kCache);
}

void ConfigClient::Request(const Now& now, Network& network) {
  if (network.id.IsAdHoc()) return Synthesize(now, network);
  network.next_request = now.mono + (context_.low_bandwidth ? kRetryLowBandwidth : kRetry);
  RequestMetadata metadata;
  metadata.protocol_version = protocol_version_;
  metadata.platform = platform_;
  const std::optional<Bytes> dictionary = metadata.Serialize();
  if (!dictionary) return context_.drops.Count(DropReason::kTooLong);  // an absurd platform string
  if (network.id.Controller() == network.self) return RequestFromOurselves(now, network, *dictionary);
  wire::NetworkConfigRequest request;
  request.network = network.id;
  request.metadata = *dictionary;
  if (const NetworkConfig* held = network.config()) {
    request.revision = held->revision;
    request.timestamp = static_cast<uint64_t>(held->timestamp);
  }
  context_.Send(now, network.id.Controller(), Verb::kNetworkConfigRequest, request, {.expect_reply = true});
}

void ConfigClient::RequestFromOurselves(const Now& now, Network& network, ByteSpan metadata) {
  if (!controller_enabled) return SetFailure(now, network, Failure::kNotFound);
  const Identity& self = context_.link.self().identity();
  context_.delegate.OnControllerRequest(now, {network.id, self, kDirectRequest, 0, {}, metadata});
}

void ConfigClient::Synthesize(const Now& now, Network& network) {
  // Nothing in it ages: there are no credentials, so it is made once and never refreshed.
  network.next_request = Instant::Never();
  AdHoc made = MakeAdHocConfig(network.id, network.self, now.wall);
  switch (made.outcome) {
    case AdHocOutcome::kConfigured:
      Accept(now, network, std::move(*made.config), Source::kSynthesized);
      break;
    case AdHocOutcome::kNotFound:
      SetFailure(now, network, Failure::kNotFound);
      break;
    case AdHocOutcome::kUnknownForm:
      break;
  }
}

void ConfigClient::HandleOk(const Now& now, const vl1::Message& message) {
  const auto ok = wire::OkNetworkConfigRequest::Parse(message.payload);
  if (!ok) return context_.drops.Count(DropReason::kMalformed);
  const Assembled assembled = HandleChunk(now, message, ok->chunk);
  if (!assembled.dictionary) return;
  std::optional<NetworkConfig> config = NetworkConfig::Parse(*assembled.dictionary);
  if (!config) return context_.drops.Count(DropReason::kMalformed);
  const bool direct = message.source->address == assembled.network->id.Controller();
  Accept(now, *assembled.network, std::move(*config), direct ? Source::kAnswer : Source::kPush);
}

void ConfigClient::HandlePush(const Now& now, const vl1::Message& message) {
  const auto push = wire::NetworkConfigPush::Parse(message.payload);
  if (!push) return context_.drops.Count(DropReason::kMalformed);
  const Assembled assembled = HandleChunk(now, message, push->chunk);
  if (!assembled.dictionary) return;
  std::optional<NetworkConfig> config = NetworkConfig::Parse(*assembled.dictionary);
  if (!config) return context_.drops.Count(DropReason::kMalformed);
  // The receipt goes out even if the configuration turns out to be old or another member's (vl2.md §5.5).
  const uint64_t update_id = push->chunk.is_legacy ? message.packet_id.value : push->chunk.update_id;
  const wire::OkNetworkConfigPush receipt{message.packet_id, assembled.network->id, update_id};
  context_.Send(now, message.source->address, Verb::kOk, receipt);
  Accept(now, *assembled.network, std::move(*config), Source::kPush);
}

ConfigClient::Assembled ConfigClient::HandleChunk(const Now& now, const vl1::Message& message,
                                                  const ConfigChunk& chunk) {
  const auto drop = [&](DropReason reason) {
    context_.drops.Count(reason);
    return Assembled{};
  };
  Network* network = context_.Find(chunk.network);
  if (network == nullptr) return drop(DropReason::kUnknownNetwork);
  const NodeAddress controller = network->id.Controller();
  if (network->id.IsAdHoc()) return drop(DropReason::kNotForUs);
  if (chunk.is_legacy) {
    // Unsigned: only the controller's own word is good enough (vl2.md §5.3).
    if (message.source->address != controller) return drop(DropReason::kBadSignature);
    return {network, Bytes(chunk.data.begin(), chunk.data.end())};
  }
  const NodeAddress sender = message.source->address;
  const bool from_controller = sender == controller;
  const ConfigPiece piece{chunk.update_id, chunk.DuplicateKey(), chunk.total_length, chunk.position, from_controller,
                          chunk.data};
  if (!ConfigAssembler::Fits(piece)) return drop(DropReason::kMalformed);
  if (network->assembler.Seen(piece)) return {};
  const Identity* identity = context_.link.FindIdentity(controller);
  if (identity == nullptr) {
    context_.link.RequestIdentity(now, controller);
    context_.Defer(now, message, network->id, controller);
    return {};
  }
  if (!from_controller && !context_.signatures.Allows(now.mono, sender)) return drop(DropReason::kRateLimited);
  const bool valid = chunk.Verify(*identity);
  // A messenger pays for good ones too: it may be replaying old chunks.
  if (!from_controller) context_.signatures.Charge(now.mono, sender);
  if (!valid) return drop(DropReason::kBadSignature);
  if ((chunk.flags & ConfigChunk::kFastPropagate) != 0) PassOn(now, *network, chunk, sender);
  return {network, network->assembler.Add(piece)};
}

void ConfigClient::PassOn(const Now& now, Network& network, const ConfigChunk& chunk, NodeAddress from) {
  if (!network.flood.Admits(now.mono, chunk.DuplicateKey(), from == network.id.Controller())) {
    return context_.drops.Count(DropReason::kRateLimited);
  }
  for (const auto& [member, record] : network.members()) {
    if (member == from || member == network.id.Controller()) continue;
    context_.link.Send(now, member, Verb::kNetworkConfig, {&chunk.raw, 1});
  }
}

bool ConfigClient::Accept(const Now& now, Network& network, NetworkConfig config, Source source) {
  if (config.issued_to != network.self || config.network != network.id) {
    context_.drops.Count(DropReason::kNotForUs);
    return false;
  }
  const NetworkConfig* held = network.config();
  if (held != nullptr && *held == config) {
    // The controller's own answer refreshes what we hold and ends a refusal; a replay of it by anybody does neither.
    if (source == Source::kAnswer) {
      network.next_request = NextRefresh(now.mono);
      SetFailure(now, network, Failure::kNone);
    }
    return true;
  }
  // Anyone can replay an old push; a fresh answer from the controller may well be older than what we hold, when its
  // clock was set back (vl2.md §5.6 Do).
  if (held != nullptr && source == Source::kPush && config.timestamp < held->timestamp) {
    context_.drops.Count(DropReason::kStaleConfig);
    return false;
  }
  const bool first = held == nullptr;
  network.SetConfig(std::move(config));
  network.failure = Failure::kNone;
  switch (source) {
    case Source::kCache:  // in force, but to be refreshed at once (vl2.md §3.2)
      break;
    case Source::kSynthesized:
      network.config_accepted = now.mono;
      break;
    case Source::kAnswer:
    case Source::kPush:
      network.config_accepted = now.mono;
      network.next_request = NextRefresh(now.mono);
      break;
  }
  if (first || network.next_announce == Instant::Never()) ScheduleAnnouncement(network, now.mono + 1);
  context_.delegate.OnNetworkChange(now, InfoOf(network), true);
  if (source == Source::kAnswer || source == Source::kPush) {
    if (const std::optional<Bytes> dictionary = network.config()->Serialize()) {
      context_.delegate.StoreNetwork(now, network.id, *dictionary);
    }
  }
  context_.deferred.WakeNetwork(network.id);
  return true;
}

void ConfigClient::AcceptDirect(const Now& now, Network& network, NetworkConfig config) {
  Accept(now, network, std::move(config), Source::kAnswer);
}

void ConfigClient::SetFailure(const Now& now, Network& network, Failure failure,
                              std::optional<wire::AuthenticationRequired> sign_on) {
  // The page to open may be good for a while only: a new one is news.
  if (network.failure == failure && network.sign_on == sign_on) return;
  network.failure = failure;
  network.sign_on = std::move(sign_on);
  context_.delegate.OnNetworkChange(now, InfoOf(network), false);
}

void ConfigClient::HandleError(const Now& now, NodeAddress source, const wire::Error& error) {
  const std::optional<NetworkId> id = error.Network();
  if (!id) return context_.drops.Count(DropReason::kMalformed);
  Network* network = context_.Find(*id);
  // Only the controller may say no (vl2.md §15).
  if (network == nullptr || network->id.IsAdHoc() || source != network->id.Controller()) return;
  const bool answers_request = error.in_re_verb == Verb::kNetworkConfigRequest;
  switch (error.code) {
    case WireError::kObjectNotFound:
    case WireError::kUnsupportedOperation:
      if (answers_request) SetFailure(now, *network, Failure::kNotFound);
      break;
    case WireError::kNetworkAccessDenied:
      SetFailure(now, *network, Failure::kAccessDenied);
      break;
    case WireError::kNetworkAuthenticationRequired:
      if (auto sign_on = wire::AuthenticationRequired::Parse(error.data)) {
        SetFailure(now, *network, Failure::kAuthenticationRequired, std::move(sign_on));
      }
      break;
    default:
      break;
  }
}

}  // namespace zt::vl2
