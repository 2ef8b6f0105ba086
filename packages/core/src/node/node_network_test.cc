// Whole nodes: joining, the order of events, leaving, shutting down.
#include "testing/node_lab.h"
#include "testing/vl1_packets.h"

namespace zt::testing {

namespace {

// The names of `host`'s events, peers left out: their order depends on paths.
std::string Sequence(const LabHost& host) {
  std::string out;
  for (const EventRecord& e : host.events) {
    const int code = static_cast<int>(e.code);
    if (code < 240 || code > 244) out += std::string(ToString(e.code)) + " ";
  }
  return out;
}

std::string Names(const std::vector<Event>& events) {
  std::string out;
  for (Event e : events) out += std::string(ToString(e)) + " ";
  return out;
}

Status Ping(NodeLab& lab, LabHost& from, const IpAddress& to, uint32_t token) {
  return lab.Do(from, Command::kPing, [&](node::HostWriter& w) {
    w.U64(0);
    w.Ip(to);
    w.U32(token);
    w.U16(56);
    w.U32(5000);
  });
}

Status LastPing(const LabHost& host) {
  const EventRecord* reply = host.Last(Event::kPingReply);
  if (reply == nullptr) return Status::kNotReady;
  ByteReader in(reply->body);
  in.Skip(4);
  return static_cast<Status>(in.U32());
}

}  // namespace

TEST_CASE("a member sees its events in the documented order") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.RunUntil([&] { return a.Count(Event::kNodeOnline) > 0; });
  lab.Member(a);
  const std::vector<Event> expected = {
      Event::kStorePlanet,  Event::kNodeUp,        Event::kStackUp,       Event::kSurfaceChanged,
      Event::kNodeOnline,   Event::kNodeConnectivity,
      Event::kStoreNetwork, Event::kNetifUp,       Event::kAddrAddedIp4,  Event::kRouteAdded,
      Event::kNetworkUpdate, Event::kNetifLinkUp,  Event::kNetworkReadyIp4, Event::kNetworkOk,
      Event::kStoreNetwork};
  CHECK(Sequence(a) == Names(expected));
}

TEST_CASE("two members ping each other") {
  NodeLab lab;
  LabHost &a = lab.Add(2), &b = lab.Add(3);
  lab.Member(a);
  lab.Member(b);
  CHECK(Ping(lab, a, NodeLab::AddressOf(1), 7) == Status::kOk);
  lab.RunUntil([&] { return a.Count(Event::kPingReply) == 1; });
  CHECK(LastPing(a) == Status::kOk);
}

TEST_CASE("a ping to an address nobody has reports a failure") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.Member(a);
  CHECK(Ping(lab, a, IpAddress::V4(10, 7, 0, 200), 8) == Status::kOk);
  lab.RunUntil([&] { return a.Count(Event::kPingReply) == 1; });
  CHECK(LastPing(a) != Status::kOk);
}

TEST_CASE("a denied member hears of it once and of every update") {
  NodeLab lab;
  lab.deny = true;
  LabHost& a = lab.Add(2);
  CHECK(lab.Join(a) == Status::kOk);
  lab.Run(30'000);
  CHECK(a.Count(Event::kNetworkAccessDenied) == 1);
  CHECK(a.Count(Event::kNetworkOk) == 0);
  lab.deny = false;
  lab.RunUntil([&] { return a.Count(Event::kNetworkOk) == 1; });
  CHECK(a.Count(Event::kNetworkReadyIp4) == 1);
}

TEST_CASE("a node without a controller answers a request for a configuration with ERROR 5 and the network") {
  NodeLab lab;
  LabHost &asking = lab.Add(2), &asked = lab.Add(3);
  const SecretIdentity secret = *SecretIdentity::ParseText(kTestSecrets[3]);
  const Identity member = SecretIdentity::ParseText(kTestSecrets[2])->identity();
  Bytes error;
  lab.tap = [&](const Endpoint& from, const Endpoint&, ByteSpan bytes) {
    const auto opened = OpenPacket(secret, member, bytes);
    if (from != asked.endpoint || !opened || wire::PacketView(*opened).verb() != Verb::kError) return;
    error.assign(opened->begin() + wire::kPayloadOffset, opened->end());
  };
  lab.Run(1000);
  const uint64_t network = secret.address().value << 24 | 1;
  CHECK(lab.Do(asking, Command::kJoin, [&](node::HostWriter& w) { w.U64(network); }) == Status::kOk);
  lab.RunUntil([&] { return !error.empty(); });
  ByteReader in(error);  // vl1.md §5.4
  CHECK(in.U8() == static_cast<uint8_t>(Verb::kNetworkConfigRequest));
  in.U64();  // the request
  CHECK(in.U8() == 5);
  CHECK(in.U64() == network);
  CHECK(in.AtEnd());
}

TEST_CASE("leaving takes the interface down and forgets the network") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.Member(a);
  a.events.clear();
  const auto id = [&](node::HostWriter& w) { w.U64(lab.network.value); };
  CHECK(lab.Do(a, Command::kLeave, id) == Status::kOk);
  const std::vector<Event> expected = {Event::kNetworkDown, Event::kNetifLinkDown, Event::kNetifDown,
                                       Event::kNetifRemoved, Event::kStoreNetwork};
  CHECK(Sequence(a) == Names(expected));
  CHECK(a.Last(Event::kStoreNetwork)->body.size() == 8 + 4);  // an empty dictionary: delete
  CHECK(lab.Do(a, Command::kLeave, id) == Status::kNotFound);
  CHECK(lab.Do(a, Command::kNetworkInfo, id) == Status::kNotFound);
}

