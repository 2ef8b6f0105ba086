// From a frame to a packet for the transports.
#include "netstack/header/icmpv4.h"
#include "netstack/header/icmpv6.h"
#include "netstack/header/ipv4.h"
#include "netstack/header/ipv4_option.h"
#include "netstack/header/ipv6.h"
#include "netstack/header/ipv6_extension.h"
#include "netstack/header/protocol.h"
#include "netstack/ip/ip_layer.h"
#include "netstack/ip/quote.h"
#include "netstack/neighbor/arp.h"
#include "netstack/neighbor/nd.h"

namespace zt::netstack {
namespace {

constexpr uint8_t kReassemblyTimeExceeded = 1;  // RFC 792, RFC 4443 §3.3: code of Time Exceeded

// RFC 1122 §3.2.1.3, RFC 4291 §2.5.5.2, §2.7: no station sends from there. Loopback is looked at apart.
bool IsMartianSource(const IpAddress& ip) {
  if (ip.IsV4()) return !ip.IsUnspecified() && !IsLoopbackAddress(ip) && !IsUnicastV4(ip);
  if (ip.IsMulticast()) return true;
  constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(ip.bytes.data(), kMapped, sizeof kMapped) == 0;
}

// Which counter a header that cannot be read belongs to.
uint64_t ProtocolCounters::*FaultOfIpv4(ByteSpan packet) {
  if (packet.size() < Ipv4Header::kSize) return &ProtocolCounters::lenerr;
  if (packet[0] >> 4 != 4) return &ProtocolCounters::err;
  const size_t header = (packet[0] & 15u) * 4;
  const size_t total = LoadU16(&packet[2]);
  const bool fits = header >= Ipv4Header::kSize && total >= header && total <= packet.size();
  return fits ? &ProtocolCounters::chkerr : &ProtocolCounters::lenerr;
}

}  // namespace

void IpLayer::HandleFrame(const Now& now, NetworkId id, Mac source, Mac destination,
                          uint16_t ether_type, ByteSpan payload) {
  Interface* interface = Find(id);
  if (interface == nullptr || interface->loopback) return drops_.Count(DropReason::kUnknownNetwork);
  ++counters_[StackProtocol::kLink].recv;
  using Counters = ProtocolCounters;
  if (source == interface->mac) return Refuse(StackProtocol::kLink, &Counters::err, DropReason::kOwnSource);
  const bool group = destination.IsMulticast();
  if (!group && destination != interface->mac) {
    return Refuse(StackProtocol::kLink, &Counters::rterr, DropReason::kNotForUs);
  }
  if (ether_type == kEtherTypeIpv4) {
    HandleIpv4(now, {*interface, group, false, source}, payload);
  } else if (ether_type == kEtherTypeIpv6) {
    HandleIpv6(now, {*interface, group, false, source}, payload);
  } else if (ether_type == kEtherTypeArp) {
    NeighborIo io{now, random_, queue_, counters_, {}};
    const auto dropped = HandleArp(io, *interface, source, payload);
    FinishNeighbor(*interface, io, StackProtocol::kEtharp, dropped);
  } else {
    return Refuse(StackProtocol::kLink, &Counters::proterr, DropReason::kBadEthertype);
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
  const StackProtocol protocol = source.IsV4() ? StackProtocol::kIp4 : StackProtocol::kIp6;
  if (IsMartianSource(source) || interface.IsSubnetBroadcast(source)) {
    Refuse(protocol, &ProtocolCounters::err, DropReason::kBadIpHeader);
    return false;
  }
  if (interface.loopback) {
    out.owner = OwnerOf(destination);
    return out.owner != nullptr;
  }
  if (IsLoopbackAddress(source) || IsLoopbackAddress(destination)) {  // RFC 1122 §3.2.1.3 (g)
    Refuse(protocol, &ProtocolCounters::err, DropReason::kBadIpHeader);
    return false;
  }
  out.claimed = interface.Owns(source) && !arrival.own;
  if (out.claimed && source.IsV4()) {
    Refuse(protocol, &ProtocolCounters::err, DropReason::kOwnSource);
    return false;
  }
  const bool ip_group = destination.IsMulticast() || destination.IsBroadcastV4() ||
                        interface.IsSubnetBroadcast(destination);
  out.group = ip_group || arrival.link_group;
  const bool ours = ip_group ? !destination.IsMulticast() || interface.AcceptsGroup(destination)
                             : interface.Owns(destination);
  // The strong host model (RFC 1122 §3.3.4.2): an address is ours on its own network only, and nothing is forwarded.
  if (!ours) Refuse(protocol, &ProtocolCounters::rterr, DropReason::kNotForUs);
  return ours;
}

void IpLayer::HandleIpv4(const Now& now, const Arrival& arrival, ByteSpan bytes) {
  const std::optional<Ipv4Header> header = Ipv4Header::Parse(bytes);
  ++counters_[StackProtocol::kIp4].recv;
  if (!header) return Refuse(StackProtocol::kIp4, FaultOfIpv4(bytes), DropReason::kBadIpHeader);
  IpPacket packet;
  if (!Accept(arrival, header->source, header->destination, packet)) return;
  packet.protocol = header->protocol;
  packet.hop_limit = header->ttl;
  packet.payload = header->payload;
  packet.whole = bytes.first(static_cast<size_t>(header->payload.data() - bytes.data()) + header->payload.size());
  if (header->source.IsUnspecified() && header->protocol != kProtocolIgmp) {  // RFC 1122 §3.2.1.3 (a)
    return Refuse(StackProtocol::kIp4, &ProtocolCounters::err, DropReason::kBadIpHeader);
  }
  if (!header->options.empty()) {
    const Ipv4Options options = Ipv4Options::Parse(header->options);
    if (options.malformed || options.source_route) return RefuseOptions(now, packet, options);
    packet.router_alert = options.router_alert;
  }
  if (!header->IsFragment()) return transports_.HandlePacket(now, packet);
  const FragmentKey key{arrival.interface.id, header->source, header->destination, header->protocol,
                        header->identification};
  ++counters_[StackProtocol::kIp4Frag].recv;
  const auto whole = reassembly_.Add(now, key, header->protocol, header->fragment_offset,
                                     header->more_fragments, header->payload, packet.group ? ByteSpan() : packet.whole);
  if (!whole) return;
  packet.payload = whole->payload;
  packet.whole = whole->quote;
  transports_.HandlePacket(now, packet);
}

// RFC 1122 §3.2.1.8, RFC 792: what cannot be read is reported with its place; a source route is not (RFC 7126 §4.3.5).
void IpLayer::RefuseOptions(const Now& now, const IpPacket& packet, const Ipv4Options& options) {
  Refuse(StackProtocol::kIp4, &ProtocolCounters::opterr, DropReason::kBadIpHeader);
  if (!options.malformed) return;
  transports_.ReportProblem(now, packet, Icmpv4::kParameterProblem, 0, uint32_t{options.pointer} << 24);
}

void IpLayer::HandleIpv6(const Now& now, const Arrival& arrival, ByteSpan bytes) {
  const std::optional<Ipv6Header> header = Ipv6Header::Parse(bytes);
  ++counters_[StackProtocol::kIp6].recv;
  if (!header) return Refuse(StackProtocol::kIp6, &ProtocolCounters::lenerr, DropReason::kBadIpHeader);
  IpPacket packet;
  if (!Accept(arrival, header->source, header->destination, packet)) return;
  packet.hop_limit = header->hop_limit;
  packet.whole = bytes.first(Ipv6Header::kSize + header->payload.size());
  const Ipv6Extensions walk = WalkIpv6Extensions(header->next_header, header->payload);
  if (walk.verdict == Ipv6Extensions::Verdict::kFragment) return HandleIpv6Fragment(now, packet, walk);
  DispatchIpv6(now, packet, walk);
}

void IpLayer::HandleIpv6Fragment(const Now& now, IpPacket& packet, const Ipv6Extensions& outer) {
  using Verdict = Ipv6Extensions::Verdict;
  const Ipv6Fragment& fragment = outer.fragment;
  Ipv6Extensions walk = WalkIpv6Extensions(fragment.next_header, outer.payload);
  const bool atomic = fragment.offset == 0 && !fragment.more;  // RFC 6946: stands alone
  std::optional<Reassembly::Whole> whole;
  if (!atomic) {
    ++counters_[StackProtocol::kIp6Frag].recv;
    if (RefuseIpv6Fragment(now, packet, outer, walk)) return;
    const FragmentKey key{packet.arrival->id, packet.source, packet.destination, 0, fragment.identification};
    whole = reassembly_.Add(now, key, fragment.next_header, fragment.offset, fragment.more, outer.payload,
                            packet.group ? ByteSpan() : packet.whole);
    if (!whole) return;
    packet.whole = whole->quote;
    walk = WalkIpv6Extensions(whole->protocol, whole->payload);
  }
  // RFC 6980 §5: neighbor discovery must not be fragmented; a second fragment header makes no sense.
  if (walk.verdict == Verdict::kFragment) walk.verdict = Verdict::kDiscard;
  if (walk.verdict == Verdict::kPayload && walk.protocol == kProtocolIcmpv6 && !walk.payload.empty() &&
      (walk.payload[0] == Icmpv6::kNeighborSolicitation || walk.payload[0] == Icmpv6::kNeighborAdvertisement)) {
    walk.verdict = Verdict::kDiscard;
  }
  // Places in the inner headers: behind those that every fragment has.
  const auto before = static_cast<uint32_t>(outer.unfragmentable + Ipv6Fragment::kSize);
  walk.pointer += before;
  walk.next_header_at = walk.next_header_at == 6 ? Ipv6Header::kSize + before - 8 : walk.next_header_at + before;
  DispatchIpv6(now, packet, walk);
}

// RFC 8200 §4.5 and RFC 7112 §5: what can never become a datagram is reported at once.
bool IpLayer::RefuseIpv6Fragment(const Now& now, const IpPacket& packet, const Ipv6Extensions& outer,
                                 const Ipv6Extensions& inner) {
  const Ipv6Fragment& fragment = outer.fragment;
  std::optional<std::pair<uint8_t, uint32_t>> problem;  // code and pointer
  if (fragment.more && outer.payload.size() % 8 != 0) {
    problem = {0, 4};  // the payload length
  } else if (fragment.offset + outer.payload.size() > 65535) {
    problem = {0, static_cast<uint32_t>(Ipv6Header::kSize + outer.unfragmentable + 2)};  // the fragment offset
  } else if (fragment.offset == 0 && inner.verdict == Ipv6Extensions::Verdict::kDiscard && inner.pointer == 0) {
    problem = {Icmpv6::kCodeIncompleteChain, 0};
  }
  if (!problem) return false;
  Refuse(StackProtocol::kIp6Frag, &ProtocolCounters::lenerr, DropReason::kMalformed);
  transports_.ReportProblem(now, packet, Icmpv6::kParameterProblem, problem->first, problem->second);
  return true;
}

void IpLayer::DispatchIpv6(const Now& now, IpPacket& packet, const Ipv6Extensions& walk) {
  using Verdict = Ipv6Extensions::Verdict;
  packet.protocol = walk.protocol;
  packet.payload = walk.payload;
  packet.router_alert = walk.router_alert;
  packet.next_header_at = walk.next_header_at;
  const bool icmp = walk.verdict == Verdict::kPayload && walk.protocol == kProtocolIcmpv6 && !walk.payload.empty();
  // From our own address: only an advertisement of it by another station is of interest (RFC 4862 §5.4.4).
  if (packet.claimed && !(icmp && walk.payload[0] == Icmpv6::kNeighborAdvertisement)) {
    return Refuse(StackProtocol::kIp6, &ProtocolCounters::err, DropReason::kOwnSource);
  }
  // From nobody: only who has no address yet, and he speaks ICMPv6 (RFC 4291 §2.5.2).
  if (packet.source.IsUnspecified() && !icmp) {
    return Refuse(StackProtocol::kIp6, &ProtocolCounters::err, DropReason::kBadIpHeader);
  }
  if (walk.verdict == Verdict::kPayload) return transports_.HandlePacket(now, packet);
  Refuse(StackProtocol::kIp6, &ProtocolCounters::opterr, DropReason::kBadIpHeader);
  if (walk.verdict == Verdict::kBadField) {
    transports_.ReportProblem(now, packet, Icmpv6::kParameterProblem, 0, walk.pointer);
  }
  if (walk.verdict == Verdict::kUnknownOption && (!packet.group || walk.report_multicast)) {
    packet.group = false;  // RFC 4443 §2.4 (e.3): this one error is allowed for a multicast destination
    transports_.ReportProblem(now, packet, Icmpv6::kParameterProblem, Icmpv6::kCodeUnknownOption, walk.pointer);
  }
}

void IpLayer::ReportExpired(const Now& now) {
  for (const Reassembly::Expired& expired : reassembly_.TakeExpired()) {
    const auto quoted = ParseQuote(expired.quote);
    Interface* arrival = Find(expired.interface);
    if (!quoted || arrival == nullptr) continue;
    IpPacket packet;
    packet.arrival = packet.owner = arrival;
    packet.source = quoted->local;  // of the packet: the other end
    packet.destination = quoted->remote;
    packet.protocol = quoted->protocol;
    packet.payload = quoted->header;
    packet.whole = expired.quote;
    const uint8_t type = packet.source.IsV4() ? Icmpv4::kTimeExceeded : Icmpv6::kTimeExceeded;
    transports_.ReportProblem(now, packet, type, kReassemblyTimeExceeded, 0);
  }
}

void IpLayer::HandleNeighbor(const Now& now, const IpPacket& packet, const Icmpv6& message) {
  NeighborIo io{now, random_, queue_, counters_, {}};
  const auto dropped = HandleNeighborMessage(io, packet, message);
  FinishNeighbor(*packet.arrival, io, StackProtocol::kNd6, dropped);
}

void IpLayer::FinishNeighbor(Interface& interface, const NeighborIo& io, StackProtocol protocol,
                             std::optional<DropReason> dropped) {
  const bool limited = dropped == DropReason::kRateLimited;
  if (dropped) Refuse(protocol, limited ? &ProtocolCounters::memerr : &ProtocolCounters::proterr, *dropped);
  if (!io.claim) return;
  const auto [ip, mac, proof] = *io.claim;
  const AddressCheck::Verdict verdict = interface.check.HandleClaim(io.now, ip, mac, proof);
  DrainChecks(io.now, interface);
  if (verdict.lost) {
    std::erase_if(interface.addresses, [&](const IpPrefix& p) { return p.address == ip; });
    interface.UpdateRoutes();
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
  ReportExpired(now);
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
