#include "testing/replay/decisions.h"

#include <doctest/doctest.h>

#include <map>
#include <optional>

#include "node/host_codec.h"
#include "wire/config_chunk.h"
#include "wire/network_config.h"
#include "wire/verb/network_credentials.h"

namespace zt::replay {
namespace {

constexpr size_t kReplyHead = 9;  // verb and id of what is answered (vl1.md §6.3)

node::HostWriter Start(Bytes& command, Command op) {
  node::HostWriter out(command);
  out.U16(static_cast<uint16_t>(op));
  return out;
}

void WriteRules(node::HostWriter& out, size_t count, ByteSpan rules) {
  out.U16(static_cast<uint16_t>(count));
  out.Blob32(rules);
}

void WriteCredentials(node::HostWriter& out, const NetworkConfig& config) {
  out.Count(config.capabilities.size());
  for (const Capability& each : config.capabilities) {
    out.U32(each.id);
    WriteRules(out, each.rule_count, each.rule_bytes);
  }
  out.Count(config.tags.size());
  for (const Tag& each : config.tags) {
    out.U32(each.id);
    out.U32(each.value);
  }
}

void WriteLists(node::HostWriter& out, const NetworkConfig& config) {
  out.Count(config.specialists.size());
  for (const Specialist& each : config.specialists) out.U64(each.value);
  out.Count(config.routes.size());
  for (const NetworkRoute& each : config.routes) {
    out.Prefix(each.target);
    out.Ip(each.via);
    out.U16(each.flags);
    out.U16(each.metric);
  }
  out.Count(config.addresses.size());
  for (const IpPrefix& each : config.addresses) out.Prefix(each);
  out.Str16(config.dns.domain);
  std::vector<IpAddress> servers;
  for (const IpAddress& each : config.dns.servers) {
    if (each != IpAddress{}) servers.push_back(each);
  }
  out.Count(servers.size());
  for (const IpAddress& each : servers) out.Ip(each);
  WriteRules(out, config.rules.size(), SerializeRules(config.rules));
}

Bytes Grant(PacketId request, const NetworkConfig& config) {
  Bytes command;
  node::HostWriter out = Start(command, Command::kControllerGrant);
  out.Address(config.issued_to);
  out.U64(request.value);
  out.U64(config.network.value);
  out.I64(config.timestamp);
  out.I64(config.credential_time_max_delta);
  out.U64(config.revision);
  out.Address(config.issued_to);
  out.Address(config.trace_target);
  out.U64(config.trace_level);
  out.U64(config.flags);
  out.U32(config.multicast_limit);
  out.U8(config.is_public ? 1 : 0);
  out.Str16(config.name);
  out.U32(config.mtu);
  out.Bool(config.com.has_value());
  WriteLists(out, config);
  WriteCredentials(out, config);
  return command;
}

Bytes Reject(const Packet& error) {
  ByteReader in(error.payload);
  in.Skip(kReplyHead);
  const uint8_t code = in.U8();
  Bytes command;
  node::HostWriter out = Start(command, Command::kControllerReject);
  out.Address(error.destination);
  out.U64(in.U64());
  out.U64(error.in_re_id().value);
  out.U8(code);
  return command;
}

Bytes Revoke(const Revocation& revocation, NodeAddress recipient) {
  Bytes command;
  node::HostWriter out = Start(command, Command::kControllerRevoke);
  out.U64(revocation.network.value);
  out.Address(revocation.target);
  out.I64(0);
  out.Count(1);
  out.Address(recipient);
  return command;
}

// Chunks of updates put together, which come in order in the captures.
class Dictionaries {
 public:
  // The configuration that is complete with this chunk.
  std::optional<NetworkConfig> Add(ByteSpan body) {
    const auto chunk = ConfigChunk::Parse(body);
    REQUIRE((chunk && !chunk->is_legacy));
    Bytes& whole = updates_[chunk->update_id];
    REQUIRE(whole.size() == chunk->position);
    whole.insert(whole.end(), chunk->data.begin(), chunk->data.end());
    if (whole.size() < chunk->total_length) return std::nullopt;
    auto config = NetworkConfig::Parse(whole);
    REQUIRE(config);
    return config;
  }

 private:
  std::map<uint64_t, Bytes> updates_;
};

// Members pass on what begins with a network that is not theirs.
bool Controls(NodeAddress node, ByteSpan payload) {
  return NetworkId{ByteReader(payload).U64()}.Controller() == node;
}

void Decide(const Packet& packet, Dictionaries& dictionaries, std::vector<Decision>& out) {
  if (packet.IsReply() && packet.in_re_verb() == Verb::kNetworkConfigRequest) {
    const PacketId request = packet.in_re_id();
    if (packet.verb == Verb::kError)
      return out.push_back({packet.time, Reject(packet), request});
    const auto config = dictionaries.Add(ByteSpan(packet.payload).subspan(kReplyHead));
    if (config) out.push_back({packet.time, Grant(request, *config), request});
  }
  if (packet.verb == Verb::kNetworkConfig && Controls(packet.source, packet.payload)) {
    const auto config = dictionaries.Add(packet.payload);
    if (config) out.push_back({packet.time, Grant({}, *config), {}});
  }
  if (packet.verb != Verb::kNetworkCredentials) return;
  const auto credentials = wire::NetworkCredentials::Parse(packet.payload);
  REQUIRE(credentials);
  for (const Revocation& each : credentials->revocations) {
    if (each.signer == packet.source)
      out.push_back({packet.time, Revoke(each, packet.destination), {}});
  }
}

}  // namespace

std::vector<Decision> DecisionsOf(NodeAddress controller, const std::vector<Packet>& sent) {
  std::vector<Decision> out;
  Dictionaries dictionaries;
  for (const Packet& packet : sent) {
    if (packet.source == controller) Decide(packet, dictionaries, out);
  }
  return out;
}

}  // namespace zt::replay
