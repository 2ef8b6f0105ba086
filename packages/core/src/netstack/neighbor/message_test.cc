// ARP (RFC 826) and neighbor discovery (RFC 4861 §7.1) as messages on the wire: what is answered, what is refused.
#include <doctest/doctest.h>

#include "testing/raw_peer.h"

namespace zt::netstack {
namespace {

IpAddress V6(const char* text) { return *IpAddress::Parse(text); }

const IpAddress kPeer = IpAddress::V4(10, 0, 0, 254);
const IpAddress kStranger = IpAddress::V4(10, 0, 0, 77);

struct Fixture {
  Lab lab;
  Lab::Host& host = lab.AddHost();
  RawPeer peer{lab, host};
  IpAddress own6 = V6("fd00::1");

  void Ask(Mac sender, const IpAddress& sender_ip, const IpAddress& target, Mac to = Mac::Broadcast(),
           Mac frame = RawPeer::kMac) {
    peer.SendArp({Arp::kRequest, sender, sender_ip, Mac{}, target}, to, frame);
  }
  uint64_t Dropped(DropReason reason) const { return host.drops.Of(reason); }
  // Where the next datagram to `ip` goes; none: it is being asked for.
  std::optional<Mac> Destination(const IpAddress& ip) {
    const auto socket = host.stack.UdpBind({}, {{}, 0});
    peer.sent.clear();
    host.stack.UdpSend(lab.now, socket.socket, {ip, 9}, Bytes(1));
    lab.Run(0);
    host.stack.Close(lab.now, socket.socket);
    for (const Lab::Frame& f : peer.sent) {
      if (f.ether_type == kEtherTypeIpv4 || (f.ether_type == kEtherTypeIpv6 && f.payload[6] == kProtocolUdp)) {
        return f.destination;
      }
    }
    return std::nullopt;
  }
};

Bytes Body(const IpAddress& target, const Bytes& options = {}) {
  Bytes body(target.bytes.begin(), target.bytes.end());
  body.insert(body.end(), options.begin(), options.end());
  return body;
}

const Bytes kSource = {1, 1, 2, 0, 0, 0, 0, 0xfe};  // source link-layer address of the peer
const Bytes kTarget = {2, 1, 2, 0, 0, 0, 0, 0xfe};

}  // namespace

TEST_CASE("RFC 826: a request for our address is answered to who asked, and his address is learned") {
  Fixture f;
  f.Ask(RawPeer::kMac, kPeer, f.host.v4());
  const auto replies = f.peer.Arps();
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].second == RawPeer::kMac);
  CHECK(replies[0].first.operation == Arp::kReply);
  CHECK(replies[0].first.sender_mac == f.host.mac);
  CHECK(replies[0].first.sender_ip == f.host.v4());
  CHECK(replies[0].first.target_ip == kPeer);
  CHECK(f.Destination(kPeer) == RawPeer::kMac);
}

TEST_CASE("RFC 826: no proxy; requests for others teach nothing new but correct what is known") {
  Fixture f;
  f.Ask(RawPeer::kMac, kPeer, kStranger);
  f.Ask(RawPeer::kMac, kPeer, IpAddress::V4(127, 0, 0, 1));
  f.Ask(RawPeer::kMac, kPeer, IpAddress::V4(10, 0, 0, 255));
  CHECK(f.peer.Arps().empty());
  CHECK_FALSE(f.Destination(kPeer));
  f.Ask(RawPeer::kMac, kPeer, f.host.v4());
  const Mac moved{0x0200000000fd};
  f.Ask(moved, kPeer, kStranger, Mac::Broadcast(), moved);  // merge flag
  CHECK(f.Destination(kPeer) == moved);
}

TEST_CASE("a sender in the message that is not the sender of the frame is forged") {
  Fixture f;
  f.Ask(Mac{0x020000000055}, kPeer, f.host.v4());
  CHECK(f.Dropped(DropReason::kBadSourceMac) == 1);
  f.Ask(Mac::Broadcast(), kPeer, f.host.v4(), Mac::Broadcast(), Mac::Broadcast());
  CHECK(f.Dropped(DropReason::kBadSourceMac) == 2);
  CHECK(f.peer.Arps().empty());
}

TEST_CASE("ARP messages from addresses no station can have are refused") {
  Fixture f;
  for (const IpAddress& ip : {IpAddress::V4(127, 0, 0, 1), IpAddress::V4(224, 0, 0, 1), IpAddress::V4(240, 0, 0, 1),
                              IpAddress::V4(255, 255, 255, 255), IpAddress::V4(0, 1, 2, 3)}) {
    f.Ask(RawPeer::kMac, ip, f.host.v4());
  }
  CHECK(f.Dropped(DropReason::kMalformed) == 5);
  CHECK(f.peer.Arps().empty());
  Arp strange{7, RawPeer::kMac, kPeer, {}, f.host.v4()};
  f.peer.SendArp(strange, Mac::Broadcast());
  CHECK(f.Dropped(DropReason::kMalformed) == 6);
  f.Ask(RawPeer::kMac, IpAddress::V4(10, 0, 0, 255), f.host.v4());  // answered, but the broadcast is no neighbour
  CHECK_FALSE(f.Destination(IpAddress::V4(10, 0, 0, 250)));
}

TEST_CASE("an ARP reply nobody asked for proves nothing") {
  Fixture f;
  f.peer.SendArp({Arp::kReply, RawPeer::kMac, kPeer, f.host.mac, f.host.v4()}, f.host.mac);
  CHECK_FALSE(f.Destination(kPeer));  // now it is asked for
  f.peer.SendArp({Arp::kReply, RawPeer::kMac, kPeer, f.host.mac, f.host.v4()}, f.host.mac);
  CHECK(f.Destination(kPeer) == RawPeer::kMac);
}

