#include "node/network_ports.h"

#include <algorithm>

#include "wire/network_config.h"

namespace zt::node {

namespace {

// By family, prefix length, bytes; without duplicates (sdk-api.md §5.3). IPv4 comes first.
std::vector<IpPrefix> Normalized(std::vector<IpPrefix> addresses) {
  std::erase_if(addresses, [](const IpPrefix& p) { return p.address.IsUnspecified() || p.address.IsMulticast(); });
  std::sort(addresses.begin(), addresses.end(), [](const IpPrefix& a, const IpPrefix& b) {
    if (a.address.family != b.address.family) return a.address.family < b.address.family;
    if (a.bits != b.bits) return a.bits < b.bits;
    return a.address.bytes < b.address.bytes;
  });
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

template <typename T>
bool Has(const std::vector<T>& items, const T& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

// What resolves an address of ours must reach us (vl2.md §11.1).
vl2::MulticastGroup GroupOfAddress(const IpAddress& ip) {
  if (ip.IsV4()) return {Mac::Broadcast(), ip.V4()};
  return {{0x3333ff000000 | uint64_t{ip.bytes[13]} << 16 | uint64_t{ip.bytes[14]} << 8 | ip.bytes[15]}, 0};
}

bool HasFamily(const std::vector<IpPrefix>& addresses, IpFamily family) {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const IpPrefix& p) { return p.address.family == family; });
}

}  // namespace

void NetworkPorts::Attach(const Now& now, const vl2::NetworkInfo& info) {
  const auto [at, fresh] = ports_.try_emplace(info.id);
  if (!fresh) return;
  Port& port = at->second;
  port.mac = info.mac;
  port.mtu = info.config != nullptr ? info.config->mtu : limits::kDefaultMtu;
  port.arrival = ++arrivals_;
  port.has_place = HasFreePlace();
  EnterStack(now, info.id, port);
  events_.Netif(Event::kNetifUp, info.id, port.mac, port.mtu);
}

bool NetworkPorts::HasFreePlace() const {
  const auto placed = std::count_if(ports_.begin(), ports_.end(), [](const auto& e) { return e.second.has_place; });
  return static_cast<size_t>(placed) < netstack::Stack::kMaxInterfaces;
}

// A network that came when all places were taken has no sockets until it gets one; frames it has.
void NetworkPorts::EnterStack(const Now& now, NetworkId id, const Port& port) {
  if (!port.has_place || !port.in_stack) return;
  stack_.AddInterface(now, id, port.mac, port.mtu, kSegmentHint);
  stack_.SetAddresses(now, id, port.addresses);
  GiveRoutes(id, port);
}

void NetworkPorts::GivePlaces(const Now& now) {
  while (HasFreePlace()) {
    auto next = ports_.end();
    for (auto at = ports_.begin(); at != ports_.end(); ++at) {
      if (at->second.has_place) continue;
      if (next == ports_.end() || at->second.arrival < next->second.arrival) next = at;
    }
    if (next == ports_.end()) return;
    next->second.has_place = true;
    EnterStack(now, next->first, next->second);
    SubscribeGroups(now, next->first);
  }
}

void NetworkPorts::Apply(const Now& now, const vl2::NetworkInfo& info, bool update, bool online) {
  Attach(now, info);
  Port& port = ports_.at(info.id);
  if (info.config != nullptr) {
    ApplyAddresses(now, info.id, port, *info.config);
    ApplyRoutes(info.id, port, *info.config);
    if (port.mtu != info.config->mtu) {
      port.mtu = info.config->mtu;
      stack_.SetMtu(info.id, port.mtu);
    }
  }
  if (update) events_.Network(Event::kNetworkUpdate, info);
  if (online) Report(info, port);
}

void NetworkPorts::Permit(const Now& now, NetworkId id, const NetworkPermissions& permissions, bool online) {
  permissions_[id] = permissions;
  if (ports_.count(id) == 0) return;
  if (const auto info = vl2_.Info(id)) Apply(now, *info, true, online);
}

std::vector<IpPrefix> NetworkPorts::Addresses(NetworkId id, const NetworkConfig& config) const {
  std::vector<IpPrefix> addresses = Normalized(config.addresses);
  const auto held = permissions_.find(id);
  if (held == permissions_.end()) return addresses;
  std::erase_if(addresses, [&](const IpPrefix& p) { return !held->second.Allows(p); });
  return addresses;
}

std::vector<NetworkRoute> NetworkPorts::Routes(NetworkId id, const NetworkConfig& config) const {
  const auto held = permissions_.find(id);
  if (held == permissions_.end()) return config.routes;
  std::vector<NetworkRoute> routes = config.routes;
  std::erase_if(routes, [&](const NetworkRoute& r) { return !held->second.Allows(r.target); });
  return routes;
}

void NetworkPorts::ApplyAddresses(const Now& now, NetworkId id, Port& port, const NetworkConfig& config) {
  std::vector<IpPrefix> next = Addresses(id, config);
  if (next == port.addresses) return;
  for (const IpPrefix& old : port.addresses) {
    if (!Has(next, old)) events_.Address(false, id, old);
  }
  for (const IpPrefix& fresh : next) {
    if (!Has(port.addresses, fresh)) events_.Address(true, id, fresh);
  }
  port.addresses = std::move(next);
  stack_.SetAddresses(now, id, port.addresses);
  SubscribeGroups(now, id);
}

void NetworkPorts::SubscribeGroups(const Now& now, NetworkId id) {
  const Port& port = ports_.at(id);
  std::vector<vl2::MulticastGroup> groups = port.frame_groups;
  for (const netstack::LinkGroup& group : stack_.Groups(id)) groups.push_back({group.mac, group.adi});
  if (!port.in_stack) {
    for (const IpPrefix& p : port.addresses) groups.push_back(GroupOfAddress(p.address));
  }
  vl2_.SetGroups(now, id, groups);
}

void NetworkPorts::SetFrameGroups(const Now& now, NetworkId id, std::vector<vl2::MulticastGroup> groups) {
  const auto at = ports_.find(id);
  if (at == ports_.end()) return;
  at->second.frame_groups = std::move(groups);
  SubscribeGroups(now, id);
}

void NetworkPorts::SetStack(const Now& now, NetworkId id, bool attached) {
  const auto at = ports_.find(id);
  if (at == ports_.end() || at->second.in_stack == attached) return;
  Port& port = at->second;
  port.in_stack = attached;
  if (attached) {
    EnterStack(now, id, port);
  } else {
    stack_.RemoveInterface(now, id);
  }
  SubscribeGroups(now, id);
}

bool NetworkPorts::HandleStackEvent(const Now& now, const netstack::StackEvent& event) {
  switch (event.kind) {
    case netstack::StackEventKind::kGroupsChanged:
      if (ports_.count(event.interface) != 0) SubscribeGroups(now, event.interface);
      return true;
    case netstack::StackEventKind::kAddressConflict: WarnOfConflict(event); return true;
    default: return false;
  }
}

void NetworkPorts::WarnOfConflict(const netstack::StackEvent& event) {
  const std::string address = event.local.ip.ToString();
  const std::string kept = event.local.ip.IsV4() ? "it is kept and defended here" : "it is not used here";
  events_.Warn(Warning::kAddressConflict,
               address + " on network " + event.interface.ToString() + " is also used by " + event.mac.ToString() +
                   "; " + kept + ". Give one of the two members another address at the network's controller.");
}

void NetworkPorts::ApplyRoutes(NetworkId id, Port& port, const NetworkConfig& config) {
  std::vector<NetworkRoute> next = Routes(id, config);
  if (next == port.routes) return;
  // sdk-api.md §5.4 Do: routes are installed, differences reported after the addresses of the same callback.
  for (const NetworkRoute& old : port.routes) {
    if (!Has(next, old)) events_.Route(Event::kRouteRemoved, id, old);
  }
  for (const NetworkRoute& fresh : next) {
    if (!Has(port.routes, fresh)) events_.Route(Event::kRouteAdded, id, fresh);
  }
  port.routes = std::move(next);
  GiveRoutes(id, port);
}

void NetworkPorts::GiveRoutes(NetworkId id, const Port& port) {
  std::vector<netstack::Route> routes;
  for (const NetworkRoute& route : port.routes) routes.push_back({route.target, route.via, route.metric});
  stack_.SetRoutes(id, routes);
}

void NetworkPorts::ReportAll() {
  for (auto& [id, port] : ports_) {
    if (const auto info = vl2_.Info(id)) Report(*info, port);
  }
}

void NetworkPorts::Report(const vl2::NetworkInfo& info, Port& port) {
  const bool changed = info.status != port.reported;
  const bool was_ok = port.reported == NetworkStatus::kOk;
  port.reported = info.status;
  if (info.status == NetworkStatus::kOk) {
    if (changed) events_.Netif(Event::kNetifLinkUp, info.id, port.mac, port.mtu);
    ReportReady(info, port);
    if (changed) events_.Network(Event::kNetworkOk, info);
    return;
  }
  if (!changed) return;
  port.ready_v4 = port.ready_v6 = false;
  if (was_ok) events_.Netif(Event::kNetifLinkDown, info.id, port.mac, port.mtu);
  switch (info.status) {
    case NetworkStatus::kRequestingConfiguration: return events_.Network(Event::kNetworkReqConfig, info);
    case NetworkStatus::kAccessDenied: return events_.Network(Event::kNetworkAccessDenied, info);
    case NetworkStatus::kNotFound: return events_.Network(Event::kNetworkNotFound, info);
    case NetworkStatus::kClientTooOld: return events_.Network(Event::kNetworkClientTooOld, info);
    case NetworkStatus::kAuthenticationRequired:
      return events_.Network(Event::kNetworkAuthenticationRequired, info);
    case NetworkStatus::kOk:
    case NetworkStatus::kPortError: return;
  }
}

void NetworkPorts::ReportReady(const vl2::NetworkInfo& info, Port& port) {
  // Also when the first address of a family appears while the network is OK already (sdk-api.md §3.3 Do).
  const bool v4 = HasFamily(port.addresses, IpFamily::kV4), v6 = HasFamily(port.addresses, IpFamily::kV6);
  if (v4 && !port.ready_v4) events_.Network(Event::kNetworkReadyIp4, info);
  if (v6 && !port.ready_v6) events_.Network(Event::kNetworkReadyIp6, info);
  port.ready_v4 = v4;
  port.ready_v6 = v6;
}

void NetworkPorts::Detach(const Now& now, const vl2::NetworkInfo& info) {
  const auto at = ports_.find(info.id);
  if (at == ports_.end()) return;
  const Port port = std::move(at->second);
  ports_.erase(at);
  permissions_.erase(info.id);
  events_.Network(Event::kNetworkDown, info);
  stack_.RemoveInterface(now, info.id);
  if (port.reported == NetworkStatus::kOk) events_.Netif(Event::kNetifLinkDown, info.id, port.mac, port.mtu);
  events_.Netif(Event::kNetifDown, info.id, port.mac, port.mtu);
  events_.Netif(Event::kNetifRemoved, info.id, port.mac, port.mtu);
}

bool NetworkPorts::Contains(const IpAddress& ip) const {
  return std::any_of(ports_.begin(), ports_.end(), [&](const auto& entry) {
    const std::vector<IpPrefix>& addresses = entry.second.addresses;
    return std::any_of(addresses.begin(), addresses.end(), [&](const IpPrefix& p) { return p.Contains(ip); });
  });
}

}  // namespace zt::node
