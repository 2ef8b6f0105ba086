#include "sim/internet.h"

#include <iterator>

#include "base/check.h"
#include "sim/identities.h"
#include "wire/secret_identity.h"
#include "zt/makers.h"

namespace zt::sim {

Bytes MakePlanetOf(const std::vector<std::pair<std::string_view, Endpoint>>& roots) {
  Bytes spec, planet;
  node::HostWriter out(spec);
  out.U64(99);
  out.I64(Simulator::kEpoch);
  out.Put(Bytes(128, 0));  // a fresh signing key
  out.Count(roots.size());
  for (const auto& [identity, endpoint] : roots) {
    out.Str16(SecretIdentity::ParseText(identity)->identity().ToText());
    out.Count(1);
    out.Ep(endpoint);
  }
  ZT_CHECK(MakePlanet(Bytes(32, 9), spec, planet) == Status::kOk);
  return planet;
}

Internet::Internet(uint64_t seed, size_t roots) : simulator(seed), core(simulator, "core", kCoreHops) {
  std::vector<std::pair<std::string_view, Endpoint>> listed;
  for (size_t i = 0; i < roots; ++i) listed.push_back({NextIdentity(), {NextPublic(), kRootPort}});
  planet_ = MakePlanetOf(listed);
  for (size_t i = 0; i < roots; ++i) {
    const HostPlan plan{.name = "root-" + std::to_string(i), .secret = listed[i].first, .ports = {kRootPort}};
    Host& root = *roots_.emplace_back(std::make_unique<Host>(simulator, plan, planet_));
    root.Plug(core, {listed[i].second.ip}, {.delay = 10});
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
