#include "sim/internet.h"

#include <iterator>

#include "sim/identities.h"
#include "testing/test_planet.h"
#include "wire/secret_identity.h"

namespace zt::sim {

Internet::Internet(uint64_t seed, size_t roots) : simulator(seed), core(simulator, "core", kCoreHops) {
  std::vector<std::string_view> secrets;
  std::vector<testing::PlanetRoot> listed;
  for (size_t i = 0; i < roots; ++i) {
    secrets.push_back(NextIdentity());
    listed.push_back({SecretIdentity::ParseText(secrets[i])->identity(), {NextPublic(), kRootPort}});
  }
  planet_ = testing::TestPlanet(listed, Simulator::kEpoch);
  for (size_t i = 0; i < roots; ++i) {
    const HostPlan plan{.name = "root-" + std::to_string(i), .secret = secrets[i], .ports = {kRootPort}};
    Host& root = *roots_.emplace_back(std::make_unique<Host>(simulator, plan, planet_));
    root.Plug(core, {listed[i].endpoint.ip}, {.delay = 10});
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
  site.router = std::make_unique<Router>(site.lan, outer == nullptr ? core : outer->lan, router, std::move(nat));
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

int Internet::Plug(Host& host, Site& site, const LinkPlan& line) {
  return host.Plug(site.lan, {site.NextAddress()}, line);
}

int Internet::PlugIntoCore(Host& host, const LinkPlan& line) { return host.Plug(core, {NextPublic()}, line); }

}  // namespace zt::sim
