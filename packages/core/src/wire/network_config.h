// A member's network configuration and its dictionary form (vl2.md §6).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "wire/credential/capability.h"
#include "wire/credential/membership.h"
#include "wire/credential/ownership.h"
#include "wire/credential/tag.h"
#include "wire/limits.h"
#include "wire/rule.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt {

// A node with a role on the network (vl2.md §6.3).
struct Specialist {
  static constexpr uint64_t kActiveBridge = 0x0000020000000000ULL;
  static constexpr uint64_t kAnchor = 0x0000040000000000ULL;
  static constexpr uint64_t kMulticastReplicator = 0x0000080000000000ULL;

  uint64_t value = 0;  // address and role bits as on the wire
  bool operator==(const Specialist&) const = default;
  NodeAddress address() const { return {value & 0xffffffffffULL}; }
  bool IsActiveBridge() const { return (value & kActiveBridge) != 0; }
  bool IsAnchor() const { return (value & kAnchor) != 0; }
  bool IsMulticastReplicator() const { return (value & kMulticastReplicator) != 0; }
};

// vl2.md §6.4
struct NetworkRoute {
  IpPrefix target;
  IpAddress via;  // none = directly attached to this network
  uint16_t flags = 0;
  uint16_t metric = 0;
  bool operator==(const NetworkRoute&) const = default;
};

// vl2.md §6.6
struct NetworkDns {
  std::string domain;  // at most 127 bytes, without NUL
  std::array<IpAddress, limits::kDnsServers> servers{};  // none for unused slots
  bool operator==(const NetworkDns&) const = default;
};

// Single sign-on data, carried and reported only (vl2.md §5.7, §6.1). Versions above 1 read as none.
struct NetworkSignOn {
  uint64_t version = 0;
  bool enabled = false;
  std::string authentication_url;  // version 0, at most 2047 bytes
  int64_t expiry_time = 0;         // version 0, ms
  std::string issuer_url;          // version 1, all below
  std::string central_endpoint;
  std::string nonce;
  std::string state;
  std::string client_id;
  std::string provider;  // "default" when absent on the wire under version 1
  bool operator==(const NetworkSignOn&) const = default;
};

struct NetworkConfig {
  // Flags (vl2.md §6.2).
  static constexpr uint64_t kBroadcast = 0x0002;
  static constexpr uint64_t kNdpEmulation = 0x0004;
  static constexpr uint64_t kUnsupportedMatches = 0x0008;
  static constexpr uint64_t kNoMulticastCompression = 0x0010;

  NetworkId network;
  int64_t timestamp = 0;
  int64_t credential_time_max_delta = 0;  // ctmd, ms
  uint64_t revision = 0;
  NodeAddress issued_to;
  NodeAddress trace_target;  // 0 = none
  uint64_t trace_level = 0;
  uint64_t flags = 0;
  uint32_t multicast_limit = 0;  // 0 disables multicast; larger wire values saturate
  bool is_public = false;
  std::string name;                       // bytes, at most limits::kMaxNetworkName
  uint16_t mtu = limits::kDefaultMtu;     // 1280..10000
  std::optional<CertificateOfMembership> com;  // never empty
  std::vector<Capability> capabilities;   // sorted by id after Parse
  std::vector<Tag> tags;                  // sorted by id after Parse
  std::vector<CertificateOfOwnership> ownerships;
  std::vector<Specialist> specialists;
  std::vector<NetworkRoute> routes;
  std::vector<IpPrefix> addresses;        // this member's, with on-link prefix lengths
  std::vector<Rule> rules;                // empty: nothing matches, everything is dropped (vl2.md §13.6)
  NetworkDns dns;
  NetworkSignOn sign_on;

  bool operator==(const NetworkConfig&) const = default;
  bool BroadcastEnabled() const { return (flags & kBroadcast) != 0; }
  bool NdpEmulationEnabled() const { return (flags & kNdpEmulation) != 0; }
  const Specialist* FindSpecialist(NodeAddress address) const;
  bool IsActiveBridge(NodeAddress address) const;
  const Tag* FindTag(uint32_t id) const;

  // Reads a dictionary with the error policy of vl2.md §6.1. Nothing if it must be rejected.
  static std::optional<NetworkConfig> Parse(ByteSpan dictionary);
  // Writes it in the order of vl2.md §6.1, byte-exact. Nothing beyond limits::kMaxConfigDictionary.
  std::optional<Bytes> Serialize() const;
};

}  // namespace zt
