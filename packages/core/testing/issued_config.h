// What a test's controller issues, as the body of controller_grant (HOST_PROTOCOL.md §6).
#pragma once

#include "node/host_codec.h"
#include "wire/network_config.h"
#include "wire/rule.h"

namespace zt::testing {

// A private network with broadcast: 10.7.0.0/`bits` is everybody's, of which the member has `address`; all frames are
// accepted. `timestamp`: the controller's wall clock.
inline NetworkConfig OpenNetwork(NetworkId network, int64_t timestamp, NodeAddress member, const IpAddress& address,
                                 uint8_t bits = 16) {
  NetworkConfig config;
  config.network = network;
  config.timestamp = timestamp;
  config.credential_time_max_delta = 1'800'000;
  config.revision = 1;
  config.issued_to = member;
  config.flags = NetworkConfig::kBroadcast;
  config.multicast_limit = 32;
  config.name = "lab";
  config.routes = {{{IpAddress::V4(10, 7, 0, 0), bits}, {}, 0, 0}};
  config.addresses = {{address, bits}};
  Rule accept;
  accept.type = RuleType::kActionAccept;
  config.rules = {accept};
  return config;
}

inline void WriteIssuedRules(node::HostWriter& out, size_t count, ByteSpan rules) {
  out.U16(static_cast<uint16_t>(count));
  out.Blob32(rules);
}

inline void WriteIssuedCredentials(node::HostWriter& out, const NetworkConfig& config) {
  out.Count(config.capabilities.size());
  for (const Capability& each : config.capabilities) {
    out.U32(each.id);
    WriteIssuedRules(out, each.rule_count, each.rule_bytes);
  }
  out.Count(config.tags.size());
  for (const Tag& each : config.tags) {
    out.U32(each.id);
    out.U32(each.value);
  }
}

inline void WriteIssuedLists(node::HostWriter& out, const NetworkConfig& config) {
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
  WriteIssuedRules(out, config.rules.size(), SerializeRules(config.rules));
}

// Unsigned: the certificate, capabilities and tags are signed anew, by the node that grants.
inline void WriteIssued(node::HostWriter& out, const NetworkConfig& config, bool include_com = true) {
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
  out.Bool(include_com);
  WriteIssuedLists(out, config);
  WriteIssuedCredentials(out, config);
}

}  // namespace zt::testing
