// VL1: sealed packets between node addresses over whatever paths work (vl1.md). Composition root of this directory.
// Sans-I/O: inputs are datagrams and timeouts, output goes to the TransmitQueue, upward calls go to the Delegate.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/drop_counters.h"
#include "base/transmit_queue.h"
#include "vl1/activity.h"
#include "vl1/local_sockets.h"
#include "vl1/message.h"
#include "wire/secret_identity.h"
#include "zt/random.h"
#include "zt/time.h"
#include "zt/transmit.h"

namespace zt::vl1 {

// A physical network the operator knows (vl1.md §3.11). The first that has an address counts for it.
struct PhysicalNetwork {
  IpPrefix prefix;
  uint64_t trusted_path = 0;  // 0: not trusted
  uint16_t mtu = 0;           // UDP payload, 0: the default
};

// Endpoints to try when an address has no direct path (vl1.md §7.6).
struct EndpointHint {
  NodeAddress peer;
  std::vector<Endpoint> endpoints;
};

// Never a path to this address there (vl1.md §7.3 rule 4).
struct PeerBlacklist {
  NodeAddress peer;
  IpPrefix prefix;
};

struct Options {
  bool allow_loopback_paths = false;     // lets 127/8 and ::1 become paths: tests, demos, several nodes on one host
  bool use_aes = true;                   // false: announce protocol 11, seal with suite 1 (vl1.md §4.8)
  std::vector<IpPrefix> blacklist = {};      // never a path (vl1.md §7.3 rule 4)
  std::vector<PeerBlacklist> peer_blacklist = {};
  std::vector<PhysicalNetwork> physical_networks = {};  // at most 32
  std::vector<EndpointHint> hints = {};
  bool low_bandwidth = false;            // vl1.md §7.13
  bool tunnel_only = false;              // nothing goes by UDP, a TCP relay is the only way (vl1.md §10.3)
  uint16_t physical_mtu = 1432;          // UDP payload, 1400..10324 (vl1.md §3.9)
  uint64_t relay_total = 0;              // bytes/s that we relay for others, 0: no limit
  uint64_t relay_per_source = 0;         // of them for one address, 0: no limit
  size_t max_peers = 8192;               // identities held at once, 64..1048576: what a root is expected to carry
};

// One path of a peer, for diagnostics.
struct PathInfo {
  Endpoint endpoint;
  Millis since_heard = -1;  // -1 never
  Millis since_sent = -1;
  bool expired = false;
  bool preferred = false;
};

struct PeerInfo {
  NodeAddress address;
  int version_major = -1, version_minor = -1, version_revision = -1, protocol = -1;  // -1 unknown
  int latency = -1;  // ms, -1 unknown
  PeerRole role = PeerRole::kLeaf;
  std::vector<PathInfo> paths;  // empty: reached only through a root
};

// A moon we hold, or want from a seed (vl1.md §6.5).
struct MoonInfo {
  uint64_t id = 0;
  uint64_t timestamp = 0;          // 0: not received yet
  NodeAddress seed;                // whom we ask for it, until it is there
  std::vector<NodeAddress> roots;
};

// One stable endpoint of a root, and what was tried there.
struct RootEndpointInfo {
  Endpoint endpoint;
  bool refused = false;   // by the path check (vl1.md §7.3), or there is no local socket of its family
  uint32_t tries = 0;     // HELLOs since the root was last heard from there
  Millis since_try = -1;  // -1 never
};

struct RootInfo {
  NodeAddress address;
  PeerRole role = PeerRole::kLeaf;
  Millis since_heard = -1;  // -1 never
  std::vector<RootEndpointInfo> endpoints = {};
};

// Whether the node can be reached, and why not (HOST_PROTOCOL.md §10).
struct ConnectivityInfo {
  Connectivity state = Connectivity::kStarting;
  std::vector<OfflineReason> reasons;  // the most certain first; while starting: what holds so far
  Millis since_root_heard = -1;        // -1 never
  Endpoint tunnel;                     // the TCP relay in use, or none
  std::vector<RootInfo> roots;
};

enum class PeerChange : uint8_t { kDirect, kRelay, kUnreachable, kPathDiscovered, kPathDead };

// What VL1 wants from the layers above. Every call may re-enter Vl1::Send, never the Handle* inputs.
class Delegate {
 public:
  virtual ~Delegate() = default;
  // A VL2 message. Returns true iff it proves common network membership ("trust", vl1.md §5.13).
  virtual bool HandleMessage(const Now& now, const Message& message) = 0;
  // This identity has just become known (WHOIS, HELLO, world): whatever waited for it may go on.
  virtual void OnIdentityKnown(const Now& now, const Identity& identity) = 0;
  // Addresses to keep in contact with besides the roots (vl2.md §6.3).
  virtual std::vector<NodeAddress> AlwaysContact() const = 0;
  // True iff the address belongs to a virtual network of ours: no VL1 inside VL2 (vl1.md §7.3 rule 3).
  virtual bool IsVirtualAddress(const IpAddress& ip) const = 0;