TEST_CASE("answers are limited: a flood of questions is not worth a flood of answers") {
  Fixture f;
  for (int i = 0; i < 3 * Interface::kAnswersPerSecond; ++i) f.Ask(RawPeer::kMac, kPeer, f.host.v4());
  CHECK(f.peer.Arps().size() == Interface::kAnswersPerSecond);
  CHECK(f.Dropped(DropReason::kRateLimited) == 2 * Interface::kAnswersPerSecond);
}

TEST_CASE("RFC 4861 §7.2.4: a solicitation is answered with the solicited and override flags") {
  Fixture f;
  f.peer.SendNd(135, 0, Body(f.own6, kSource), V6("fd00::fe"), SolicitedNode(f.own6));
  auto sent = f.peer.Icmp6(136);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].icmp.rest == (NeighborMessage::kSolicited | NeighborMessage::kOverride));
  CHECK(sent[0].mac == RawPeer::kMac);
  CHECK(sent[0].source == f.own6);
  CHECK(f.Destination(V6("fd00::fe")) == RawPeer::kMac);
  // §7.2.4: from nobody, the answer goes to all nodes and is not solicited.
  f.peer.sent.clear();
  f.peer.SendNd(135, 0, Body(f.own6), V6("::"), SolicitedNode(f.own6));
  sent = f.peer.Icmp6(136);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].destination == V6("ff02::1"));
  CHECK(sent[0].icmp.rest == NeighborMessage::kOverride);
}

TEST_CASE("a solicitation without a link-layer address is answered after resolving who asked") {
  Fixture f;
  f.peer.SendNd(135, 0, Body(f.own6), V6("fd00::fe"), SolicitedNode(f.own6));
  CHECK(f.peer.Icmp6(136).empty());
  REQUIRE(f.peer.Icmp6(135).size() == 1);
  f.peer.SendNd(136, NeighborMessage::kSolicited, Body(V6("fd00::fe"), kTarget), V6("fd00::fe"), f.own6);
  const auto sent = f.peer.Icmp6(136);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].mac == RawPeer::kMac);
}

TEST_CASE("RFC 4861 §7.1.1: invalid solicitations are dropped and counted") {
  Fixture f;
  const IpAddress peer = V6("fd00::fe"), group = SolicitedNode(f.own6);
  f.peer.SendNd(135, 0, Body(f.own6, kSource), peer, group, 254);          // not from the link
  f.peer.SendNd(135, 0, Bytes(15), peer, group);                           // too short
  f.peer.SendNd(135, 0, Body(V6("ff02::1"), kSource), peer, group);        // a multicast target
  f.peer.SendNd(135, 0, Body(f.own6, {1, 0, 0, 0, 0, 0, 0, 0}), peer, group);  // an option of length 0
  f.peer.SendNd(135, 0, Body(f.own6, {1, 2, 0, 0, 0, 0, 0, 0}), peer, group);  // longer than the message
  f.peer.SendNd(135, 0, Body(f.own6, kSource), V6("::"), group);           // from nobody with an address
  f.peer.SendNd(135, 0, Body(f.own6), V6("::"), f.own6);                   // from nobody to one
  CHECK(f.Dropped(DropReason::kMalformed) == 7);
  Bytes bad = RawPeer::Ipv6(peer, group, 58, Icmpv6{135, 1, 0, Body(f.own6, kSource)}.Serialize(peer, group), 255);
  f.peer.SendFrame(kEtherTypeIpv6, bad, GroupMac(group));                  // code 1
  CHECK(f.Dropped(DropReason::kMalformed) == 8);
  f.peer.SendNd(135, 0, Body(f.own6, {1, 1, 0x33, 0x33, 0, 0, 0, 1}), peer, group);  // the answer would go to all
  f.peer.SendNd(135, 0, Body(f.own6, {1, 1, 0, 0, 0, 0, 0, 0}), peer, group);
  CHECK(f.Dropped(DropReason::kMalformed) == 10);
  bad.back() ^= 1;                                                         // checksum
  f.peer.SendFrame(kEtherTypeIpv6, bad, GroupMac(group));
  CHECK(f.Dropped(DropReason::kBadChecksum) == 1);
  CHECK(f.peer.Icmp6(136).empty());
}

TEST_CASE("RFC 4861 §7.1.2: invalid advertisements are dropped and counted") {
  Fixture f;
  const IpAddress peer = V6("fd00::fe");
  CHECK_FALSE(f.Destination(peer));
  f.peer.SendNd(136, NeighborMessage::kSolicited, Body(peer, kTarget), peer, f.own6, 64);
  f.peer.SendNd(136, NeighborMessage::kSolicited, Body(peer, kTarget), peer, V6("ff02::1"));
  f.peer.SendNd(136, 0, Body(V6("ff05::2"), kTarget), peer, f.own6);
  f.peer.SendNd(136, 0, Body(peer, {2, 0, 0, 0, 0, 0, 0, 0}), peer, f.own6);
  CHECK(f.Dropped(DropReason::kMalformed) == 4);
  CHECK_FALSE(f.Destination(peer));
  // Options that are not known are skipped (§4.6).
  const Bytes options = {99, 1, 0, 0, 0, 0, 0, 0, 2, 1, 2, 0, 0, 0, 0, 0xfe};
  f.peer.SendNd(136, NeighborMessage::kSolicited, Body(peer, options), peer, f.own6);
  CHECK(f.Destination(peer) == RawPeer::kMac);
}

}  // namespace zt::netstack
