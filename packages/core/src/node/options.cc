#include "node/options.h"

#include <algorithm>

#include "node/host_codec.h"
#include "wire/world.h"

namespace zt::node {

namespace {

Bytes Copy(ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }

Status ParseIdentity(ByteSpan value, NodeOptions& out) {
  out.identity = SecretIdentity::ParseText({reinterpret_cast<const char*>(value.data()), value.size()});
  // The address must follow from the key (vl1.md §2.5): peers check it too, and would never talk to us.
  const bool valid = out.identity.has_value() && out.identity->identity().Validate();
  return valid ? Status::kOk : Status::kInvalidIdentity;
}

Status ParsePlanet(ByteSpan value, NodeOptions& out) {
  out.planet_said = true;
  if (value.empty()) return Status::kOk;
  const std::optional<World> world = World::Parse(value);
  if (!world.has_value() || world->type != WorldType::kPlanet) return Status::kInvalidPlanet;
  out.planet = Copy(value);
  return Status::kOk;
}

Status ParseBlacklist(HostReader& in, NodeOptions& out) {
  const IpPrefix prefix = in.Prefix();
  if (!in.AtEnd() || prefix.address.IsNone()) return Status::kInvalidArgument;
  if (out.blacklist.size() == NodeOptions::kMaxBlacklist) return Status::kLimitReached;
  out.blacklist.push_back(prefix);
  return Status::kOk;
}

Status ParseCachedNetwork(HostReader& in, NodeOptions& out) {
  const NetworkId id{in.U64()};
  if (!in.ok() || id.value == 0) return Status::kInvalidArgument;
  if (out.cached_networks.size() == NodeOptions::kMaxCachedNetworks) return Status::kLimitReached;
  out.cached_networks.push_back({id, Copy(in.Rest())});
  return Status::kOk;
}

Status ParsePermissions(HostReader& in, NodeOptions& out) {
  PermittedNetwork network{{in.U64()}, {}};
  if (!in.ok() || network.id.value == 0) return Status::kInvalidArgument;
  if (const Status status = NetworkPermissions::Read(in, network.permissions); status != Status::kOk) return status;
  if (out.permitted_networks.size() == NodeOptions::kMaxCachedNetworks) return Status::kLimitReached;
  out.permitted_networks.push_back(std::move(network));
  return Status::kOk;
}

Status ParseImpairment(HostReader& in, NodeOptions& out) {
  out.impairment.loss = in.U32();
  out.impairment.duplicate = in.U32();
  out.impairment.reorder = in.U32();
  out.impairment.seed = in.U64();
  return in.AtEnd() && out.impairment.IsValid() ? Status::kOk : Status::kInvalidArgument;
}

Status ParseTcpRelay(HostReader& in, NodeOptions& out) {
  TcpRelay::Settings& relay = out.tcp_relay;
  const uint8_t mode = in.U8();
  relay.mode = static_cast<TcpRelayMode>(mode);
  relay.server = in.Ep();
  if (const uint32_t engage_after = in.U32(); engage_after != 0) relay.engage_after = engage_after;
  if (!in.AtEnd() || mode > static_cast<uint8_t>(TcpRelayMode::kForced)) return Status::kInvalidArgument;
  if (relay.mode == TcpRelayMode::kOff) return Status::kOk;
  const bool patient = relay.engage_after >= TcpRelay::kMinEngageAfter &&
                       relay.engage_after <= TcpRelay::kMaxEngageAfter;
  const bool somewhere = !relay.server.ip.IsUnspecified() && relay.server.port != 0;
  return patient && somewhere ? Status::kOk : Status::kInvalidArgument;
}

Status ParseBool(HostReader& in, bool& out) {
  out = in.Bool();
  return in.AtEnd() ? Status::kOk : Status::kInvalidArgument;
}

Status ParseOrbit(HostReader& in, NodeOptions& out) {
  const Orbit orbit{in.U64(), in.Address()};
  if (!in.AtEnd() || orbit.moon == 0 || !orbit.seed.IsValid()) return Status::kInvalidArgument;
  if (out.orbits.size() == NodeOptions::kMaxOrbits) return Status::kLimitReached;
  out.orbits.push_back(orbit);
  return Status::kOk;
}

Status ParsePhysicalNetwork(HostReader& in, NodeOptions& out) {
  const vl1::PhysicalNetwork network{in.Prefix(), in.U64(), in.U16()};
  if (!in.AtEnd() || network.prefix.address.IsNone()) return Status::kInvalidArgument;
  if (out.physical_networks.size() == vl1::kMaxPhysicalNetworks) return Status::kLimitReached;
  out.physical_networks.push_back(network);
  return Status::kOk;
}

Status ParseEndpointHint(HostReader& in, NodeOptions& out) {
  vl1::EndpointHint hint{in.Address(), {}};
  const size_t count = in.U16();
  if (count > NodeOptions::kMaxHintEndpoints) return Status::kLimitReached;
  for (size_t i = 0; i < count && in.ok(); ++i) hint.endpoints.push_back(in.Ep());
  if (!in.AtEnd() || !hint.peer.IsValid() || hint.endpoints.empty()) return Status::kInvalidArgument;
  for (const Endpoint& endpoint : hint.endpoints) {
    if (endpoint.IsNone() || endpoint.port == 0) return Status::kInvalidArgument;
  }
  if (out.hints.size() == NodeOptions::kMaxHints) return Status::kLimitReached;
  out.hints.push_back(std::move(hint));
  return Status::kOk;
}

Status ParsePeerBlacklist(HostReader& in, NodeOptions& out) {
  const vl1::PeerBlacklist entry{in.Address(), in.Prefix()};
  if (!in.AtEnd() || !entry.peer.IsValid() || entry.prefix.address.IsNone()) return Status::kInvalidArgument;
  if (out.peer_blacklist.size() == NodeOptions::kMaxBlacklist) return Status::kLimitReached;
  out.peer_blacklist.push_back(entry);
  return Status::kOk;
}

Status ParseOne(CreateOption tag, ByteSpan value, NodeOptions& out) {
  HostReader in(value);
  switch (tag) {
    case CreateOption::kIdentitySecret: return ParseIdentity(value, out);
    case CreateOption::kPlanet: return ParsePlanet(value, out);
    case CreateOption::kAllowLoopbackPaths: return ParseBool(in, out.allow_loopback_paths);
    case CreateOption::kBlacklist: return ParseBlacklist(in, out);
    case CreateOption::kCachedPeer:
      if (out.cached_peers.size() == NodeOptions::kMaxCachedPeers) return Status::kLimitReached;
      out.cached_peers.push_back(Copy(value));
      return Status::kOk;
    case CreateOption::kCachedNetwork: return ParseCachedNetwork(in, out);
    case CreateOption::kNetworkPermissions: return ParsePermissions(in, out);
    case CreateOption::kImpairment: return ParseImpairment(in, out);
    case CreateOption::kRandomSeed:
      if (value.size() < NodeOptions::kMinSeed || value.size() > NodeOptions::kMaxSeed) return Status::kInvalidArgument;
      out.random_seed = Copy(value);
      return Status::kOk;
    case CreateOption::kAes: {
      bool on = false;
      const Status status = ParseBool(in, on);
      out.aes = on;
      return status;
    }
    case CreateOption::kPrimaryPort:
      out.primary_port = in.U16();
      return in.AtEnd() ? Status::kOk : Status::kInvalidArgument;
    case CreateOption::kRelayLimits:
      out.relay_total = in.U64();
      out.relay_per_source = in.U64();
      // What a bucket multiplies by milliseconds stays within 64 bits, far above any link.
      return in.AtEnd() && std::max(out.relay_total, out.relay_per_source) <= NodeOptions::kMaxRelayRate
                 ? Status::kOk
                 : Status::kInvalidArgument;
    case CreateOption::kPhysicalNetwork: return ParsePhysicalNetwork(in, out);
    case CreateOption::kEndpointHint: return ParseEndpointHint(in, out);
    case CreateOption::kPeerBlacklist: return ParsePeerBlacklist(in, out);
    case CreateOption::kLowBandwidth: return ParseBool(in, out.low_bandwidth);
    case CreateOption::kMaxPeers:
      out.max_peers = in.U32();
      return in.AtEnd() && out.max_peers >= vl1::kMinPeersOption && out.max_peers <= vl1::kMaxPeersOption
                 ? Status::kOk
                 : Status::kInvalidArgument;
    case CreateOption::kMoon:  // what is wrong with it is told by an event: a damaged file does not stop a node
      if (out.moons.size() == NodeOptions::kMaxMoons) return Status::kLimitReached;
      out.moons.push_back(Copy(value));
      return Status::kOk;
    case CreateOption::kOrbit: return ParseOrbit(in, out);
    case CreateOption::kTcpRelay: return ParseTcpRelay(in, out);
    case CreateOption::kPlatform:
      if (value.empty() || value.size() > 64) return Status::kInvalidArgument;
      out.platform.assign(reinterpret_cast<const char*>(value.data()), value.size());
      return Status::kOk;
    default: return Status::kInvalidArgument;  // unknown, or an option this node does not have
  }
}

}  // namespace

Status ParseOptions(ByteSpan bytes, NodeOptions& out) {
  HostReader in(bytes);
  while (in.ok() && in.remaining() != 0) {
    const auto tag = static_cast<CreateOption>(in.U16());
    const ByteSpan value = in.Blob32();
    if (!in.ok()) break;
    if (const Status status = ParseOne(tag, value, out); status != Status::kOk) return status;
  }
  if (!in.ok() || out.random_seed.empty()) return Status::kInvalidArgument;
  return out.planet_said ? Status::kOk : Status::kInvalidPlanet;
}

}  // namespace zt::node