  virtual void OnOnlineChange(const Now& now, bool online) = 0;
  // The state or the reasons changed; after OnOnlineChange. To ignore it is fine: Diagnose tells the same.
  virtual void OnConnectivity(const Now&, const ConnectivityInfo&) {}
  virtual void OnPeerChange(const Now& now, const PeerInfo& peer, PeerChange change, const Endpoint& path) = 0;
  virtual void OnIdentityCollision(const Now& now) = 0;  // a root says our address belongs to another key (§11.6)
  virtual void OnPlanet(const Now& now, ByteSpan serialized) = 0;  // a new or newer planet was adopted: store it
  // A moon was adopted or renewed: store it; empty: delete it.
  virtual void OnMoon(const Now& now, uint64_t id, ByteSpan serialized) = 0;
  virtual void OnPeerRecord(const Now& now, NodeAddress peer, ByteSpan record) = 0;  // peer cache record (§9.2)
  // Our addresses as others see them are these now (vl1.md §7.11); at most once a second.
  virtual void OnSurfaceChange(const Now&, std::span<const Endpoint>) {}
  virtual void OnWarning(const Now& now, Warning warning, std::string_view detail) = 0;
};

struct SendOptions {
  bool expect_reply = false;      // remember the packet id so that an OK is accepted (vl1.md §5.1)
  bool never_compress = false;    // although the verb is one of those that are (vl1.md §4.7)
  bool by_send_routine = false;   // Outbound's: unsealed where the physical network is trusted (vl1.md §3.11)
};

// Payload pieces written one after the other straight into the packet.
using Gather = std::span<const ByteSpan>;

class Vl1 {
 public:
  Vl1(const Options& options, const SecretIdentity& self, RandomSource& random, TransmitQueue& transmit,
      DropCounters& drops, Delegate& delegate);
  ~Vl1();

  // Offers the stored or given planet (vl1.md §6.3). False: malformed.
  bool OfferPlanet(const Now& now, ByteSpan serialized);
  // A stored moon, believed as it is (vl1.md §6.5). False: malformed, or not a moon.
  bool OfferMoon(const Now& now, ByteSpan serialized);
  // False: id 0, or a seed that is nobody's address or ours. Address 0 is no seed, which is fine here.
  bool MayOrbit(uint64_t moon, NodeAddress seed) const;
  // Looks for a moon at a seed, one of its roots, until it comes. A moon that is held needs no seed. kInvalidArgument:
  // not MayOrbit; kNotFound: neither held nor a seed named; kLimitReached: 16 moons or 16 seeds.
  Status Orbit(const Now& now, uint64_t moon, NodeAddress seed);
  // Drops a moon, its stored copy and its seeds. kNotFound: there was none.
  Status Deorbit(const Now& now, uint64_t moon);
  std::vector<MoonInfo> Moons() const;
  // A peer cache record (vl1.md §9.2). False: malformed, ignored.
  bool LoadPeer(const Now& now, ByteSpan record);
  // Local interface addresses to push to trusted peers (vl1.md §7.7); replaces the list. Another list than before means
  // that we moved, as another list of sockets does.
  void SetLocalEndpoints(const Now& now, std::span<const Endpoint> endpoints);
  // Every UDP socket there is (HOST_PROTOCOL.md §3).
  void SetLocalSockets(const Now& now, std::span<const BoundSocket> sockets);

  void HandleDatagram(const Now& now, const InboundDatagram& datagram);
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;

  // Seals and sends to `to` by the best path, a root, or the waiting queue (vl1.md §7.6). The id is the one on the
  // wire, or 0 when the packet was queued (it is registered when it leaves) or dropped. To ourselves: nothing happens.
  PacketId Send(const Now& now, NodeAddress to, Verb verb, Gather payload, SendOptions options = {});
  // The largest payload that can reach `to` by the path it would take now; if there is none, by any.
  size_t MaxPayload(const Now& now, NodeAddress to) const;
  // True while the transmit queue takes another full-size packet: senders of bulk data ask before they build one.
  bool HasRoom() const;

  const SecretIdentity& self() const;
  const Identity* FindIdentity(NodeAddress address) const;            // ours included
  void RequestIdentity(const Now& now, NodeAddress address);          // WHOIS, at most once per 500 ms (§7.9)
  bool IsRoot(NodeAddress address) const;                             // of our planet or moons
  bool WeAreRoot() const;
  std::vector<NodeAddress> Roots() const;                             // without ourselves
  std::optional<NodeAddress> BestRoot(const Now& now) const;          // §6.4
  std::optional<int> Latency(NodeAddress address) const;              // ms of the best path
  const Activity& activity() const;
  // Where what arrives is from others than strangers: the paths of peers and the stable endpoints of roots, each once.
  // None: there are more than `max`, or we are a root, whose work is with strangers.
  std::optional<std::vector<Endpoint>> KnownEndpoints(size_t max) const;
  size_t peer_count() const;
  size_t path_count() const;
  bool online() const;
  // The TCP relay that carries our datagrams from now on (vl1.md §10): online is told as tunneled. None: the paths
  // through it are dropped.
  void SetTunnel(const Now& now, const Endpoint& relay);
  // The last authenticated packet by UDP from a source of scope GLOBAL, for the TCP relay (vl1.md §10.3).
  Instant heard_directly() const;
  // When a jump of the clocks was noticed last: the machine slept, or its clock was set.
  Instant woke() const;
  ConnectivityInfo Diagnose(const Now& now) const;
  uint64_t planet_id() const;
  int64_t planet_timestamp() const;
  std::vector<PeerInfo> Peers(const Now& now) const;
  std::vector<Endpoint> SurfaceEndpoints() const;                     // §7.11
  // Cache records of all peers worth keeping, for shutdown: calls Delegate::OnPeerRecord for each.
  void SavePeers(const Now& now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zt::vl1
