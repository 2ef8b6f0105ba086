// Composition: one IP layer, the transports above it, one event queue; ids are given here.
#include "netstack/header/mld.h"
#include "netstack/header/protocol.h"
#include "netstack/stack_impl.h"

namespace zt::netstack {

void Stack::Impl::HandlePacket(const Now& now, const IpPacket& packet) {
  const bool v4 = packet.source.IsV4();
  switch (packet.protocol) {
    case kProtocolTcp: return tcp.HandlePacket(now, packet);
    case kProtocolUdp: return udp.HandlePacket(now, packet);
    case kProtocolIcmpv4: {
      if (v4) return HandleIcmpv4(now, packet);
      break;
    }
    case kProtocolIcmpv6: {
      if (!v4) return HandleIcmpv6(now, packet);
      break;
    }
    case kProtocolIgmp: {
      if (!v4) break;
      return CountGroups(counters[StackProtocol::kIgmp], ip.HandleIgmp(now, packet));
    }
    default: break;
  }
  ProtocolCounters& counts = counters[v4 ? StackProtocol::kIp4 : StackProtocol::kIp6];
  ++counts.drop;
  ++counts.proterr;
  drops.Count(DropReason::kNoSocket);
  errors.SendProtocolUnreachable(now, packet);
}

// False: the checksum is wrong.
bool Stack::Impl::CountIcmp(ProtocolCounters& icmp, bool sound) {
  ++icmp.recv;
  if (sound) return true;
  ++icmp.drop;
  ++icmp.chkerr;
  drops.Count(DropReason::kBadChecksum);
  return false;
}

void Stack::Impl::CountGroups(ProtocolCounters& protocol, bool sound) {
  ++protocol.recv;
  if (sound) return;
  ++protocol.drop;
  ++protocol.proterr;
  drops.Count(DropReason::kMalformed);
}

void Stack::Impl::HandleIcmpv4(const Now& now, const IpPacket& packet) {
  const auto message = Icmpv4::Parse(packet.payload);
  if (!CountIcmp(counters[StackProtocol::kIcmp4], message.has_value())) return;
  switch (message->type) {
    case Icmpv4::kEchoRequest: return echo.AnswerV4(now, packet, *message);
    case Icmpv4::kEchoReply: return echo.HandleReply(now, packet, message->rest);
    default: return HandleReceivedError(now, packet, IcmpErrors::Interpret(*message));
  }
}

void Stack::Impl::HandleIcmpv6(const Now& now, const IpPacket& packet) {
  const auto message = Icmpv6::Parse(packet.payload, packet.source, packet.destination);
  if (!CountIcmp(counters[StackProtocol::kIcmp6], message.has_value())) return;
  switch (message->type) {
    case Icmpv6::kEchoRequest: return echo.AnswerV6(now, packet, *message);
    case Icmpv6::kEchoReply: return echo.HandleReply(now, packet, message->rest);
    case Icmpv6::kNeighborSolicitation:
    case Icmpv6::kNeighborAdvertisement: return ip.HandleNeighbor(now, packet, *message);
    case Mld::kQuery:
    case Mld::kReportV1:
    case Mld::kDone:
    case Mld::kReportV2:
      return CountGroups(counters[StackProtocol::kMld6], ip.HandleMld(now, packet, *message));
    default: return HandleReceivedError(now, packet, IcmpErrors::Interpret(*message));
  }
}

void Stack::Impl::HandleReceivedError(const Now& now, const IpPacket& packet,
                                      std::optional<TransportError> error) {
  // Only about what the address it came to has sent. Redirects and router advertisements say nothing to us.
  if (!error || error->local != packet.destination) {
    ProtocolCounters& icmp = counters[packet.source.IsV4() ? StackProtocol::kIcmp4 : StackProtocol::kIcmp6];
    ++icmp.drop;
    ++icmp.proterr;
    return drops.Count(DropReason::kMalformed);
  }
  error->interface = packet.arrival->id;
  HandleError(now, *error);
}

// RFC 5927 §7, RFC 8201 §4: what a report says of the path is for all who use it, so it must quote something of ours:
// of TCP in flight, of UDP from a socket that is there, of ICMP a request not yet answered.
bool Stack::Impl::IsCredible(const TransportError& error) {
  switch (error.protocol) {
    case kProtocolTcp: return tcp.IsInFlight(error);
    case kProtocolUdp: return udp.IsOurs(error);
    case kProtocolIcmpv4:
    case kProtocolIcmpv6: return echo.IsPending(error);
    default: return false;
  }
}

void Stack::Impl::HandleError(const Now& now, const TransportError& error) {
  if (!IsCredible(error)) return drops.Count(DropReason::kUnexpectedReply);
  if (error.mtu != 0) ip.LowerPathMtu(now, error.remote, error.mtu);
  switch (error.protocol) {
    case kProtocolTcp: return tcp.HandleError(now, error);
    case kProtocolUdp: return udp.HandleError(error);
    case kProtocolIcmpv4:
    case kProtocolIcmpv6: return echo.HandleError(now, error);
    default: return;
  }
}

void Stack::Impl::OnGroupsChanged(Interface& interface) {
  if (!std::exchange(interface.groups_reported, false)) return;
  StackEvent event;
  event.kind = StackEventKind::kGroupsChanged;
  event.interface = interface.id;
  events.Push(event);
}

void Stack::Impl::OnAddressConflict(Interface& interface, const IpAddress& ip, Mac mac, bool lost) {
  StackEvent event;
  event.kind = StackEventKind::kAddressConflict;
  event.interface = interface.id;
  event.local.ip = ip;
  event.mac = mac;
  events.Push(event);
  if (lost) EndUnowned(interface.id);
}

// The connections of addresses that are ours no longer.
void Stack::Impl::EndUnowned(NetworkId interface) {
  Interface* found = ip.Find(interface);
  tcp.EndWhere(Status::kAddressNotAvailable, [&](const ConnectionName& name) {
    if (name.interface == interface) return !found->Owns(name.local.ip);
    return name.interface.value == 0 && ip.OwnerOf(name.local.ip) == nullptr;
  });
}

SocketId Stack::Impl::NewId() {
  if (tcp.size() + udp.size() >= kMaxSockets && !tcp.EvictTimeWait()) return {};
  return ids.Next([this](SocketId id) { return tcp.Uses(id) || udp.Has(id); });
}

bool Stack::Impl::IsLive(const StackEvent& event) {
  return !event.socket || tcp.Has(event.socket) || udp.Has(event.socket);
}

Stack::Stack(RandomSource& random, DropCounters& drops, FrameSink& sink)
    : impl_(std::make_unique<Impl>(random, drops, sink)) {}

Stack::~Stack() = default;

bool Stack::AddInterface(const Now& now, NetworkId interface, Mac mac, uint32_t mtu,
                         uint32_t segment_hint) {
  if (impl_->ip.interface_count() >= kMaxInterfaces) return false;
  if (mtu < kMinMtu || mtu > kMaxMtu || (segment_hint != 0 && segment_hint < kMinMtu)) return false;
  if (!impl_->ip.Add(now, interface, mac, mtu, segment_hint)) return false;
  StackEvent event;
  event.kind = StackEventKind::kNetifUp;
  event.interface = interface;
  impl_->events.Push(event);
  return true;
}

void Stack::RemoveInterface(const Now&, NetworkId interface) {
  Interface* removed = impl_->ip.Find(interface);
  if (removed == nullptr || removed->loopback) return;
  impl_->tcp.EndWhere(Status::kNetworkDown, [&](const ConnectionName& name) {
    const bool own_loop = name.interface.value == 0 &&
                          (removed->Owns(name.local.ip) || removed->Owns(name.remote.ip));
    return name.interface == interface || own_loop;
  });
  impl_->echo.Forget(interface);
  impl_->ip.Remove(interface);
  StackEvent event;
  event.kind = StackEventKind::kNetifDown;
  event.interface = interface;
  impl_->events.Push(event);
}

void Stack::SetMtu(NetworkId interface, uint32_t mtu) {
  Interface* found = impl_->ip.Find(interface);
  if (found == nullptr || found->loopback || mtu < kMinMtu || mtu > kMaxMtu) return;
  impl_->ip.SetMtu(*found, mtu);
}

void Stack::SetAddresses(const Now& now, NetworkId interface, std::span<const IpPrefix> addresses) {
  Interface* found = impl_->ip.Find(interface);
  if (found == nullptr || found->loopback) return;
  impl_->ip.SetAddresses(now, *found, addresses);
  impl_->EndUnowned(interface);
}

void Stack::SetRoutes(NetworkId interface, std::span<const Route> routes) {
  Interface* found = impl_->ip.Find(interface);
  if (found != nullptr && !found->loopback) impl_->ip.SetRoutes(*found, routes);
}

void Stack::SetAddressDetection(bool on) { impl_->ip.SetAddressDetection(on); }

std::vector<LinkGroup> Stack::Groups(NetworkId interface) const {
  Interface* found = impl_->ip.Find(interface);
  if (found == nullptr || found->loopback) return {};
  return found->Groups();
}

void Stack::HandleFrame(const Now& now, NetworkId interface, Mac source, Mac destination,
                        uint16_t ether_type, ByteSpan payload) {
  impl_->ip.HandleFrame(now, interface, source, destination, ether_type, payload);
}

void Stack::HandleTimeout(const Now& now) {
  impl_->ip.HandleTimeout(now);
  impl_->echo.HandleTimeout(now);
  impl_->tcp.HandleTimeout(now);
}

Deadline Stack::NextTimeout() const {
  Deadline deadline = Earliest(impl_->ip.NextTimeout(), impl_->tcp.NextTimeout());
  deadline = Earliest(deadline, impl_->echo.NextTimeout());
  if (impl_->loopback_waits) deadline = Earliest(deadline, {impl_->loopback_at, "loopback"});
  return deadline;
}

bool Stack::Flush(const Now& now) {
  impl_->loopback_waits = false;
  for (int round = 0; round < Impl::kLoopbackRounds; ++round) {
    // Loopback first: it makes its own room.
    impl_->ip.DeliverLoopback(now);
    const bool stopped = impl_->ip.FlushQueue(now) || impl_->tcp.Flush(now);
    if (impl_->ip.HasLoopback()) continue;
    if (stopped || !impl_->ip.HasQueued()) return stopped;
  }
  impl_->loopback_waits = true;
  impl_->loopback_at = now.mono;
  return false;
}

std::optional<StackEvent> Stack::PollEvent() {
  while (std::optional<StackEvent> event = impl_->events.Pop()) {
    if (!impl_->IsLive(*event)) continue;
    if (event->kind == StackEventKind::kGroupsChanged) {
      Interface* interface = impl_->ip.Find(event->interface);
      if (interface == nullptr) continue;
      interface->groups_reported = true;
    }
    impl_->tcp.Delivered(*event);
    impl_->udp.Delivered(*event);
    return event;
  }
  return std::nullopt;
}

Status Stack::Close(const Now& now, SocketId socket) {
  if (impl_->udp.Close(socket)) {
    impl_->ip.LeaveGroups(now, socket);
    return Status::kOk;
  }
  if (impl_->tcp.CloseListener(now, socket)) return Status::kOk;
  Connection* connection = impl_->tcp.Find(socket);
  if (connection == nullptr) return Status::kNotFound;
  connection->Close(now);
  impl_->tcp.Update(*connection);
  impl_->events.SweepIfLong([&](const StackEvent& event) { return !impl_->IsLive(event); });
  return Status::kOk;
}

std::optional<SocketInfo> Stack::Info(SocketId socket) const {
  if (auto info = impl_->udp.Info(socket)) return info;
  return impl_->tcp.Info(socket);
}

size_t Stack::SocketCount() const { return impl_->tcp.size() + impl_->udp.size(); }

size_t Stack::BufferBytes() const { return impl_->budget.used(); }

void Stack::SetMaxBufferBytes(size_t bytes) { impl_->budget.SetLimit(bytes); }

const StackCounters& Stack::counters() const { return impl_->counters; }

}  // namespace zt::netstack
