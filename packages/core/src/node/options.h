// What a node is created with (HOST_PROTOCOL.md §2), parsed once into values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/impairment.h"
#include "node/network_permissions.h"
#include "vl1/limits.h"
#include "vl1/vl1.h"
#include "node/tcp_relay.h"
#include "wire/secret_identity.h"
#include "zt/bytes.h"
#include "zt/generated/enums.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt::node {

// What a network of the start may have (controller.md §11.3).
struct PermittedNetwork {
  NetworkId id;
  NetworkPermissions permissions;
};

struct CachedNetwork {
  NetworkId id;
  Bytes dictionary;  // may be empty: join without a stored configuration
};

// A moon to look for, and where (vl1.md §6.5).
struct Orbit {
  uint64_t moon = 0;
  NodeAddress seed;
};

struct NodeOptions {
  // How many repeatable options a host may give: as many as a node can use of them.
  static constexpr size_t kMaxBlacklist = 1024;
  static constexpr size_t kMaxHints = 1024;            // addresses
  static constexpr size_t kMaxHintEndpoints = 16;      // of one of them
  static constexpr size_t kMaxCachedPeers = 1048576;  // vl1::kMaxPeersOption
  static constexpr size_t kMaxCachedNetworks = 1024;  // Vl2::kMaxNetworks: what was joined is joined again
  static constexpr size_t kMaxMoons = vl1::kMaxMoons, kMaxOrbits = vl1::kMaxMoonSeeds;
  static constexpr uint64_t kMaxRelayRate = 1'000'000'000'000;
  static constexpr size_t kMinSeed = 32, kMaxSeed = 64;

  std::optional<SecretIdentity> identity;
  bool planet_said = false;
  Bytes planet;  // empty: the host has none, on purpose
  bool allow_loopback_paths = false;
  std::vector<Bytes> moons;  // serialized
  std::vector<Orbit> orbits;
  std::vector<IpPrefix> blacklist;
  std::vector<Bytes> cached_peers;
  std::vector<CachedNetwork> cached_networks;
  std::vector<PermittedNetwork> permitted_networks;  // kMaxCachedNetworks
  Impairment::Settings impairment;
  Bytes random_seed;
  std::optional<bool> aes;  // absent: what the machine has instructions for
  uint64_t relay_total = 0, relay_per_source = 0;  // bytes/s, 0: no limit
  std::vector<vl1::PhysicalNetwork> physical_networks;
  std::vector<vl1::EndpointHint> hints;
  std::vector<vl1::PeerBlacklist> peer_blacklist;
  bool low_bandwidth = false;
  size_t max_peers = vl1::Options{}.max_peers;
  uint16_t primary_port = 0;
  TcpRelay::Settings tcp_relay;
  std::string platform = "unknown/unknown";
};

// kOk, or why the bytes are refused: kInvalidArgument, kInvalidIdentity, kInvalidPlanet.
Status ParseOptions(ByteSpan bytes, NodeOptions& out);

}  // namespace zt::node
