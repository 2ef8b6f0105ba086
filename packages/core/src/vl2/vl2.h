// VL2: virtual Ethernet networks on top of VL1 (vl2.md). Composition root of this directory.
// Frames in from members go to the Delegate; frames out come from SendFrame. Also the controller's signing side.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/drop_counters.h"
#include "vl1/message.h"
#include "vl1/vl1.h"
#include "vl2/link.h"
#include "vl2/multicast_group.h"
#include "wire/network_config.h"
#include "wire/verb/error.h"
#include "zt/random.h"
#include "zt/time.h"

namespace zt::vl2 {

struct Explanation;
struct Frame;
struct RuleHits;

// What the application sees of a joined network.
struct NetworkInfo {
  NetworkId id;
  Mac mac;
  NetworkStatus status = NetworkStatus::kRequestingConfiguration;
  const NetworkConfig* config = nullptr;  // null until one is held
  // What the controller says about the sign-on it asks for; null unless that is the status (vl2.md §5.7).
  const wire::AuthenticationRequired* sign_on = nullptr;
};

// A member asks us, the controller, for a configuration (controller.md §3).
struct ControllerRequest {
  NetworkId network;
  Identity member;
  PacketId packet_id;   // never 0 here
  uint8_t hops = 0;
  Endpoint from;
  ByteSpan metadata;    // the request's dictionary, raw (vl2.md §5.1)
};

class Delegate {
 public:
  virtual ~Delegate() = default;
  // A frame for the network's port. Called from HandleMessage, OnIdentityKnown, HandleTimeout and Flush, never from
  // SendFrame.
  virtual void DeliverFrame(const Now& now, NetworkId network, Mac source, Mac destination, uint16_t ether_type,
                            ByteSpan payload) = 0;
  // Status or configuration changed: called for every accepted configuration and every change of failure state
  // (vl2.md §3.3). `configuration_changed` is true when a configuration was accepted.
  virtual void OnNetworkChange(const Now& now, const NetworkInfo& info, bool configuration_changed) = 0;
  virtual void StoreNetwork(const Now& now, NetworkId network, ByteSpan dictionary) = 0;  // empty span: delete
  virtual void OnControllerRequest(const Now& now, const ControllerRequest& request) = 0;
  virtual void OnUserMessage(const Now& now, NodeAddress source, uint64_t type, ByteSpan data) = 0;
  // One dictionary of a REMOTE_TRACE, 1..10000 bytes of text nobody checked (vl1.md §5.11).
  virtual void OnRemoteTrace(const Now&, NodeAddress, ByteSpan) {}
};

// A decision of the controller, to be encoded, signed and sent (controller.md §4, §6.1). COM and COO are made here:
// the COM from timestamp, ctmd and member; one COO with id 1 over `addresses` when there are any.
struct IssuedTag {
  uint32_t id = 0, value = 0;
};
struct IssuedCapability {
  uint32_t id = 0;
  Bytes rules;              // serialized rules (vl2.md §13.1), `rule_count` of them
  uint16_t rule_count = 0;
};
struct IssuedConfig {
  NetworkConfig config;     // everything but credentials (com, capabilities, tags, coo are filled in here)
  bool include_com = true;
  std::vector<IssuedCapability> capabilities;
  std::vector<IssuedTag> tags;
};

// A member of a network of ours that is put out.
struct Eviction {
  NodeAddress member;
  int64_t issued_until = 0;  // ms since 1970: nothing an earlier run issued is later; what this run issued is known
};

struct Options {
  std::string platform;  // "linux/x86_64", told to controllers (vl2.md §5.1)
  uint8_t protocol_version = limits::kProtocolVersion;  // what VL1 announces: 12, or 11 without AES (vl1.md §4.8)
  // Configurations are refreshed every 64 minutes, retried every 25 s, subscriptions told only to those we meet
  // (vl2.md §3.4, §12.5; vl1.md §7.13).
  bool low_bandwidth = false;
};

class Vl2 {
 public:
  static constexpr size_t kMaxNetworks = 1'024;     // each may hold megabytes of configuration
  static constexpr Millis kCleaningPeriod = 30'000;  // vl2.md §8.1

  Vl2(vl1::Vl1& vl1, RandomSource& random, DropCounters& drops, const Options& options, Delegate& delegate);
  // Over any link; it must outlive the Vl2. For tests.
  Vl2(Link& link, RandomSource& random, DropCounters& drops, const Options& options, Delegate& delegate);
  ~Vl2();

  // Joins; `cached` is the stored dictionary or empty (vl2.md §3.2). Already joined: nothing happens, true.
  // False: kMaxNetworks reached.
  bool Join(const Now& now, NetworkId network, ByteSpan cached);
  bool Leave(const Now& now, NetworkId network);  // false: not joined
  std::optional<NetworkInfo> Info(NetworkId network) const;
  std::vector<NetworkId> Networks() const;
  // How often the rules of a network held, by the rules of its configuration (decision.h). Null: not joined.
  const RuleHits* Hits(NetworkId network) const;
  // What the network's rules say of a frame from or to `peer` (0: not known yet) now: nothing is sent, delivered or
  // counted. Nothing: not joined, or no configuration.
  std::optional<Explanation> ExplainRules(NetworkId network, bool inbound, NodeAddress peer, const Frame& frame) const;
  // The port's own subscriptions (vl2.md §12.2); replaces the set. New groups are announced at once.
  void SetGroups(const Now& now, NetworkId network, std::span<const MulticastGroup> groups);

  // From VL1. Returns trust (vl1::Delegate::HandleMessage).
  bool HandleMessage(const Now& now, const vl1::Message& message);
  void OnIdentityKnown(const Now& now, const Identity& identity);
  std::vector<NodeAddress> AlwaysContact() const;
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;

  // A frame from the port (vl2.md §9.1, §12.4). The pieces are written straight into the packet.
  void SendFrame(const Now& now, NetworkId network, Mac source, Mac destination, uint16_t ether_type,
                 vl1::Gather payload);
  // Delivers what was queued for our own port (own-MAC frames, emulated neighbour advertisements).
  void Flush(const Now& now);

  // Controller (controller.md). Off: NETWORK_CONFIG_REQUEST is answered with UNSUPPORTED_OPERATION.
  void EnableController(bool enabled);
  // request 0: push as NETWORK_CONFIG; else answer as OK (controller.md §6.1).
  bool Grant(const Now& now, NodeAddress member, PacketId request, const IssuedConfig& issued);
  void Reject(const Now& now, NodeAddress member, NetworkId network, PacketId request, WireError code);
  // Signs a COM revocation of `target` with threshold now and sends it to `recipients` (controller.md §6.2).
  void Revoke(const Now& now, NetworkId network, const Eviction& eviction, std::span<const NodeAddress> recipients);

 private:
  Vl2(std::unique_ptr<Link> link, RandomSource& random, DropCounters& drops, const Options& options,
      Delegate& delegate);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zt::vl2
