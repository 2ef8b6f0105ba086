#include "sim/internet.h"

#include <iterator>

#include "sim/identities.h"
#include "sim/reference.h"
#include "testing/test_planet.h"
#include "wire/secret_identity.h"

namespace zt::sim {

namespace {

// 2600:0:SITE:LAN::HOST.
IpAddress MakeV6(uint16_t site, uint16_t lan, uint32_t host) {
  const uint8_t bytes[16] = {0x26, 0, 0, 0, static_cast<uint8_t>(site >> 8), static_cast<uint8_t>(site),
                             static_cast<uint8_t>(lan >> 8), static_cast<uint8_t>(lan), 0, 0, 0, 0,
                             static_cast<uint8_t>(host >> 24), static_cast<uint8_t>(host >> 16),
                             static_cast<uint8_t>(host >> 8), static_cast<uint8_t>(host)};
  return IpAddress::FromV6Bytes(bytes);
}

}  // namespace

Internet::Internet(uint64_t seed, size_t roots, bool v6) : simulator(seed), core(simulator, "core", kCoreHops) {
  std::vector<std::string_view> secrets;
  std::vector<testing::PlanetRoot> listed;
  for (size_t i = 0; i < roots; ++i) {
    secrets.push_back(NextIdentity());
    listed.push_back({SecretIdentity::ParseText(secrets[i])->identity(), {NextPublic(), kRootPort}});
    if (v6) listed[i].second = {MakeV6(++prefixes6_, 0, 1), kRootPort};
  }
  planet_ = testing::TestPlanet(listed, Simulator::kEpoch);
  for (size_t i = 0; i < roots; ++i) {
    const HostPlan plan{.name = "root-" + std::to_string(i), .secret = secrets[i], .ports = {kRootPort}};
    Host& root = *roots_.emplace_back(std::make_unique<Host>(simulator, plan, planet_));
    std::vector<IpAddress> addresses = {listed[i].endpoint.ip};
    if (v6) addresses.push_back(listed[i].second.ip);
    root.Plug(core, addresses, {.delay = 10});
  }
}

// A site behind another is unplugged from it first.
Internet::~Internet() {
  hosts_.clear();
  roots_.clear();
  while (!sites_.empty()) sites_.pop_back();
}

void Internet::StartRoots() {
  for (const auto& root : roots_) root->Start();
}

// Each in a /24 of its own: roots look at strangers from one /24 only every two seconds (vl1.md §11.3).
IpAddress Internet::NextPublic() { return IpAddress::V4((20u << 24) + (++publics_ << 8) + 1); }

std::string_view Internet::NextIdentity() {
  ZT_CHECK(identities_ < std::size(kIdentities));
  return kIdentities[identities_++];
}

IpAddress Site::NextAddress() { return IpAddress::V4(first.V4() + ++given); }

std::vector<IpAddress> Site::NextAddresses(Families families) {
  const IpAddress v4 = NextAddress();
  std::vector<IpAddress> out;
  if (families != Families::kV6Only) out.push_back(v4);
  if (families != Families::kV4Only && prefix6) {
    IpAddress v6 = prefix6->address;
    v6.bytes[15] = static_cast<uint8_t>(given);
    v6.bytes[14] = static_cast<uint8_t>(given >> 8);
    out.push_back(v6);
  }
  return out;
}

// A /64: of a /48 of its own, or of that of the site it is behind.
IpPrefix Internet::NextPrefix6(const Site* outer) {
  if (outer == nullptr) return {MakeV6(++prefixes6_, 0, 0), 64};
  IpAddress prefix = outer->prefix6->address;
  const size_t lan = sites_.size();
  prefix.bytes[6] = static_cast<uint8_t>(lan >> 8);
  prefix.bytes[7] = static_cast<uint8_t>(lan);
  return {prefix, 64};
}

// Every LAN on the way knows where the prefix is; the core knows the /48 of the outermost site.
void Internet::RouteThrough(Site* outer, Site& site) {
  Site* inner = &site;
  for (; outer != nullptr; inner = outer, outer = outer->outer) {
    outer->lan.AddRoute(*site.prefix6, inner->router->outside());
  }
}

Site& Internet::AddSite(const SitePlan& plan, Site* outer) {
  const bool translates = plan.nat.has_value() && plan.nat->translate;
  const IpAddress lan = plan.lan.value_or(IpAddress::V4((40u << 24) + (++public_lans_ << 8)));
  Site& site = *sites_.emplace_back(std::make_unique<Site>(simulator, plan, lan));
  RouterPlan router{.outside = {}, .routed = {}, .outside_up = plan.line, .outside_down = plan.line};
  for (size_t i = 0; translates && i < plan.outside_addresses; ++i) {
    router.outside.push_back(outer == nullptr ? NextPublic() : outer->NextAddress());
  }
  if (!translates) router.routed.push_back({lan, 24});
  std::unique_ptr<Nat> nat;
  if (plan.nat.has_value()) {
    nat = std::make_unique<Nat>(*plan.nat, router.outside, simulator.SeedOf("nat of " + plan.name));
  }
  std::unique_ptr<Nat> firewall6;
  site.outer = outer;
  if (plan.v6 && (outer == nullptr || outer->prefix6)) {
    site.prefix6 = NextPrefix6(outer);
    if (outer == nullptr) router.routed.push_back({site.prefix6->address, 48});
    std::optional<NatBehaviour> rule = plan.firewall6;
    if (plan.nat && plan.nat->block_udp) rule = NatBehaviour{.translate = false, .block_udp = true};
    const uint64_t seed = simulator.SeedOf("v6 of " + plan.name);
    if (rule) firewall6 = std::make_unique<Nat>(*rule, std::vector<IpAddress>{}, seed);
  }
  site.router = std::make_unique<Router>(site.lan, outer == nullptr ? core : outer->lan, router, std::move(nat),
                                         std::move(firewall6));
  if (site.prefix6) RouteThrough(outer, site);
  return site;
}

const Site* Internet::SiteOf(const Segment& lan) const {
  for (const auto& site : sites_) {
    if (&site->lan == &lan) return site.get();
  }
  return nullptr;
}

Host& Internet::AddHost(std::string name, std::vector<uint16_t> ports) {
  HostPlan plan{.name = std::move(name), .secret = NextIdentity(), .ports = std::move(ports)};
  return *hosts_.emplace_back(std::make_unique<Host>(simulator, std::move(plan), planet_));
}

Host& Internet::AddRelayedHost(std::string name, std::vector<uint16_t> ports) {
  constexpr uint32_t kEngageAfter = 5'000;
  if (relay_ == nullptr) {
    relay_ = std::make_unique<TcpRelayServer>(core, NextPublic(), [this](const Cable& cable) {
      return TcpReaches(*this, cable, relay_->cable());
    });
  }
  HostPlan plan{.name = std::move(name), .secret = NextIdentity(), .ports = std::move(ports)};
  plan.options = [this](testing::OptionsWriter& options) {
    Bytes value;
    node::HostWriter out(value);
    out.U8(static_cast<uint8_t>(TcpRelayMode::kAutomatic));
    out.Ep(relay_->endpoint());
    out.U32(kEngageAfter);
    options.Add(CreateOption::kTcpRelay, value);
  };
  Host& host = *hosts_.emplace_back(std::make_unique<Host>(simulator, std::move(plan), planet_));
  host.on_drained = [this, &host] { relay_->Serve(host); };
  relayed_.insert(&host);
  return host;
}

int Internet::Plug(Host& host, Site& site, const LinkPlan& line, Families families) {
  return host.Plug(site.lan, site.NextAddresses(families), line);
}

int Internet::PlugIntoCore(Host& host, const LinkPlan& line) { return host.Plug(core, {NextPublic()}, line); }

}  // namespace zt::sim