TEST_CASE("a stored network comes back without the controller") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.Member(a);
  ByteReader stored(a.Last(Event::kStoreNetwork)->body);
  Bytes cached;
  node::HostWriter(cached).U64(stored.U64());
  const ByteSpan dictionary = stored.Take(stored.U32());
  cached.insert(cached.end(), dictionary.begin(), dictionary.end());
  lab.controller->cut = true;
  a.cut = true;
  LabHost& again = lab.Add(2, lab.Options(2).Add(CreateOption::kCachedNetwork, cached));
  CHECK(again.Count(Event::kAddrAddedIp4) == 1);
  CHECK(again.Count(Event::kNetworkOk) == 0);  // offline yet
  lab.RunUntil([&] { return again.Count(Event::kNetworkOk) == 1; });
  CHECK(again.Count(Event::kNetworkUpdate) == 0);  // UP, not an update
}

TEST_CASE("shutting down tells everything before it ends") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.Member(a);
  a.events.clear();
  a.node->Shutdown(lab.now());
  lab.Drain(a);
  CHECK(a.Count(Event::kStorePeer) >= 2);
  const std::vector<Event> expected = {Event::kNetworkDown,  Event::kNetifLinkDown, Event::kNetifDown,
                                 Event::kNetifRemoved, Event::kStackDown,     Event::kNodeDown};
  std::erase_if(a.events, [](const EventRecord& e) { return e.code == Event::kStorePeer; });
  CHECK(Sequence(a) == Names(expected));
  CHECK(lab.Do(a, Command::kNodeInfo) == Status::kClosed);
  CHECK(a.node->NextTimeout().at == Instant::Never());
}

TEST_CASE("two members with one address are told which, on which network, whose, and what to do") {
  NodeLab lab;
  lab.one_address = true;
  LabHost &a = lab.Add(2), &b = lab.Add(3);
  lab.Member(a);
  lab.Run(10'000);
  CHECK(a.Count(Event::kWarning) == 0);
  lab.Member(b);
  lab.Run(10'000);
  const EventRecord* warning = b.Last(Event::kWarning);
  REQUIRE(warning != nullptr);
  node::HostReader in(warning->body);
  CHECK(static_cast<Warning>(in.U8()) == Warning::kAddressConflict);
  const std::string detail(in.Str16());
  CHECK(detail.find(NodeLab::AddressOf(0).ToString() + " on network " + lab.network.ToString()) == 0);
  CHECK(detail.find("controller") != std::string::npos);
  const size_t told = a.Count(Event::kWarning) + b.Count(Event::kWarning);
  CHECK(told <= 4);
  lab.Run(60'000);
  CHECK(a.Count(Event::kWarning) + b.Count(Event::kWarning) == told);  // silence follows
}

TEST_CASE("a node without an identity makes one, stores it, then starts") {
  NodeLab lab;
  OptionsWriter options;
  options.Add(CreateOption::kPlanet, lab.planet).Add(CreateOption::kRandomSeed, Seed(77));
  LabHost& a = lab.Add(7, options);
  CHECK(lab.Do(a, Command::kNodeInfo) == Status::kNotReady);
  while (a.Count(Event::kNodeUp) == 0) {
    REQUIRE(a.node->NextTimeout().at <= lab.now().mono);
    a.node->HandleTimeout(lab.now());
    lab.Drain(a);
  }
  const std::vector<Event> expected = {Event::kStoreIdentitySecret, Event::kStoreIdentityPublic, Event::kStorePlanet,
                                       Event::kNodeUp, Event::kStackUp};
  CHECK(Sequence(a) == Names(expected));
  node::HostReader in(a.events[0].body);
  const auto secret = SecretIdentity::ParseText(in.Str16());
  REQUIRE(secret.has_value());
  CHECK(secret->identity().Validate());
}

}  // namespace zt::testing
