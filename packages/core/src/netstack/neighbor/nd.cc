#include "netstack/neighbor/nd.h"

#include "netstack/header/ipv6.h"
#include "netstack/header/ndp.h"
#include "netstack/header/protocol.h"
#include "netstack/ip/source_selection.h"

namespace zt::netstack {
namespace {

constexpr uint8_t kHopLimit = 255;  // RFC 4861 §7.1: proves the sender is on the link

IpAddress AllNodes() {
  const uint8_t bytes[16] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return IpAddress::FromV6Bytes(bytes);
}

IpAddress Unspecified() {
  const uint8_t bytes[16] = {};
  return IpAddress::FromV6Bytes(bytes);
}

// `to` none: the next hop is resolved first.
void Send(NeighborIo& io, const Interface& interface, std::optional<Mac> to, const IpAddress& source,
          const IpAddress& destination, const Icmpv6& message) {
  const Bytes icmp = message.Serialize(source, destination);
  Bytes packet(Ipv6Header::kSize + icmp.size());
  Ipv6Header header;
  header.source = source;
  header.destination = destination;
  header.next_header = kProtocolIcmpv6;
  header.hop_limit = kHopLimit;
  header.Write(packet.data(), icmp.size());
  std::memcpy(&packet[Ipv6Header::kSize], icmp.data(), icmp.size());
  ++io.counters[StackProtocol::kNd6].xmit;
  io.out.Push({interface.id, kEtherTypeIpv6, to, destination, std::move(packet)});
}

std::optional<DropReason> HandleSolicitation(NeighborIo& io, const IpPacket& packet, const Icmpv6& message) {
  const auto ask = NeighborMessage::Parse(message.body, NeighborMessage::kSourceLinkAddress);
  if (!ask) return DropReason::kMalformed;
  Interface& interface = *packet.arrival;
  // The answer goes there: to a group it would be one to all members.
  if (ask->link_address && (ask->link_address->IsMulticast() || ask->link_address->value == 0)) {
    return DropReason::kMalformed;
  }
  const bool anonymous = packet.source.IsUnspecified();
  // RFC 4861 §7.1.1: from nobody it goes to the solicited-node group and carries no link-layer address.
  if (anonymous && (ask->link_address || packet.destination != SolicitedNode(ask->target))) {
    return DropReason::kMalformed;
  }
  if (!interface.Owns(ask->target)) return std::nullopt;
  const bool optimistic = interface.check.IsOptimistic(ask->target);
  if (anonymous && optimistic) {  // RFC 4862 §5.4.3: two check the same address
    io.claim = {ask->target, packet.link_source, false};
    return std::nullopt;
  }
  if (!anonymous && ask->link_address) {
    interface.neighbors.HandleSolicitation(io.now, packet.source, *ask->link_address);
  }
  if (!interface.answers.Allow(io.now)) return DropReason::kRateLimited;
  const IpAddress to = anonymous ? AllNodes() : packet.source;
  std::optional<Mac> mac = ask->link_address;
  if (anonymous) mac = GroupMac(to);
  // RFC 4429 §3.3: an optimistic address must not replace what others know.
  const uint32_t flags = (optimistic ? 0 : NeighborMessage::kOverride) | (anonymous ? 0 : NeighborMessage::kSolicited);
  const auto body = NeighborMessage{ask->target, interface.mac}.Serialize(NeighborMessage::kTargetLinkAddress);
  Send(io, interface, mac, ask->target, to, {Icmpv6::kNeighborAdvertisement, 0, flags, body});
  return std::nullopt;
}

std::optional<DropReason> HandleAdvertisement(NeighborIo& io, const IpPacket& packet, const Icmpv6& message) {
  const auto reply = NeighborMessage::Parse(message.body, NeighborMessage::kTargetLinkAddress);
  const bool solicited = (message.rest & NeighborMessage::kSolicited) != 0;
  if (!reply || (solicited && packet.destination.IsMulticast())) return DropReason::kMalformed;  // RFC 4861 §7.1.2
  if (packet.arrival->Owns(reply->target)) {  // RFC 4862 §5.4.4
    io.claim = {reply->target, packet.link_source, true};
    return std::nullopt;
  }
  const bool override = (message.rest & NeighborMessage::kOverride) != 0;
  packet.arrival->neighbors.HandleAdvertisement(io.now, reply->target, {reply->link_address, solicited, override},
                                                io.random);
  return std::nullopt;
}

}  // namespace

std::optional<DropReason> HandleNeighborMessage(NeighborIo& io, const IpPacket& packet, const Icmpv6& message) {
  ++io.counters[StackProtocol::kNd6].recv;
  if (packet.hop_limit != kHopLimit || message.code != 0 || packet.arrival->loopback) return DropReason::kMalformed;
  return message.type == Icmpv6::kNeighborSolicitation ? HandleSolicitation(io, packet, message)
                                                       : HandleAdvertisement(io, packet, message);
}

void SendNeighborSolicitation(NeighborIo& io, const Interface& interface, const NeighborCache::Solicitation& ask) {
  const IpAddress source = SelectSource(interface, ask.target);
  if (source.IsNone()) return;
  const IpAddress to = ask.unicast ? ask.target : SolicitedNode(ask.target);
  // RFC 4429 §2.1: nobody may learn our link-layer address under an optimistic address this way.
  NeighborMessage message{ask.target, interface.mac};
  if (interface.check.IsOptimistic(source)) message.link_address.reset();
  const auto body = message.Serialize(NeighborMessage::kSourceLinkAddress);
  Send(io, interface, ask.unicast.value_or(GroupMac(to)), source, to, {Icmpv6::kNeighborSolicitation, 0, 0, body});
}

void SendDuplicateSolicitation(NeighborIo& io, const Interface& interface, const IpAddress& ip) {
  const IpAddress to = SolicitedNode(ip);
  const auto body = NeighborMessage{ip, std::nullopt}.Serialize(NeighborMessage::kSourceLinkAddress);
  Send(io, interface, GroupMac(to), Unspecified(), to, {Icmpv6::kNeighborSolicitation, 0, 0, body});
}

}  // namespace zt::netstack
