#include "sim/chaos_plan.h"

#include <algorithm>

#include "sim/text.h"

namespace zt::sim {
namespace {

class Draw {
 public:
  Draw(uint64_t seed, const ChaosSize& size) : random_(seed * 2 + 1), size_(size) { plan_.seed = seed; }

  ChaosPlan Run() {
    Roots();
    Sites();
    Hosts();
    Friends();
    Standing();
    Faults();
    return plan_;
  }

 private:
  uint64_t Below(uint64_t bound) { return random_.Below(bound); }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  Millis Between(Millis low, Millis high) {
    return low + static_cast<Millis>(Below(static_cast<uint64_t>(high - low + 1)));
  }
  template <typename T>
  T Pick(std::initializer_list<T> values) {
    return values.begin()[Below(values.size())];
  }
  size_t AnySite() { return Below(plan_.sites.size()); }

  // A site for a host. A root that lost its memory looks at one stranger in two seconds from one /24 (vl1.md §11.3), so
  // that a crowd behind one address cannot be back within the time that is allowed here.
  size_t SiteWithRoom(Families families) {
    for (int tries = 0;; ++tries) {
      const size_t site = AnySite();
      if (families == Families::kV6Only && !plan_.sites[site].plan.v6) continue;
      size_t top = site;
      while (plan_.sites[top].outer.has_value()) top = *plan_.sites[top].outer;
      crowds_.resize(plan_.sites.size());
      if (crowds_[top] >= kCrowd && tries < 1000) continue;
      ++crowds_[top];
      return site;
    }
  }
  size_t AnyHost() { return Below(plan_.hosts.size()); }

  void Roots() { plan_.roots = 2 + Below(3); }

  NatBehaviour AnyNat() {
    const auto any = [this] {
      return Pick(
          {Dependence::kEndpointIndependent, Dependence::kAddressDependent, Dependence::kAddressAndPortDependent});
    };
    NatBehaviour nat;
    nat.mapping = OneIn(4) ? any() : Dependence::kEndpointIndependent;
    nat.filtering = any();
    nat.ports = Pick({PortAssignment::kPreserving, PortAssignment::kPreserving, PortAssignment::kSequential,
                      PortAssignment::kRandom});
    nat.hairpin = Pick({Hairpin::kNone, Hairpin::kInternalSource, Hairpin::kExternalSource});
    nat.lifetime = Pick<Millis>({30'000, 60'000, 120'000, 300'000});
    nat.inbound_refresh = OneIn(2);
    return nat;
  }

