// A station made by hand next to a host of the Lab: frames exactly as a test wants them, and what the host sent.
#pragma once

#include "netstack/header/arp.h"
#include "netstack/header/checksum.h"
#include "netstack/header/icmpv4.h"
#include "netstack/header/icmpv6.h"
#include "netstack/header/ipv4.h"
#include "netstack/header/ipv6.h"
#include "netstack/header/ndp.h"
#include "netstack/header/protocol.h"
#include "netstack/header/udp.h"
#include "netstack/interface.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {

class RawPeer {
 public:
  static constexpr Mac kMac{0x0200000000fe};

  RawPeer(Lab& lab, Lab::Host& host) : lab_(lab), host_(host) {
    host.on_send = [this](const Lab::Frame& f) {
      sent.push_back(f);
      return true;
    };
  }

  void SendFrame(uint16_t ether_type, const Bytes& payload, Mac to, Mac from = kMac) {
    lab_.Inject(host_, {from, to, ether_type, payload});
  }
  void SendArp(const Arp& arp, Mac to, Mac from = kMac) {
    const auto bytes = arp.Serialize();
    SendFrame(kEtherTypeArp, Bytes(bytes.begin(), bytes.end()), to, from);
  }
  // `options`: IPv4 options, a multiple of four bytes.
  static Bytes Ipv4(Ipv4Header header, const Bytes& payload, const Bytes& options = {}) {
    Bytes packet(20 + options.size() + payload.size());
    header.Write(packet.data(), options.size() + payload.size());
    packet[0] = static_cast<uint8_t>(0x45 + options.size() / 4);
    std::copy(options.begin(), options.end(), packet.begin() + 20);
    StoreU16(&packet[10], 0);
    StoreU16(&packet[10], ChecksumOf(ByteSpan(packet).first(20 + options.size())));
    std::copy(payload.begin(), payload.end(), packet.begin() + 20 + static_cast<long>(options.size()));
    return packet;
  }
  static Ipv4Header V4(const IpAddress& source, const IpAddress& destination, uint8_t protocol) {
    Ipv4Header header;
    header.source = source;
    header.destination = destination;
    header.protocol = protocol;
    return header;
  }
  static Bytes Ipv6(const IpAddress& source, const IpAddress& destination, uint8_t next, const Bytes& payload,
                    uint8_t hop_limit = 64) {
    Bytes packet(40 + payload.size());
    Ipv6Header header;
    header.source = source;
    header.destination = destination;
    header.next_header = next;
    header.hop_limit = hop_limit;
    header.Write(packet.data(), payload.size());
    std::copy(payload.begin(), payload.end(), packet.begin() + 40);
    return packet;
  }
  static Bytes UdpMessage(const IpAddress& source, const IpAddress& destination, uint16_t from, uint16_t to,
                          size_t size = 4) {
    Bytes message(8 + size);
    const zt::netstack::Udp udp{from, to, ByteSpan(message).subspan(8)};
    udp.Write(message.data(), source, destination);
    return message;
  }
  void SendV4(const Bytes& packet) { SendFrame(kEtherTypeIpv4, packet, host_.mac); }
  void SendV6(const Bytes& packet) { SendFrame(kEtherTypeIpv6, packet, host_.mac); }
  void SendNd(uint8_t type, uint32_t flags, const Bytes& body, const IpAddress& source, const IpAddress& to,
              uint8_t hop_limit = 255) {
    const Bytes icmp = Icmpv6{type, 0, flags, body}.Serialize(source, to);
    const Mac mac = to.IsMulticast() ? GroupMac(to) : host_.mac;
    SendFrame(kEtherTypeIpv6, Ipv6(source, to, kProtocolIcmpv6, icmp, hop_limit), mac);
  }

  // The ICMP messages the host sent to a unicast address, oldest first.
  std::vector<Icmpv4> Icmp4() const {
    std::vector<Icmpv4> out;
    for (const Lab::Frame& f : sent) {
      const auto ip = f.ether_type == kEtherTypeIpv4 ? Ipv4Header::Parse(f.payload) : std::nullopt;
      const auto icmp = ip && ip->protocol == kProtocolIcmpv4 ? Icmpv4::Parse(ip->payload) : std::nullopt;
      if (icmp) out.push_back(*icmp);
    }
    return out;
  }
  // Of one type, with the destination and the MAC it went to.
  struct Sent6 {
    Icmpv6 icmp;
    IpAddress source, destination;
    Mac mac;
  };
  std::vector<Sent6> Icmp6(uint8_t type) const {
    std::vector<Sent6> out;
    for (const Lab::Frame& f : sent) {
      const auto ip = f.ether_type == kEtherTypeIpv6 ? Ipv6Header::Parse(f.payload) : std::nullopt;
      if (!ip || ip->next_header != kProtocolIcmpv6) continue;
      const auto icmp = Icmpv6::Parse(ip->payload, ip->source, ip->destination);
      if (icmp && icmp->type == type) out.push_back({*icmp, ip->source, ip->destination, f.destination});
    }
    return out;
  }
  std::vector<std::pair<Arp, Mac>> Arps() const {
    std::vector<std::pair<Arp, Mac>> out;
    for (const Lab::Frame& f : sent) {
      if (f.ether_type == kEtherTypeArp) out.push_back({*Arp::Parse(f.payload), f.destination});
    }
    return out;
  }

  std::vector<Lab::Frame> sent;

 private:
  Lab& lab_;
  Lab::Host& host_;
};

}  // namespace zt::netstack
