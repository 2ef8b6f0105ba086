// Duplicate addresses: optimistic detection for IPv6 (RFC 4862 §5.4, RFC 4429), conflict detection for IPv4 (RFC 5227).
#include <doctest/doctest.h>

#include "testing/raw_peer.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;

IpAddress V6(const char* text) { return *IpAddress::Parse(text); }

struct Fixture {
  Lab lab;
  Lab::Host* host = nullptr;
  std::unique_ptr<RawPeer> peer;
  IpAddress own6 = V6("fd00::1");
  Instant started;

  Fixture() {
    lab.detect = true;
    host = &lab.AddHost();
    started = lab.now.mono;
    peer = std::make_unique<RawPeer>(lab, *host);
    Replace({{host->v4(), 24}, {own6, 64}});
  }
  // Takes the addresses away and gives new ones, so that what is sent is seen.
  void Replace(const std::vector<IpPrefix>& addresses) {
    host->stack.SetAddresses(lab.now, Lab::kNetwork, {});
    host->stack.SetAddresses(lab.now, Lab::kNetwork, addresses);
    lab.SettleAll();
  }
  void ClaimV4(const IpAddress& ip, Mac mac = RawPeer::kMac) {
    peer->SendArp({Arp::kRequest, mac, ip, Mac{}, ip}, Mac::Broadcast(), mac);
  }
  void AdvertiseV6(const IpAddress& ip) {
    const auto body = NeighborMessage{ip, RawPeer::kMac}.Serialize(NeighborMessage::kTargetLinkAddress);
    peer->SendNd(136, NeighborMessage::kOverride, body, ip, V6("ff02::1"));
  }
  Status SendTo(const IpAddress& ip, const IpAddress& from) {
    const auto socket = host->stack.UdpBind({}, {from, 0});
    const Status status = socket.status != Status::kOk
                              ? socket.status
                              : host->stack.UdpSend(lab.now, socket.socket, {ip, 9}, Bytes(1));
    host->stack.Close(lab.now, socket.socket);
    lab.SettleAll();
    return status;
  }
};

}  // namespace

