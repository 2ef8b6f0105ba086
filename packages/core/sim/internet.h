// A whole simulated internet: the core, roots on it, sites (a LAN behind a router) and hosts. Composition of the other
// files of this directory; what it does not offer is put together from them by hand.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/host.h"
#include "sim/router.h"
#include "sim/tcp_relay.h"

namespace zt::sim {

// A LAN and the router that joins it to the internet, or to another site: two NATs in series.
struct SitePlan {
  std::string name;
  std::optional<NatBehaviour> nat = NatBehaviour{};  // none: a plain router, its LAN has public addresses
  size_t outside_addresses = 1;                      // of a NAT that translates
  LinkPlan line = {.delay = 10};                     // up and down, to the outside
  // First address of the LAN, whose hosts count up from 2. Homes share their private prefixes with each other, as in
  // the world: a pushed address of one may be another machine in the next. None: public addresses of its own.
  std::optional<IpAddress> lan = IpAddress::V4(192, 168, 1, 0);
  // IPv6 beside it: a /64 of its own, routed and not translated. A site behind one that has none has none either.
  bool v6 = false;
  std::optional<NatBehaviour> firewall6 = NatBehaviour{.filtering = Dependence::kAddressAndPortDependent,
                                                       .translate = false};  // RFC 6092; none: all comes in
};

// What a host takes of what a site offers. An IPv6-only host at a site without IPv6 gets no address.
enum class Families : uint8_t { kBoth, kV4Only, kV6Only };

struct Site {
  Site(Simulator& simulator, SitePlan site_plan, const IpAddress& lan_address)
      : plan(std::move(site_plan)), lan(simulator, plan.name, 0), first(lan_address) {}

  const SitePlan plan;
  Segment lan;
  IpAddress NextAddress();  // one that no device of the LAN had before
  std::vector<IpAddress> NextAddresses(Families families);

  IpAddress first;  // of the LAN
  std::optional<IpPrefix> prefix6;
  Site* outer = nullptr;
  std::unique_ptr<Router> router;
  uint32_t given = 1;  // the router has .1
};

class Internet {
 public:
  // Between any two of its cables, beside the delay of the cables. More than the TTL of an opener (vl1.md §5.6).
  static constexpr uint8_t kCoreHops = 6;
  static constexpr uint16_t kRootPort = 9993;

  // The first identities are the roots', which stand on the core with one IPv4 address each, powered off; `v6`: and with
  // an IPv6 address.
  Internet(uint64_t seed, size_t roots, bool v6 = false);
  ~Internet();
  Internet(const Internet&) = delete;
  Internet& operator=(const Internet&) = delete;

  // `outer`: the site it is behind; null: the core.
  Site& AddSite(const SitePlan& plan, Site* outer = nullptr);
  // A machine with the next identity, powered off and not plugged anywhere.
  Host& AddHost(std::string name, std::vector<uint16_t> ports = {9993});
  // The same, one that uses the TCP relay when it hears nothing by UDP for some seconds. The relay is made with the
  // first of them.
  Host& AddRelayedHost(std::string name, std::vector<uint16_t> ports = {9993});
  const TcpRelayServer* relay() const { return relay_.get(); }
  bool UsesRelay(const Host& host) const { return relayed_.contains(&host); }
  // Gives the host a new address at the site (or on the core) and plugs it in; the answer names the interface.
  int Plug(Host& host, Site& site, const LinkPlan& line = {.delay = 1}, Families families = Families::kBoth);
  int PlugIntoCore(Host& host, const LinkPlan& line = {.delay = 10});

  Host& root(size_t index) const { return *roots_[index]; }
  const Site* SiteOf(const Segment& lan) const;  // null: not the LAN of a site
  size_t roots() const { return roots_.size(); }
  void StartRoots();
  const Bytes& planet() const { return planet_; }

  Simulator simulator;
  Segment core;

 private:
  IpAddress NextPublic();
  IpPrefix NextPrefix6(const Site* outer);
  static void RouteThrough(Site* outer, Site& site);
  std::string_view NextIdentity();

  Bytes planet_;
  size_t identities_ = 0;
  uint32_t publics_ = 0;
  uint32_t public_lans_ = 0;
  uint16_t prefixes6_ = 0;
  std::vector<std::unique_ptr<Site>> sites_;
  std::unique_ptr<TcpRelayServer> relay_;
  std::set<const Host*> relayed_;
  std::vector<std::unique_ptr<Host>> roots_, hosts_;  // destroyed before the segments they are plugged into
};

}  // namespace zt::sim
