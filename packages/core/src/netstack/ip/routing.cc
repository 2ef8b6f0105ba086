// Interfaces, addresses, routes and the way to a destination.
#include <algorithm>

#include "netstack/ip/ip_layer.h"
#include "netstack/ip/source_selection.h"

namespace zt::netstack {

IpLayer::IpLayer(RandomSource& random, DropCounters& drops, StackCounters& counters, FrameSink& sink,
                 Transports& transports)
    : random_(random),
      drops_(drops),
      counters_(counters),
      sink_(sink),
      transports_(transports),
      queue_(drops),
      reassembly_(drops, counters),
      identification_(random.U32()) {
  auto loopback = std::make_unique<Interface>();
  loopback->loopback = true;
  loopback->mtu = kLoopbackMtu;
  loopback->addresses = {{IpAddress::V4(127, 0, 0, 1), 8}, {*IpAddress::Parse("::1"), 128}};
  interfaces_.emplace(NetworkId{}, std::move(loopback));
}

bool IpLayer::Add(const Now& now, NetworkId id, Mac mac, uint32_t mtu, uint32_t segment_hint) {
  if (id.value == 0 || interfaces_.count(id) != 0) return false;
  auto interface = std::make_unique<Interface>();
  interface->id = id;
  interface->mac = mac;
  interface->mtu = mtu;
  interface->segment_hint = segment_hint;
  interface->addresses = {{LinkLocalAddress(mac), 64}};
  Interface& added = *interfaces_.emplace(id, std::move(interface)).first->second;
  CheckAddresses(now, added);
  ReportGroups(now, added, !detect_);
  ++generation_;
  return true;
}

void IpLayer::Remove(NetworkId id) {
  reassembly_.Forget(id);
  interfaces_.erase(id);
  ++generation_;
}

void IpLayer::SetMtu(Interface& interface, uint32_t mtu) {
  interface.mtu = mtu;
  ++generation_;
}

void IpLayer::SetAddresses(const Now& now, Interface& interface, std::span<const IpPrefix> addresses) {
  interface.addresses.assign(addresses.begin(),
                             addresses.begin() + std::min(addresses.size(), kMaxAddresses));
  std::erase_if(interface.addresses, [](const IpPrefix& p) {
    return p.address.IsUnspecified() || p.address.IsMulticast() || IsLoopbackAddress(p.address);
  });
  const IpPrefix link_local{LinkLocalAddress(interface.mac), 64};
  std::erase_if(interface.addresses,
                [&](const IpPrefix& p) { return p.address == link_local.address; });
  interface.addresses.push_back(link_local);
  CheckAddresses(now, interface);
  ReportGroups(now, interface, !detect_);
  ++generation_;
}

void IpLayer::CheckAddresses(const Now& now, Interface& interface) {
  interface.check.SetAddresses(now, interface.addresses, detect_, random_);
  // RFC 4862 §5.4.5: one found to be a duplicate stays unused until the configuration drops it.
  std::erase_if(interface.addresses, [&](const IpPrefix& p) { return interface.check.IsLost(p.address); });
  interface.UpdateRoutes();
  DrainChecks(now, interface);
}

void IpLayer::Refuse(StackProtocol protocol, uint64_t ProtocolCounters::*why, DropReason reason) {
  ProtocolCounters& counters = counters_[protocol];
  ++counters.drop;
  ++(counters.*why);
  drops_.Count(reason);
}

void IpLayer::SetRoutes(Interface& interface, std::span<const Route> routes) {
  interface.routes.assign(routes.begin(), routes.begin() + std::min(routes.size(), kMaxRoutes));
  interface.UpdateRoutes();
  ++generation_;
}

Interface* IpLayer::Find(NetworkId id) {
  auto it = interfaces_.find(id);
  return it == interfaces_.end() ? nullptr : it->second.get();
}

bool IpLayer::Owns(NetworkId interface, const IpAddress& ip) {
  Interface* owner = OwnerOf(ip);
  if (owner == nullptr || interface.value == 0 || owner->id == interface) return owner != nullptr;
  Interface* wanted = Find(interface);  // two networks may give the same address
  return wanted != nullptr && wanted->Owns(ip);
}

Interface* IpLayer::OwnerOf(const IpAddress& ip) {
  for (auto& [id, interface] : interfaces_) {
    if (interface->Owns(ip)) return interface.get();
  }
  return nullptr;
}

IpLayer::Match IpLayer::BestRoute(const Interface& interface, const IpAddress& remote) {
  Match best;
  for (const IpPrefix& p : interface.addresses) {
    if (p.Contains(remote) && p.bits > best.bits) best = {p.bits, 0, remote};
  }
  for (const Route& route : interface.usable_routes) {  // the first that fits is the best of them
    if (route.target.bits <= best.bits) break;
    if (!route.target.Contains(remote)) continue;
    return {route.target.bits, route.metric, route.via.IsUnspecified() ? remote : route.via};
  }
  return best;
}

Interface* IpLayer::OnlyInterface() {
  return interfaces_.size() == 2 ? std::next(interfaces_.begin())->second.get() : nullptr;
}

Status IpLayer::FindPath(NetworkId interface, const IpAddress& local, const IpAddress& remote,
                         Path& out) {
  ProtocolCounters& counters = counters_[remote.IsV6() ? StackProtocol::kIp6 : StackProtocol::kIp4];
  CachedPath& slot = paths_[std::hash<IpAddress>()(remote) % kCachedPaths];
  if (slot.generation == generation_ && slot.remote == remote && slot.local == local && slot.interface == interface) {
    ++counters.cachehit;
    out = slot.path;
    return Status::kOk;
  }
  const Status status = SearchPath(interface, local, remote, out);
  if (status == Status::kOk) slot = {generation_, interface, local, remote, out};
  if (status == Status::kNetworkUnreachable) ++counters.rterr;
  return status;
}

Status IpLayer::SearchPath(NetworkId interface, const IpAddress& local, const IpAddress& remote,
                           Path& out) {
  const bool any_local = local.IsUnspecified();
  if (remote.IsUnspecified()) return Status::kNetworkUnreachable;
  if (!any_local && local.family != remote.family) return Status::kInvalidArgument;
  if (!any_local && !Owns(interface, local)) return Status::kAddressNotAvailable;
  if (Owns(interface, remote)) {
    out = {NetworkId{}, any_local ? remote : local, remote};
    return Status::kOk;
  }
  const bool group = remote.IsMulticast() || remote.IsBroadcastV4();
  Match best;
  Interface* chosen = nullptr;
  for (auto& [id, candidate] : interfaces_) {
    if (candidate->loopback || (interface.value != 0 && id != interface)) continue;
    if (!any_local && !candidate->Owns(local)) continue;
    if (!candidate->HasFamily(remote.family)) continue;
    // The zone of a link-local address must be known (RFC 4007 §6).
    if (IsLinkLocalV6(remote) && interface.value == 0 && any_local && OnlyInterface() == nullptr) {
      continue;
    }
    const Match match = group ? Match{0, 0, remote} : BestRoute(*candidate, remote);
    if (!match.Beats(best)) continue;
    best = match;
    chosen = candidate.get();
  }
  if (chosen == nullptr || IsLoopbackAddress(remote)) return Status::kNetworkUnreachable;
  out = {chosen->id, any_local ? SelectSource(*chosen, remote) : local, best.next_hop};
  return out.source.IsNone() ? Status::kNetworkUnreachable : Status::kOk;
}

uint32_t IpLayer::PacketSize(const Now& now, const Path& path, const IpAddress& remote) {
  Interface* interface = Find(path.interface);
  if (interface == nullptr) return 1280;
  return path_mtu_.For(now, remote, interface->mtu);
}

PathSize IpLayer::TcpPacketSize(const Now& now, const Path& path, const IpAddress& remote) {
  Interface* interface = Find(path.interface);
  if (interface == nullptr) return {1280, 1280};
  return path_mtu_.Sizes(now, remote, interface->SegmentSize());
}

bool IpLayer::IsBroadcast(const IpAddress& ip) {
  if (ip.IsBroadcastV4()) return true;
  for (auto& [id, interface] : interfaces_) {
    if (interface->IsSubnetBroadcast(ip)) return true;
  }
  return false;
}

bool IpLayer::LowerPathMtu(const Now& now, const IpAddress& remote, uint32_t mtu) {
  return path_mtu_.Lower(now, remote, mtu, 65535);
}

void IpLayer::ProvePathMtu(const Now& now, const Path& path, const IpAddress& remote, uint32_t mtu) {
  Interface* interface = Find(path.interface);
  if (interface != nullptr) path_mtu_.Prove(now, remote, mtu, interface->SegmentSize());
}

void IpLayer::ConfirmNeighbor(const Now& now, const Path& path) {
  Interface* interface = Find(path.interface);
  if (interface != nullptr && !interface->loopback) {
    interface->neighbors.Confirm(now, path.next_hop, random_);
  }
}

}  // namespace zt::netstack
