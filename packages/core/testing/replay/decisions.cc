#include "testing/replay/decisions.h"

#include <doctest/doctest.h>

#include <map>
#include <optional>

#include "node/host_codec.h"
#include "testing/issued_config.h"
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

Bytes Grant(PacketId request, const NetworkConfig& config) {
  Bytes command;
  node::HostWriter out = Start(command, Command::kControllerGrant);
  out.Address(config.issued_to);
  out.U64(request.value);
  testing::WriteIssued(out, config, config.com.has_value());
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
