#include "netstack/neighbor/nd.h"

#include "netstack/header/ipv6.h"
#include "netstack/header/ndp.h"
#include "netstack/header/protocol.h"
#include "netstack/ip/source_selection.h"

namespace zt::netstack {
namespace {

constexpr uint8_t kHopLimit = 255;  // RFC 4861 §7.1: proves the sender is on the link

void Send(const Interface& interface, Mac to, const IpAddress& source, const IpAddress& destination,
          const Icmpv6& message, OutputQueue& out) {
  const Bytes icmp = message.Serialize(source, destination);
  Bytes packet(Ipv6Header::kSize + icmp.size());
  Ipv6Header header;
  header.source = source;
  header.destination = destination;
  header.next_header = kProtocolIcmpv6;
  header.hop_limit = kHopLimit;
  header.Write(packet.data(), icmp.size());
  std::memcpy(&packet[Ipv6Header::kSize], icmp.data(), icmp.size());
  out.Push({interface.id, kEtherTypeIpv6, to, {}, std::move(packet)});
}

bool HandleSolicitation(const Now& now, const IpPacket& packet, const Icmpv6& message,
                        RandomSource& random, OutputQueue& out) {
  const auto ask = NeighborMessage::Parse(message.body, NeighborMessage::kSourceLinkAddress);
  if (!ask) return false;
  Interface& interface = *packet.arrival;
  const bool anonymous = packet.source.IsUnspecified();
  // RFC 4861 §7.1.1: a probe for duplicates carries no link address.
  if (anonymous && ask->link_address) return false;
  if (!interface.Owns(ask->target)) return true;
  if (!anonymous && ask->link_address) {
    interface.neighbors.Learn(now, packet.source, *ask->link_address,
                              NeighborCache::Evidence::kRequest, true, random);
  }
  const IpAddress to = anonymous ? *IpAddress::Parse("ff02::1") : packet.source;
  std::optional<Mac> mac = ask->link_address;
  if (anonymous) mac = GroupMac(to);
  if (!mac) mac = interface.neighbors.Lookup(now, to);
  if (!mac) return true;
  const auto body =
      NeighborMessage{ask->target, interface.mac}.Serialize(NeighborMessage::kTargetLinkAddress);
  const uint32_t flags =
      NeighborMessage::kOverride | (anonymous ? 0 : NeighborMessage::kSolicited);
  Send(interface, *mac, ask->target, to, {Icmpv6::kNeighborAdvertisement, 0, flags, body}, out);
  return true;
}

bool HandleAdvertisement(const Now& now, const IpPacket& packet, const Icmpv6& message,
                         RandomSource& random) {
  const auto reply = NeighborMessage::Parse(message.body, NeighborMessage::kTargetLinkAddress);
  const bool solicited = (message.rest & NeighborMessage::kSolicited) != 0;
  if (!reply || (solicited && packet.destination.IsMulticast())) return false;
  if (packet.arrival->Owns(reply->target)) return true;
  NeighborCache& cache = packet.arrival->neighbors;
  if (!reply->link_address) {  // allowed in answers to unicast probes (RFC 4861 §4.4)
    if (solicited) cache.Confirm(now, reply->target, random);
    return true;
  }
  using Evidence = NeighborCache::Evidence;
  cache.Learn(now, reply->target, *reply->link_address,
              solicited ? Evidence::kReply : Evidence::kGratuitous,
              (message.rest & NeighborMessage::kOverride) != 0, random);
  return true;
}

}  // namespace

bool HandleNeighborMessage(const Now& now, const IpPacket& packet, const Icmpv6& message,
                           RandomSource& random, OutputQueue& out) {
  if (packet.hop_limit != kHopLimit || message.code != 0 || packet.arrival->loopback) return false;
  return message.type == Icmpv6::kNeighborSolicitation
             ? HandleSolicitation(now, packet, message, random, out)
             : HandleAdvertisement(now, packet, message, random);
}

void SendNeighborSolicitation(const Interface& interface, const NeighborCache::Solicitation& ask,
                              OutputQueue& out) {
  const IpAddress source = SelectSource(interface, ask.target);
  if (source.IsNone()) return;
  const IpAddress to = ask.unicast ? ask.target : SolicitedNode(ask.target);
  const auto body =
      NeighborMessage{ask.target, interface.mac}.Serialize(NeighborMessage::kSourceLinkAddress);
  Send(interface, ask.unicast.value_or(GroupMac(to)), source, to,
       {Icmpv6::kNeighborSolicitation, 0, 0, body}, out);
}

}  // namespace zt::netstack
