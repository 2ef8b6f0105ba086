#include "sim/reference.h"

#include <algorithm>

namespace zt::sim {
namespace {

// The cable of the core behind that cable, box after box. Whoever has an address of a family, has a way for it: roots
// have both.
const Cable* Climb(const Internet& internet, const Cable* cable, bool udp) {
  if (cable->addresses().empty()) return nullptr;  // IPv6 only, where there is none
  while (&cable->segment() != &internet.core) {
    const Site* site = internet.SiteOf(cable->segment());
    if (site == nullptr || !site->router->powered()) return nullptr;
    if (udp && site->plan.nat.has_value() && site->plan.nat->block_udp) return nullptr;
    cable = &site->router->outside();
  }
  return cable;
}

// The relay's cable of the core, if the host may speak from there.
const Cable* RelayCable(const Internet& internet, const Host& host) {
  if (!internet.UsesRelay(host)) return nullptr;
  const Cable& relay = internet.relay()->cable();
  const std::vector<const Cable*> cables = host.Cables();
  const bool reached = std::any_of(cables.begin(), cables.end(),
                                   [&](const Cable* cable) { return TcpReaches(internet, *cable, relay); });
  return reached ? &relay : nullptr;
}

// A node that hears anybody with a global address directly needs no relay (vl1.md §10.3), also when that is only a
// neighbour.
bool HasGlobalAddress(const Internet& internet, const Host& host) {
  const std::vector<const Cable*> cables = host.Cables();
  return std::any_of(cables.begin(), cables.end(), [&](const Cable* cable) {
    const Site* site = internet.SiteOf(cable->segment());
    return site == nullptr || !site->plan.lan.has_value() || site->prefix6.has_value();
  });
}

// The roots the host is in contact with.
std::vector<const Host*> RootsOf(const Internet& internet, const Host& host) {
  std::vector<const Host*> out;
  std::vector<const Cable*> mine = CoreCables(internet, host);
  if (mine.empty() && !HasGlobalAddress(internet, host)) {
    if (const Cable* relay = RelayCable(internet, host)) mine.push_back(relay);
  }
  for (size_t i = 0; i < internet.roots(); ++i) {
    const Host& root = internet.root(i);
    if (!root.awake()) continue;
    const std::vector<const Cable*> its = CoreCables(internet, root);
    const bool connected = std::any_of(mine.begin(), mine.end(), [&](const Cable* a) {
      return std::any_of(its.begin(), its.end(), [&](const Cable* b) { return internet.core.Connects(*a, *b); });
    });
    if (connected) out.push_back(&root);
  }
  return out;
}

// The roots whose contacts lead to each other, starting from these.
std::vector<const Host*> Spread(const Internet& internet, std::vector<const Host*> roots) {
  for (size_t i = 0; i < roots.size(); ++i) {
    for (const Host* next : RootsOf(internet, *roots[i])) {
      if (std::find(roots.begin(), roots.end(), next) == roots.end()) roots.push_back(next);
    }
  }
  return roots;
}

bool SameSegment(const Host& a, const Host& b) {
  for (const Cable* mine : a.Cables()) {
    for (const Cable* its : b.Cables()) {
      if (&mine->segment() == &its->segment()) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<const Cable*> CoreCables(const Internet& internet, const Host& host) {
  std::vector<const Cable*> out;
  for (const Cable* cable : host.Cables()) {
    if (const Cable* core = Climb(internet, cable, true)) out.push_back(core);
  }
  return out;
}

bool TcpReaches(const Internet& internet, const Cable& from, const Cable& to) {
  const bool v4 = std::any_of(from.addresses().begin(), from.addresses().end(),
                              [](const IpAddress& ip) { return ip.IsV4(); });
  const Cable* core = v4 ? Climb(internet, &from, false) : nullptr;
  return core != nullptr && internet.core.Connects(*core, to);
}

Expectation Expect(const Internet& internet, const Host& a, const Host& b) {
  if (!a.awake() || !b.awake()) return Expectation::kCannot;
  const std::vector<const Host*> roots_a = RootsOf(internet, a), roots_b = RootsOf(internet, b);
  const std::vector<const Host*> spread = Spread(internet, roots_a);
  const auto in_spread = [&spread](const Host* root) {
    return std::find(spread.begin(), spread.end(), root) != spread.end();
  };
  if (std::any_of(roots_b.begin(), roots_b.end(), in_spread)) return Expectation::kTalk;
  if (SameSegment(a, b)) return Expectation::kMay;  // they could, but nobody tells one of the other
  std::vector<const Cable*> cables_a = CoreCables(internet, a), cables_b = CoreCables(internet, b);
  // Below the core two sites may share a carrier, through which their UDP passes although it does not reach the core.
  if (cables_a.empty() && cables_b.empty()) return Expectation::kMay;
  if (const Cable* relay = RelayCable(internet, a)) cables_a.push_back(relay);
  if (const Cable* relay = RelayCable(internet, b)) cables_b.push_back(relay);
  for (const Cable* from : cables_a) {
    for (const Cable* to : cables_b) {
      if (from == to || internet.core.Connects(*from, *to)) return Expectation::kMay;
    }
  }
  return Expectation::kCannot;
}

}  // namespace zt::sim