TEST_CASE("RFC 5227 §2.1.1, §2.3: three probes, two announcements, then silence") {
  Fixture f;
  std::vector<Instant> when;
  f.host->on_send = [&](const Lab::Frame& frame) {
    f.peer->sent.push_back(frame);
    if (frame.ether_type == kEtherTypeArp) when.push_back(f.lab.now.mono);
    return true;
  };
  f.lab.Run(30'000);
  const auto arps = f.peer->Arps();
  REQUIRE(arps.size() == 5);
  for (size_t i = 0; i < 5; ++i) {
    CHECK(arps[i].second.IsBroadcast());
    CHECK(arps[i].first.operation == Arp::kRequest);
    CHECK(arps[i].first.target_ip == f.host->v4());
    CHECK(arps[i].first.sender_ip == (i < 3 ? IpAddress::V4(0) : f.host->v4()));
  }
  REQUIRE(when.size() == 4);  // the first was sent before
  CHECK(when[1] - when[0] >= 1'000);
  CHECK(when[1] - when[0] <= 2'000);
  CHECK(when[2] - when[1] == 2'000);
  CHECK(when[3] - when[2] == 2'000);
  CHECK(f.host->stack.NextTimeout().at == Instant::Never());
  CHECK(f.host->Count(Kind::kAddressConflict) == 0);
}

TEST_CASE("RFC 4862 §5.4.2: one solicitation from nobody, without a link-layer address") {
  Fixture f;
  f.lab.Run(30'000);
  const auto sent = f.peer->Icmp6(135);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].source == V6("::"));
  CHECK(sent[0].destination == SolicitedNode(f.own6));
  CHECK(sent[0].icmp.body.size() == 16);
}

TEST_CASE("RFC 4429: the address works at once; what others know of it is not replaced meanwhile") {
  Fixture f;
  f.peer->sent.clear();
  CHECK(f.SendTo(V6("fd00::fe"), f.own6) == Status::kOk);
  auto asked = f.peer->Icmp6(135);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].source == f.own6);
  CHECK(asked[0].icmp.body.size() == 16);  // §2.1: no source link-layer address
  const auto body = NeighborMessage{f.own6, RawPeer::kMac}.Serialize(NeighborMessage::kSourceLinkAddress);
  const auto flags = [&] {
    f.peer->sent.clear();
    f.peer->SendNd(135, 0, body, V6("fd00::fe"), SolicitedNode(f.own6));
    const auto answers = f.peer->Icmp6(136);
    REQUIRE(answers.size() == 1);
    return answers[0].icmp.rest;
  };
  CHECK(flags() == NeighborMessage::kSolicited);  // §3.3: no override
  f.lab.Run(1'000);
  CHECK(flags() == (NeighborMessage::kSolicited | NeighborMessage::kOverride));
  f.peer->sent.clear();
  CHECK(f.SendTo(V6("fd00::fd"), f.own6) == Status::kOk);
  asked = f.peer->Icmp6(135);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].icmp.body.size() == 24);
}

TEST_CASE("RFC 4862 §5.4.5: an IPv6 address that another has is given up and told") {
  Fixture f;
  const auto listener = f.host->stack.TcpListen({}, {V6("::"), 80}, 4);
  SUBCASE("he advertises it") { f.AdvertiseV6(f.own6); }
  SUBCASE("he checks it too (§5.4.3)") {
    const auto body = NeighborMessage{f.own6, std::nullopt}.Serialize(NeighborMessage::kSourceLinkAddress);
    f.peer->SendNd(135, 0, body, V6("::"), SolicitedNode(f.own6));
    CHECK(f.peer->Icmp6(136).empty());
  }
  const auto event = f.host->Take(Kind::kAddressConflict);
  REQUIRE(event);
  CHECK(event->local.ip == f.own6);
  CHECK(event->mac == RawPeer::kMac);
  CHECK(event->interface == Lab::kNetwork);
  CHECK(f.host->Count(Kind::kGroupsChanged) >= 1);
  CHECK(f.SendTo(V6("fd00::fe"), f.own6) == Status::kAddressNotAvailable);
  const IpPrefix again[] = {{f.own6, 64}, {V6("fd00::77"), 64}};
  f.host->stack.SetAddresses(f.lab.now, Lab::kNetwork, again);
  CHECK(f.SendTo(V6("fd00::fe"), f.own6) == Status::kAddressNotAvailable);
  CHECK(f.SendTo(V6("fd00::fe"), V6("fd00::77")) == Status::kOk);
  f.Replace({{f.own6, 64}});  // the configuration dropped it and gave it again
  CHECK(f.SendTo(V6("fd00::fe"), f.own6) == Status::kOk);
  f.host->stack.Close(f.lab.now, listener.socket);
}

TEST_CASE("a route by way of the link of an address that was given up is not used") {
  Fixture f;
  const Route routes[] = {{{V6("fd01::"), 64}, V6("fd00::fe"), 0}};
  f.host->stack.SetRoutes(Lab::kNetwork, routes);
  CHECK(f.SendTo(V6("fd01::1"), V6("::")) == Status::kOk);
  f.AdvertiseV6(f.own6);
  REQUIRE(f.host->Take(Kind::kAddressConflict));
  CHECK(f.SendTo(V6("fd01::1"), V6("::")) == Status::kNetworkUnreachable);
}

TEST_CASE("RFC 4862 §5.4.4: after the check a claim is told and takes nothing away") {
  Fixture f;
  f.lab.Run(5'000);
  f.AdvertiseV6(f.own6);
  CHECK(f.host->Count(Kind::kAddressConflict) == 1);
  CHECK(f.SendTo(V6("fd00::fe"), f.own6) == Status::kOk);
}

TEST_CASE("vl2.md §11.2: advertisements the network makes for others are no conflict") {
  Fixture f;
  CHECK(f.SendTo(V6("fd00::fe"), f.own6) == Status::kOk);
  const auto body = NeighborMessage{V6("fd00::fe"), RawPeer::kMac}.Serialize(NeighborMessage::kTargetLinkAddress);
  f.peer->SendNd(136, NeighborMessage::kSolicited | NeighborMessage::kOverride, body, V6("fd00::fe"), f.own6);
  f.lab.Run(100);
  CHECK(f.host->Count(Kind::kAddressConflict) == 0);
}

TEST_CASE("RFC 5227 §2.4 (c): an IPv4 address that another uses is kept, defended once in ten seconds, told once") {
  Fixture f;
  f.lab.Run(30'000);
  f.peer->sent.clear();
  for (int i = 0; i < 5; ++i) f.ClaimV4(f.host->v4());
  const auto arps = f.peer->Arps();
  REQUIRE(arps.size() == 1);
  CHECK(arps[0].first.sender_ip == f.host->v4());
  CHECK(arps[0].first.target_ip == f.host->v4());
  CHECK(arps[0].second.IsBroadcast());
  CHECK(f.host->Count(Kind::kAddressConflict) == 1);
  f.lab.Run(AddressCheck::kDefendInterval);
  f.ClaimV4(f.host->v4());
  CHECK(f.peer->Arps().size() == 2);
  CHECK(f.host->Count(Kind::kAddressConflict) == 1);
  f.ClaimV4(f.host->v4(), Mac{0x020000000055});  // somebody else: told too
  CHECK(f.host->Count(Kind::kAddressConflict) == 2);
  CHECK(f.SendTo(IpAddress::V4(10, 0, 0, 254), f.host->v4()) == Status::kOk);
}

TEST_CASE("RFC 5227 §2.1.1: another's probe for our address is answered; while we probe it is a conflict") {
  Fixture f;
  const auto probe = [&] {
    f.peer->sent.clear();
    f.peer->SendArp({Arp::kRequest, RawPeer::kMac, IpAddress::V4(0), Mac{}, f.host->v4()}, Mac::Broadcast());
    REQUIRE(f.peer->Arps().size() == 1);
    CHECK(f.peer->Arps()[0].first.operation == Arp::kReply);
  };
  probe();
  CHECK(f.host->Count(Kind::kAddressConflict) == 1);
  f.lab.Run(30'000);
  f.host->events.clear();
  probe();
  CHECK(f.host->Count(Kind::kAddressConflict) == 0);
}

}  // namespace zt::netstack
