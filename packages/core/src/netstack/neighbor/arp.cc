#include "netstack/neighbor/arp.h"

#include "netstack/header/arp.h"
#include "netstack/header/protocol.h"
#include "netstack/ip/source_selection.h"

namespace zt::netstack {
namespace {

void Send(NeighborIo& io, const Interface& interface, Mac to, const Arp& arp) {
  const auto bytes = arp.Serialize();
  ++io.counters[StackProtocol::kEtharp].xmit;
  io.out.Push({interface.id, kEtherTypeArp, to, {}, Bytes(bytes.begin(), bytes.end())});
}

void Learn(NeighborIo& io, Interface& interface, const Arp& arp, bool for_us) {
  NeighborCache& cache = interface.neighbors;
  if (arp.operation == Arp::kRequest && for_us) {
    return cache.HandleSolicitation(io.now, arp.sender_ip, arp.sender_mac);
  }
  // A reply proves something when it was asked for; what comes by itself only changes entries (RFC 826, merge flag).
  const bool answer = arp.operation == Arp::kReply && for_us && cache.IsAsked(arp.sender_ip);
  cache.HandleAdvertisement(io.now, arp.sender_ip, {arp.sender_mac, answer, true}, io.random);
}

}  // namespace

std::optional<DropReason> HandleArp(NeighborIo& io, Interface& interface, Mac source, ByteSpan payload) {
  ++io.counters[StackProtocol::kEtharp].recv;
  const std::optional<Arp> arp = Arp::Parse(payload);
  if (!arp || (arp->operation != Arp::kRequest && arp->operation != Arp::kReply)) return DropReason::kMalformed;
  // Who says something about another station's address forges it.
  if (arp->sender_mac != source || source.IsMulticast()) return DropReason::kBadSourceMac;
  const bool probe = arp->sender_ip.IsUnspecified();
  if (!probe && !IsUnicastV4(arp->sender_ip)) return DropReason::kMalformed;
  const bool for_us = interface.Owns(arp->target_ip);
  if (interface.Owns(arp->sender_ip)) {  // RFC 5227 §2.4
    io.claim = {arp->sender_ip, arp->sender_mac, true};
    return std::nullopt;
  }
  if (probe && for_us) io.claim = {arp->target_ip, arp->sender_mac, false};
  if (!probe && !interface.IsSubnetBroadcast(arp->sender_ip)) Learn(io, interface, *arp, for_us);
  if (arp->operation != Arp::kRequest || !for_us) return std::nullopt;
  if (!interface.answers.Allow(io.now)) return DropReason::kRateLimited;
  Send(io, interface, arp->sender_mac,
       {Arp::kReply, interface.mac, arp->target_ip, arp->sender_mac, arp->sender_ip});
  return std::nullopt;
}

void SendArpRequest(NeighborIo& io, const Interface& interface, const NeighborCache::Solicitation& ask) {
  const IpAddress source = SelectSource(interface, ask.target);
  if (source.IsNone()) return;
  Send(io, interface, ask.unicast.value_or(Mac::Broadcast()),
       {Arp::kRequest, interface.mac, source, Mac{}, ask.target});
}

void SendArpCheck(NeighborIo& io, const Interface& interface, const IpAddress& ip, bool announce) {
  Send(io, interface, Mac::Broadcast(),
       {Arp::kRequest, interface.mac, announce ? ip : IpAddress::V4(0), Mac{}, ip});
}

}  // namespace zt::netstack
