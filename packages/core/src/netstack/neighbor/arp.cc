#include "netstack/neighbor/arp.h"

#include "netstack/header/arp.h"
#include "netstack/header/protocol.h"
#include "netstack/ip/source_selection.h"

namespace zt::netstack {
namespace {

void Send(const Interface& interface, Mac to, const Arp& arp, OutputQueue& out) {
  const auto bytes = arp.Serialize();
  out.Push({interface.id, kEtherTypeArp, to, {}, Bytes(bytes.begin(), bytes.end())});
}

}  // namespace

bool HandleArp(const Now& now, Interface& interface, ByteSpan payload, RandomSource& random,
               OutputQueue& out) {
  const std::optional<Arp> arp = Arp::Parse(payload);
  if (!arp || arp->sender_mac.IsMulticast() || arp->sender_mac == interface.mac) return false;
  const bool for_us = interface.Owns(arp->target_ip);
  const bool usable = !arp->sender_ip.IsUnspecified() && !arp->sender_ip.IsMulticast() &&
                      !interface.Owns(arp->sender_ip);
  using Evidence = NeighborCache::Evidence;
  if (arp->operation == Arp::kRequest) {
    if (usable) {
      interface.neighbors.Learn(now, arp->sender_ip, arp->sender_mac,
                                for_us ? Evidence::kRequest : Evidence::kGratuitous, true, random);
    }
    if (for_us) {
      Send(interface, arp->sender_mac,
           {Arp::kReply, interface.mac, arp->target_ip, arp->sender_mac, arp->sender_ip}, out);
    }
  } else if (arp->operation == Arp::kReply && usable) {
    interface.neighbors.Learn(now, arp->sender_ip, arp->sender_mac,
                              for_us ? Evidence::kReply : Evidence::kGratuitous, true, random);
  }
  return true;
}

void SendArpRequest(const Interface& interface, const NeighborCache::Solicitation& ask,
                    OutputQueue& out) {
  const IpAddress source = SelectSource(interface, ask.target);
  if (source.IsNone()) return;
  Send(interface, ask.unicast.value_or(Mac::Broadcast()),
       {Arp::kRequest, interface.mac, source, Mac{}, ask.target}, out);
}

}  // namespace zt::netstack
