// From a frame to a packet for the transports.
#include "netstack/header/icmpv4.h"
#include "netstack/header/icmpv6.h"
#include "netstack/header/ipv4.h"
#include "netstack/header/ipv4_option.h"
#include "netstack/header/ipv6.h"
#include "netstack/header/ipv6_extension.h"
#include "netstack/header/protocol.h"
#include "netstack/ip/ip_layer.h"
#include "netstack/neighbor/arp.h"
#include "netstack/neighbor/nd.h"

namespace zt::netstack {

void IpLayer::HandleFrame(const Now& now, NetworkId id, Mac source, Mac destination,
                          uint16_t ether_type, ByteSpan payload) {
  Interface* interface = Find(id);
  if (interface == nullptr || interface->loopback) return drops_.Count(DropReason::kUnknownNetwork);
  if (source == interface->mac) return drops_.Count(DropReason::kOwnSource);
  const bool group = destination.IsMulticast();
  if (!group && destination != interface->mac) return drops_.Count(DropReason::kNotForUs);
  if (ether_type == kEtherTypeIpv4) {
    HandleIpv4(now, {*interface, group, false, source}, payload);
  } else if (ether_type == kEtherTypeIpv6) {
    HandleIpv6(now, {*interface, group, false, source}, payload);
  } else if (ether_type == kEtherTypeArp) {
    NeighborIo io{now, random_, queue_, counters_, {}};
    FinishNeighbor(*interface, io, HandleArp(io, *interface, source, payload));
  } else {
    return drops_.Count(DropReason::kBadEthertype);
  }
  DrainNeighbors(now, *interface);
}

bool IpLayer::Accept(const Arrival& arrival, const IpAddress& source, const IpAddress& destination,
                     IpPacket& out) {
  Interface& interface = arrival.interface;
  out.arrival = &interface;
  out.owner = &interface;
  out.link_source = arrival.source;
  out.source = source;
  out.destination = destination;
  if (source.IsMulticast() || source.IsBroadcastV4() || interface.IsSubnetBroadcast(source)) {
    drops_.Count(DropReason::kBadIpHeader);  // RFC 1122 §3.2.1.3
    return false;
  }
  if (interface.loopback) {
    out.owner = OwnerOf(destination);
    return out.owner != nullptr;
  }
  if (IsLoopbackAddress(source) || IsLoopbackAddress(destination)) {  // RFC 1122 §3.2.1.3 (g)
    drops_.Count(DropReason::kBadIpHeader);
    return false;
  }
  out.claimed = interface.Owns(source) && !arrival.own;
  if (out.claimed && source.IsV4()) {
    drops_.Count(DropReason::kOwnSource);
    return false;
  }
  const bool ip_group = destination.IsMulticast() || destination.IsBroadcastV4() ||
                        interface.IsSubnetBroadcast(destination);
  out.group = ip_group || arrival.link_group;
  const bool ours = ip_group ? !destination.IsMulticast() || interface.AcceptsGroup(destination)
                             : interface.Owns(destination);
  if (!ours) drops_.Count(DropReason::kNotForUs);
  return ours;
}

void IpLayer::HandleIpv4(const Now& now, const Arrival& arrival, ByteSpan bytes) {
  const std::optional<Ipv4Header> header = Ipv4Header::Parse(bytes);
  if (!header) return drops_.Count(DropReason::kBadIpHeader);
  IpPacket packet;
  if (!Accept(arrival, header->source, header->destination, packet)) return;
  packet.protocol = header->protocol;
  packet.hop_limit = header->ttl;
  packet.payload = header->payload;
  packet.whole = bytes;
  if (!header->options.empty()) {
    const Ipv4Options options = Ipv4Options::Parse(header->options);
    if (options.malformed || options.source_route) return RefuseOptions(now, packet, options);
    packet.router_alert = options.router_alert;
  }
  if (!header->IsFragment()) return transports_.HandlePacket(now, packet);
  const FragmentKey key{arrival.interface.id, header->source, header->destination, header->protocol,
                        header->identification};
  const auto whole = reassembly_.Add(now, key, header->protocol, header->fragment_offset,
                                     header->more_fragments, header->payload);
  if (!whole) return;
  packet.payload = whole->payload;
  transports_.HandlePacket(now, packet);
}

// RFC 1122 §3.2.1.8, RFC 792: what cannot be read is reported with its place; a source route is not (RFC 7126 §4.3.5).
void IpLayer::RefuseOptions(const Now& now, const IpPacket& packet, const Ipv4Options& options) {
  drops_.Count(DropReason::kBadIpHeader);
  if (!options.malformed) return;
  transports_.ReportProblem(now, packet, Icmpv4::kParameterProblem, 0, uint32_t{options.pointer} << 24);
}

void IpLayer::HandleIpv6(const Now& now, const Arrival& arrival, ByteSpan bytes) {
  const std::optional<Ipv6Header> header = Ipv6Header::Parse(bytes);
  if (!header) return drops_.Count(DropReason::kBadIpHeader);
  IpPacket packet;
  if (!Accept(arrival, header->source, header->destination, packet)) return;
  packet.hop_limit = header->hop_limit;
  packet.whole = bytes;
  std::optional<Reassembly::Whole> whole;
  Ipv6Extensions walk = WalkIpv6Extensions(header->next_header, header->payload);
  using Verdict = Ipv6Extensions::Verdict;
  if (walk.verdict == Verdict::kFragment) {
    const Ipv6Fragment& fragment = walk.fragment;
    whole = Reassembly::Whole{fragment.next_header, {}};
    if (fragment.offset != 0 || fragment.more) {  // RFC 6946: an atomic fragment stands alone
      const FragmentKey key{arrival.interface.id, header->source, header->destination, 0,
                            fragment.identification};
      whole = reassembly_.Add(now, key, fragment.next_header, fragment.offset, fragment.more,
                              walk.payload);
      if (!whole) return;
      walk = WalkIpv6Extensions(whole->protocol, whole->payload);
    } else {
      walk = WalkIpv6Extensions(fragment.next_header, walk.payload);
    }
    // RFC 6980 §5: neighbor discovery must not be fragmented; a second fragment header makes no sense.
    if (walk.verdict == Verdict::kFragment) walk.verdict = Verdict::kDiscard;
    if (walk.verdict == Verdict::kPayload && walk.protocol == kProtocolIcmpv6 &&
        !walk.payload.empty() && (walk.payload[0] == Icmpv6::kNeighborSolicitation ||
                                  walk.payload[0] == Icmpv6::kNeighborAdvertisement)) {
      walk.verdict = Verdict::kDiscard;
    }
  }
  packet.protocol = walk.protocol;
  packet.payload = walk.payload;
  packet.router_alert = walk.router_alert;
  // From our own address: only an advertisement of it by another station is of interest (RFC 4862 §5.4.4).
  const bool advertised = walk.verdict == Verdict::kPayload && walk.protocol == kProtocolIcmpv6 &&
                          !walk.payload.empty() && walk.payload[0] == Icmpv6::kNeighborAdvertisement;
  if (packet.claimed && !advertised) return drops_.Count(DropReason::kOwnSource);
  if (walk.verdict == Verdict::kPayload) return transports_.HandlePacket(now, packet);
  drops_.Count(DropReason::kBadIpHeader);
  if (whole) return;
  const auto report = [&](uint8_t code) {
    transports_.ReportProblem(now, packet, Icmpv6::kParameterProblem, code, walk.pointer);
  };
  if (walk.verdict == Verdict::kBadField) report(0);
  if (walk.verdict == Verdict::kUnknownOption && (!packet.group || walk.report_multicast)) {
    packet.group = false;  // RFC 4443 §2.4 (e.3): this one error is allowed for a multicast destination
    report(Icmpv6::kCodeUnknownOption);
  }
}

void IpLayer::HandleNeighbor(const Now& now, const IpPacket& packet, const Icmpv6& message) {
  NeighborIo io{now, random_, queue_, counters_, {}};
  FinishNeighbor(*packet.arrival, io, HandleNeighborMessage(io, packet, message));
}

void IpLayer::FinishNeighbor(Interface& interface, const NeighborIo& io, std::optional<DropReason> dropped) {
  if (dropped) drops_.Count(*dropped);
  if (!io.claim) return;
  const auto [ip, mac, proof] = *io.claim;
  const AddressCheck::Verdict verdict = interface.check.HandleClaim(io.now, ip, mac, proof);
  DrainChecks(io.now, interface);
  if (verdict.lost) {
    std::erase_if(interface.addresses, [&](const IpPrefix& p) { return p.address == ip; });
    ++generation_;
    GroupsChanged(io.now, interface);
  }
  if (verdict.report || verdict.lost) transports_.OnAddressConflict(interface, ip, mac, verdict.lost);
}

void IpLayer::DrainChecks(const Now& now, Interface& interface) {
  NeighborIo io{now, random_, queue_, counters_, {}};
  for (const AddressCheck::Message& message : interface.check.TakeMessages()) {
    using Kind = AddressCheck::Message::Kind;
    if (message.kind == Kind::kSolicitation) {
      SendDuplicateSolicitation(io, interface, message.ip);
    } else {
      SendArpCheck(io, interface, message.ip, message.kind == Kind::kAnnouncement);
    }
  }
}

bool IpLayer::DeliverLoopback(const Now& now) {
  if (loopback_.empty()) return false;
  std::deque<Looped> batch = std::exchange(loopback_, {});
  for (const auto& [id, packet] : batch) {
    Interface* interface = Find(id);
    if (interface == nullptr) continue;  // removed since
    const Arrival arrival{*interface, false, true, {}};
    if (packet[0] >> 4 == 4) {
      HandleIpv4(now, arrival, packet);
    } else {
      HandleIpv6(now, arrival, packet);
    }
  }
  return true;
}

void IpLayer::HandleTimeout(const Now& now) {
  reassembly_.HandleTimeout(now);
  for (auto& [id, interface] : interfaces_) {
    interface->neighbors.HandleTimeout(now);
    interface->igmp.HandleTimeout(now, random_);
    interface->mld.HandleTimeout(now, random_);
    interface->check.HandleTimeout(now, random_);
    DrainReports(*interface);
    DrainChecks(now, *interface);
  }
  DrainAllNeighbors(now);
}

Deadline IpLayer::NextTimeout() const {
  Deadline deadline = reassembly_.NextTimeout();
  for (const auto& [id, interface] : interfaces_) {
    deadline = Earliest(deadline, interface->neighbors.NextTimeout());
    deadline = Earliest(deadline, interface->check.NextTimeout());
    deadline = Earliest(deadline, interface->igmp.NextTimeout());
    deadline = Earliest(deadline, interface->mld.NextTimeout());
  }
  return deadline;
}

}  // namespace zt::netstack
