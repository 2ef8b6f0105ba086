// One joined network: everything remembered about it (vl2.md §3.1).
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "vl2/bridge_routes.h"
#include "vl2/config_assembler.h"
#include "vl2/config_flood.h"
#include "vl2/decision.h"
#include "vl2/membership.h"
#include "vl2/multicast_group.h"
#include "wire/network_config.h"
#include "wire/verb/error.h"
#include "zt/generated/enums.h"
#include "zt/time.h"

namespace zt::vl2 {

// Why there is no (new) configuration (vl2.md §3.3).
enum class Failure : uint8_t { kNone, kAccessDenied, kNotFound, kAuthenticationRequired };

class Network {
 public:
  // A controller with more members than this is served by several; a record is about a kilobyte.
  static constexpr size_t kMaxMembers = 16'384;
  static constexpr size_t kSearchEvery = 256;        // newcomers to a full table, per search of it for strangers
  static constexpr size_t kMaxGroups = 4'096;        // own and behind-me groups, each (vl2.md §12.2)
  static constexpr Millis kGroupExpiry = 1'200'000;  // behind-me groups (vl2.md §12.2)

  Network(NetworkId network, NodeAddress self_address);

  const NetworkId id;
  const NodeAddress self;
  const Mac mac;

  const NetworkConfig* config() const { return config_.get(); }
  // Takes a new configuration: every cached verdict falls.
  void SetConfig(NetworkConfig config);
  NetworkStatus Status() const;
  bool IsActiveBridge() const { return active_bridge_; }
  bool AcceptsEverything() const { return accepts_everything_; }
  bool ReadsWholeFrame() const { return reads_whole_frame_; }
  // Active bridges other than ourselves, in the configuration's order.
  const std::vector<NodeAddress>& bridges() const { return bridges_; }
  const std::vector<NodeAddress>& replicators() const { return replicators_; }
  // Anchors and replicators (vl2.md §6.3).
  const std::vector<NodeAddress>& always_contact() const { return always_contact_; }
  uint32_t epoch() const { return epoch_; }

  Membership* FindMember(NodeAddress address);
  const Membership* FindMember(NodeAddress address) const;
  // The record, made if missing. When there are kMaxMembers, those give way that hold nothing signed. Null: all do.
  Membership* Member(NodeAddress address);
  std::map<NodeAddress, Membership>& members() { return members_; }
  // Whether this peer is on the network by our configuration: public, or its certificate agrees (vl2.md §8.4).
  // The verdict is kept until the configuration or the peer's credentials change.
  bool Allows(const Identity& peer);

  // Own and behind-me groups, and broadcast when enabled: sorted, unique (vl2.md §12.2).
  std::vector<MulticastGroup> AnnouncedGroups() const;
  bool Subscribes(const MulticastGroup& group) const;  // own or behind me
  // True: the group is new.
  bool LearnBehindMe(Instant now, const MulticastGroup& group);

  Failure failure = Failure::kNone;
  std::optional<wire::AuthenticationRequired> sign_on;  // of the last kAuthenticationRequired
  Instant config_accepted = Instant::LongAgo();  // lastConfigUpdate; LongAgo: never or stale
  Instant next_request = Instant::LongAgo();
  Instant next_announce = Instant::LongAgo();
  Instant cleaned = Instant::LongAgo();
  ConfigAssembler assembler;
  ConfigFlood flood;
  BridgeRoutes routes;
  RuleHits rule_hits;                                 // of the configuration in force
  std::vector<MulticastGroup> groups;                 // own, sorted, unique
  std::map<MulticastGroup, Instant> behind_me;        // last refreshed
  std::map<MulticastGroup, Instant> last_gather;      // explicit gathers (vl2.md §12.5)

 private:
  void MakeRoom();
  // Erases half of the records without credentials and revocations, the ones longest unused.
  void ForgetStrangers();

  std::unique_ptr<const NetworkConfig> config_;
  bool active_bridge_ = false;
  bool accepts_everything_ = false;
  bool reads_whole_frame_ = false;
  std::vector<NodeAddress> bridges_, replicators_, always_contact_;
  uint32_t epoch_ = 0;
  std::map<NodeAddress, Membership> members_;
  NodeAddress newest_;                // the last one that a record was made for
  size_t newcomers_ = kSearchEvery;   // to the full table, since the last search for strangers
};

}  // namespace zt::vl2