  void Sites() {
    const size_t count = 4 + (size_.hosts + size_.faults / 4) * 2 / 5;
    for (size_t i = 0; i < count; ++i) {
      ChaosPlan::SiteDraw site;
      site.plan.name = "site-" + std::to_string(i);
      site.plan.nat = AnyNat();
      site.plan.lan = IpAddress::V4(192, 168, Pick<uint8_t>({0, 1, 178}), 0);
      site.plan.line = {.bytes_per_ms = Pick<uint64_t>({0, 0, 2'000, 500}), .delay = Between(1, 60)};
      if (i > 1 && OneIn(5)) {
        site.outer = Below(i);  // a carrier's NAT, or a second box at home
        site.plan.lan = IpAddress::V4(10, 0, static_cast<uint8_t>(i), 0);
      } else if (OneIn(5)) {
        site.plan.lan.reset();
        site.plan.nat.reset();
        if (OneIn(2)) {
          site.plan.nat = NatBehaviour{.filtering = Dependence::kAddressAndPortDependent, .translate = false};
        }
      }
      site.plan.v6 = (i < 2 || OneIn(2)) && (!site.outer.has_value() || plan_.sites[*site.outer].plan.v6);
      site.plan.firewall6 = AnyFirewall6();
      plan_.sites.push_back(std::move(site));
    }
  }

  std::optional<NatBehaviour> AnyFirewall6() {
    if (OneIn(4)) return std::nullopt;
    return NatBehaviour{.filtering = Pick({Dependence::kEndpointIndependent, Dependence::kAddressDependent,
                                           Dependence::kAddressAndPortDependent}),
                        .lifetime = Pick<Millis>({30'000, 120'000}),
                        .translate = false};
  }

  // Few with IPv6 alone, so that there is room for them wherever they roam.
  Families AnyFamilies(size_t host) {
    if (host % 8 == 3) return Families::kV6Only;
    return OneIn(6) ? Families::kV4Only : Families::kBoth;
  }

  void Hosts() {
    for (size_t i = 0; i < size_.hosts; ++i) {
      ChaosPlan::HostDraw host;
      host.families = AnyFamilies(i);
      host.relay = i % 3 == 0;
      host.site = SiteWithRoom(host.families);
      host.line = {.bytes_per_ms = Pick<uint64_t>({0, 5'000}), .delay = Between(0, 20)};
      host.ports = {9993};
      if (OneIn(2)) host.ports.push_back(static_cast<uint16_t>(Between(20'000, 65'000)));
      host.start = Between(0, 10'000);
      plan_.hosts.push_back(std::move(host));
    }
  }

  void Friends() {
    for (size_t i = 0; i < size_.hosts; ++i) {
      for (uint64_t n = 1 + Below(3); n > 0; --n) {
        const size_t other = AnyHost();
        if (other != i) plan_.friends.push_back({i, other});
      }
    }
  }

  void Standing() {
    if (OneIn(4)) plan_.dead_roots.push_back(Below(plan_.roots));
    if (OneIn(3)) BlockUdp(plan_.sites[AnySite()].plan);
    if (!plan_.dead_roots.empty() || !OneIn(6)) return;
    plan_.far_roots.push_back(Below(plan_.roots));
    for (size_t i = 0; i < plan_.sites.size(); ++i) {
      if (!plan_.sites[i].outer.has_value() && OneIn(3)) plan_.far_sites.push_back(i);
    }
  }

  // As a hotel does it: private addresses of IPv4.
  static void BlockUdp(SitePlan& plan) {
    plan.nat = NatBehaviour{.block_udp = true};
    if (!plan.lan) plan.lan = IpAddress::V4(192, 168, 1, 0);
  }

  void Faults() {
    constexpr Millis kFirst = 20'000;
    plan_.faults_until = Between(100'000, 200'000);
    for (size_t i = 0; i < size_.faults; ++i) {
      Fault fault;
      fault.kind = static_cast<FaultKind>(Below(static_cast<uint64_t>(FaultKind::kWallClock) + 1));
      fault.at = Between(kFirst, plan_.faults_until - 1);
      fault.length = std::min(Between(1, OneIn(3) ? 90'000 : 15'000), plan_.faults_until - fault.at);
      Aim(fault);
      plan_.faults.push_back(std::move(fault));
    }
    // Where places matter, what ends later must have begun later: the last roaming decides where a host is.
    std::sort(plan_.faults.begin(), plan_.faults.end(), [](const Fault& a, const Fault& b) { return a.at < b.at; });
  }

  void Aim(Fault& fault) {
    switch (fault.kind) {
      case FaultKind::kRootRestart:
      case FaultKind::kRootReplace: fault.target = Below(plan_.roots); break;
      case FaultKind::kRouterReboot: fault.target = AnySite(); break;
      case FaultKind::kIsland:
        for (uint64_t n = 1 + Below(plan_.sites.size() / 2); n > 0; --n) fault.places.push_back(AnySite());
        if (OneIn(2)) fault.roots.push_back(Below(plan_.roots));
        break;
      case FaultKind::kBadLine:
        fault.target = AnySite();
        fault.line = {.bytes_per_ms = Pick<uint64_t>({0, 50}),
                      .delay = Between(1, 500),
                      .loss = Chance(),
                      .duplicate = Chance(),
                      .reorder = Chance(),
                      .reorder_delay = Between(1, 300),
                      .corrupt = Chance()};
        break;
      case FaultKind::kPeering:
        fault.target = AnySite();
        fault.place = AnySite();
        break;
      case FaultKind::kRoam:
      case FaultKind::kSecondLine:
        fault.target = AnyHost();
        fault.place = SiteWithRoom(plan_.hosts[fault.target].families);
        break;
      default:
        fault.target = AnyHost();
        fault.amount = Between(-7'200'000, 7'200'000);
    }
  }
  uint32_t Chance() { return OneIn(2) ? 0 : static_cast<uint32_t>(Below(400'000)); }

  static constexpr size_t kCrowd = 6;

  SeededRandom random_;
  const ChaosSize size_;
  std::vector<size_t> crowds_;  // hosts that are ever behind one public address, by the outermost site
  ChaosPlan plan_;
};

std::string List(const std::vector<size_t>& items) {
  std::string out;
  for (size_t item : items) out += Text(' ', item);
  return out;
}

std::string_view Name(Dependence d) {
  return d == Dependence::kEndpointIndependent ? "EI" : d == Dependence::kAddressDependent ? "AD" : "APD";
}

std::string DescribeNat(const NatBehaviour& nat) {
  if (nat.block_udp) return "UDP blocked";
  return Text(nat.translate ? "NAT" : "firewall", " mapping ", Name(nat.mapping), " filtering ", Name(nat.filtering),
              " ports ", static_cast<int>(nat.ports), " hairpin ", static_cast<int>(nat.hairpin), " lifetime ",
              nat.lifetime);
}

std::string DescribeV6(const SitePlan& plan) {
  if (!plan.v6) return {};
  return plan.firewall6 ? Text(", IPv6 with a firewall, filtering ", Name(plan.firewall6->filtering)) : ", IPv6";
}

std::string What(const Fault& f) {
  switch (f.kind) {
    case FaultKind::kRoam: return Text("host-", f.target, " roams to site-", f.place);
    case FaultKind::kSecondLine: return Text("host-", f.target, " has a second line at site-", f.place);
    case FaultKind::kSuspend: return Text("host-", f.target, " is suspended, its monotonic clock stands");
    case FaultKind::kSleep: return Text("host-", f.target, " is suspended, its monotonic clock goes on");
    case FaultKind::kRestart: return Text("host-", f.target, " restarts");
    case FaultKind::kCrash: return Text("host-", f.target, " crashes");
    case FaultKind::kReplace: return Text("host-", f.target, " crashes and loses its state");
    case FaultKind::kRootRestart: return Text("root-", f.target, " crashes");
    case FaultKind::kRootReplace: return Text("root-", f.target, " crashes and loses its state");
    case FaultKind::kRouterReboot: return Text("the router of site-", f.target, " reboots");
    case FaultKind::kIsland: return Text("an island: sites", List(f.places), ", roots", List(f.roots));
    case FaultKind::kPeering: return Text("no peering between site-", f.target, " and site-", f.place);
    case FaultKind::kBadLine:
      return Text("bad line of site-", f.target, ": loss ", f.line.loss, " duplicate ", f.line.duplicate, " reorder ",
                  f.line.reorder, " corrupt ", f.line.corrupt, " delay ", f.line.delay, " rate ", f.line.bytes_per_ms);
    case FaultKind::kRenumber:
      return Text("host-", f.target, " gets another address", f.amount % 2 == 0 ? " and keeps the old one" : "");
    case FaultKind::kWallClock: return Text("the wall clock of host-", f.target, " is off by ", f.amount, " ms");
  }
  return {};
}

}  // namespace

ChaosPlan DrawChaos(uint64_t seed, const ChaosSize& size) { return Draw(seed, size).Run(); }

std::string Fault::Describe() const { return Text("  ", at, " for ", length, ": ", What(*this), '\n'); }

std::string ChaosPlan::Describe() const {
  std::string out = Text("  roots: ", roots, "; dead:", List(dead_roots), "; far island: roots", List(far_roots),
                         ", sites", List(far_sites), '\n');
  for (const SiteDraw& site : sites) {
    out += Text("  ", site.plan.name, site.outer ? Text(" behind site-", *site.outer) : "", ": ",
                site.plan.nat ? DescribeNat(*site.plan.nat) : "plain router", ", ",
                site.plan.lan ? site.plan.lan->ToString() : "public", DescribeV6(site.plan), ", delay ",
                site.plan.line.delay, '\n');
  }
  for (size_t i = 0; i < hosts.size(); ++i) {
    out += Text("  host-", i, " at site-", hosts[i].site, ", ports ", hosts[i].ports.size(),
                hosts[i].families == Families::kBoth     ? ""
                : hosts[i].families == Families::kV6Only ? ", IPv6 only"
                                                         : ", IPv4 only",
                hosts[i].relay ? ", TCP relay" : "",
                ", starts at ",
                hosts[i].start, '\n');
  }
  for (const Fault& fault : faults) out += fault.Describe();
  return out + Text("  faults end at ", faults_until, '\n');
}

}  // namespace zt::sim
