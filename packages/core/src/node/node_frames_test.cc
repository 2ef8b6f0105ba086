// Ports for Ethernet frames on whole nodes (HOST_PROTOCOL.md §12): what goes through them, and what must not.
#include <doctest/doctest.h>

#include "netstack/stack.h"
#include "testing/node_lab.h"
#include "wire/derived_address.h"

namespace zt {
namespace {

using node::HostReader;
using node::HostWriter;
using testing::EventRecord;
using testing::LabHost;
using testing::NodeLab;

constexpr size_t kQueue = 64 << 10;
constexpr uint16_t kExperimental = 0x88b5;  // IEEE 802 local experimental
constexpr Mac kForeign{0x0a0000000001};

struct EthernetFrame {
  Mac destination, source;
  uint16_t ether_type;
  Bytes payload;
  bool operator==(const EthernetFrame&) const = default;
};

Bytes Records(const std::vector<EthernetFrame>& frames) {
  Bytes out;
  HostWriter w(out);
  for (const EthernetFrame& frame : frames) {
    w.U16(static_cast<uint16_t>(14 + frame.payload.size()));
    w.MacAddress(frame.destination);
    w.MacAddress(frame.source);
    w.U16(frame.ether_type);
    w.Put(frame.payload);
  }
  return out;
}

struct Counters {
  uint64_t received, received_bytes, dropped, sent, sent_bytes, no_configuration, bad_source, not_a_bridge, too_big,
      no_room;
  uint32_t in, out;
};

struct FramesLab : NodeLab {
  FramesLab() : a(Add(2)), b(Add(3)) {}
  void Start() {
    Member(a);
    Member(b);
    // They know each other: of a burst to a stranger only the beginning arrives (vl1.md §7.9).
    CHECK(PingAnswer(a, AddressOf(1)) == Status::kOk);
    Run(5'000);
  }
  Mac MacOf(size_t identity) const {
    return DeriveMac(SecretIdentity::ParseText(testing::kTestSecrets[identity])->address(), network);
  }
  Mac mac_a() const { return MacOf(2); }
  Mac mac_b() const { return MacOf(3); }

  Status TryOpen(LabHost& host, bool exclusive, size_t queue_bytes = kQueue) {
    return Do(host, Command::kFramesOpen, [&](HostWriter& w) {
      w.U64(network.value);
      w.Bool(exclusive);
      w.U32(static_cast<uint32_t>(queue_bytes));
    });
  }
  uint32_t Open(LabHost& host, bool exclusive) {
    REQUIRE(TryOpen(host, exclusive) == Status::kOk);
    return Body().U32();
  }
  Status Close(LabHost& host, uint32_t port) {
    return Do(host, Command::kFramesClose, [&](HostWriter& w) { w.U32(port); });
  }
  Counters Info(LabHost& host, uint32_t port) {
    REQUIRE(Do(host, Command::kFramesInfo, [&](HostWriter& w) { w.U32(port); }) == Status::kOk);
    HostReader in = Body();
    Counters c{};
    for (uint64_t* field : {&c.received, &c.received_bytes, &c.dropped, &c.sent, &c.sent_bytes, &c.no_configuration,
                            &c.bad_source, &c.not_a_bridge, &c.too_big, &c.no_room}) {
      *field = in.U64();
    }
    c.in = in.U32();
    c.out = in.U32();
    CHECK(in.AtEnd());
    return c;
  }
  Status Subscribe(LabHost& host, uint32_t port, const std::vector<Mac>& groups) {
    return Do(host, Command::kFramesGroups, [&](HostWriter& w) {
      w.U32(port);
      w.Count(groups.size());
      for (const Mac group : groups) {
        w.MacAddress(group);
        w.U32(0);
      }
    });
  }
  int64_t Send(LabHost& host, uint32_t port, const std::vector<EthernetFrame>& frames) {
    const int64_t taken = host.node->FramesSend(now(), port, Records(frames));
    Drain(host);
    return taken;
  }
  // What waits, without what the stacks of others say (neighbours, groups).
  std::vector<EthernetFrame> Take(LabHost& host, uint32_t port) {
    std::vector<EthernetFrame> frames = TakeAll(host, port);
    std::erase_if(frames, [](const EthernetFrame& f) {
      return f.ether_type == 0x0800 || f.ether_type == 0x0806 || f.ether_type == 0x86dd;
    });
    return frames;
  }
  std::vector<EthernetFrame> TakeAll(LabHost& host, uint32_t port) {
    std::vector<EthernetFrame> frames;
    Bytes into(30'000);
    for (;;) {
      const int64_t size = host.node->FramesReceive(now(), port, into);
      if (size < 0) {
        CHECK(size == -static_cast<int64_t>(Status::kWouldBlock));
        return frames;
      }
      HostReader in(ByteSpan(into).first(static_cast<size_t>(size)));
      while (in.remaining() != 0) {
        HostReader frame(in.Blob16());
        EthernetFrame f{frame.MacAddress(), frame.MacAddress(), frame.U16(), {}};
        const ByteSpan payload = frame.Rest();
        f.payload.assign(payload.begin(), payload.end());
        frames.push_back(std::move(f));
      }
      CHECK(in.ok());
    }
  }
  Status Ping(LabHost& host, const IpAddress& to) {
    return Do(host, Command::kPing, [&](HostWriter& w) {
      w.U64(network.value);
      w.Ip(to);
      w.U32(77);
      w.U16(56);
      w.U32(3'000);
    });
  }
  // The outcome of a ping that could be sent.
  Status PingAnswer(LabHost& host, const IpAddress& to) {
    const size_t before = host.Count(Event::kPingReply);
    REQUIRE(Ping(host, to) == Status::kOk);
    RunUntil([&] { return host.Count(Event::kPingReply) > before; });
    HostReader in(host.Last(Event::kPingReply)->body);
    in.U32();
    return static_cast<Status>(in.U32());
  }

  LabHost &a, &b;
};

TEST_CASE("two applications exchange frames of a type no stack knows, in batches, without the stack") {
  FramesLab lab;
  lab.Start();
  const uint32_t from = lab.Open(lab.a, true), to = lab.Open(lab.b, true);
  lab.Run(60'000);  // what the stacks still had to say
  lab.TakeAll(lab.b, to);
  const uint64_t before = lab.Info(lab.b, to).received;
  const size_t told = lab.b.Count(Event::kFramesReadable);
  std::vector<EthernetFrame> frames;
  for (uint8_t i = 0; i < 20; ++i) frames.push_back({lab.mac_b(), lab.mac_a(), kExperimental, Bytes(46 + i, i)});
  CHECK(lab.Send(lab.a, from, frames) == static_cast<int64_t>(Records(frames).size()));
  lab.Run(5'000);
  CHECK(lab.b.Count(Event::kFramesReadable) == told + 1);  // one for all of them
  CHECK(lab.Take(lab.b, to) == frames);
  const EthernetFrame back{lab.mac_a(), lab.mac_b(), kExperimental, Bytes(1)};
  lab.Send(lab.b, to, {back, back});
  lab.Run(1'000);
  CHECK(lab.Take(lab.a, from) == std::vector<EthernetFrame>{back, back});
  lab.Send(lab.a, from, frames);
  lab.Run(1'000);
  CHECK(lab.b.Count(Event::kFramesReadable) == told + 2);  // again, since everything was taken
  const Counters c = lab.Info(lab.b, to);
  CHECK(c.received - before == 40);
  CHECK(c.sent == 2);
  CHECK(c.sent_bytes == 30);
  CHECK(c.dropped == 0);
}

// vl1.md §7.9, vl2.md §8.3: what opens the way for the others is sent first.
TEST_CASE("of a burst to a stranger the first frames arrive: credentials are not pushed out by what follows them") {
  for (const size_t burst : {size_t{10}, size_t{60}}) {
    FramesLab lab;
    lab.Member(lab.a);
    lab.Member(lab.b);
    const uint32_t from = lab.Open(lab.a, true), to = lab.Open(lab.b, true);
    std::vector<EthernetFrame> frames;
    for (uint8_t i = 0; i < burst; ++i) frames.push_back({lab.mac_b(), lab.mac_a(), kExperimental, Bytes(100, i)});
    lab.Send(lab.a, from, frames);
    lab.Run(4'000);  // less than anything is repeated in
    const std::vector<EthernetFrame> got = lab.Take(lab.b, to);
    REQUIRE(got.size() >= 3);
    for (size_t i = 0; i < 3; ++i) CHECK(got[i] == frames[i]);
    MESSAGE(got.size() << " of " << burst);
    const Counters c = lab.Info(lab.a, from);
    CHECK(c.sent + c.no_room == burst);
    CHECK(c.no_room == (burst > 31 ? burst - 31 : 0));  // 32 packets wait, and one has the credentials
  }
}

TEST_CASE("a broadcast reaches every port, and a group those that subscribed") {
  FramesLab lab;
  LabHost& c = lab.Add(4);
  lab.Start();
  lab.Member(c);
  const Mac group{0x01005e010203};
  const uint32_t from = lab.Open(lab.a, true), to = lab.Open(lab.b, true), other = lab.Open(c, false);
  CHECK(lab.Subscribe(lab.b, to, {group}) == Status::kOk);
  lab.Run(5'000);
  const EthernetFrame broadcast{Mac::Broadcast(), lab.mac_a(), kExperimental, Bytes(60, 1)};
  const EthernetFrame grouped{group, lab.mac_a(), kExperimental, Bytes(60, 2)};
  lab.Send(lab.a, from, {broadcast, grouped});
  lab.Run(2'000);
  // In either order: each waits for its own members to be found (vl2.md §12.5).
  const std::vector<EthernetFrame> both{broadcast, grouped}, got = lab.Take(lab.b, to);
  CHECK(got.size() == 2);
  CHECK(std::is_permutation(both.begin(), both.end(), got.begin(), got.end()));
  CHECK(lab.Take(c, other) == std::vector<EthernetFrame>{broadcast});
  CHECK(lab.Subscribe(lab.b, to, {lab.mac_b()}) == Status::kInvalidArgument);  // no group
}

// vl2.md §9.1
TEST_CASE("a foreign source is refused and counted, unless the configuration makes us a bridge") {
  for (const bool bridge : {false, true}) {
    FramesLab lab;
    if (bridge) lab.bridges = {SecretIdentity::ParseText(testing::kTestSecrets[2])->address()};
    lab.Start();
    const uint32_t from = lab.Open(lab.a, true), to = lab.Open(lab.b, true);
    const EthernetFrame foreign{lab.mac_b(), kForeign, kExperimental, Bytes(60)};
    const EthernetFrame nobody{lab.mac_b(), {0}, kExperimental, Bytes(60)};
    const EthernetFrame group{lab.mac_b(), Mac::Broadcast(), kExperimental, Bytes(60)};
    lab.Send(lab.a, from, {foreign, nobody, group});
    lab.Run(5'000);
    CHECK(lab.Take(lab.b, to).size() == (bridge ? 1 : 0));
    const Counters c = lab.Info(lab.a, from);
    CHECK(c.not_a_bridge == (bridge ? 0 : 1));
    CHECK(c.bad_source == 2);
    CHECK(c.sent == (bridge ? 1 : 0));
  }
}

// vl2.md §10
TEST_CASE("a port of a bridge gets what is sent to MACs behind it, and others do not") {
  FramesLab lab;
  lab.bridges = {SecretIdentity::ParseText(testing::kTestSecrets[2])->address()};
  LabHost& c = lab.Add(4);
  lab.Start();
  lab.Member(c);
  const uint32_t bridge = lab.Open(lab.a, true), from = lab.Open(lab.b, true), other = lab.Open(c, true);
  const EthernetFrame frame{kForeign, lab.mac_b(), kExperimental, Bytes(60)};
  lab.Send(lab.b, from, {frame});
  lab.Run(5'000);
  CHECK(lab.Take(lab.a, bridge) == std::vector<EthernetFrame>{frame});
  CHECK(lab.Take(c, other).empty());
}

TEST_CASE("the MTU of the network bounds the payload; an 802.1Q tag comes on top of it") {
  FramesLab lab;
  lab.Start();
  const uint32_t from = lab.Open(lab.a, true), to = lab.Open(lab.b, true);
  const std::vector<EthernetFrame> fit{{lab.mac_b(), lab.mac_a(), kExperimental, Bytes(2'800, 1)},
                                       {lab.mac_b(), lab.mac_a(), 0x8100, Bytes(2'804, 2)}};
  lab.Send(lab.a, from, fit);
  lab.Send(lab.a, from, {{lab.mac_b(), lab.mac_a(), kExperimental, Bytes(2'801)}});
  lab.Send(lab.a, from, {{lab.mac_b(), lab.mac_a(), 0x8100, Bytes(2'805)}});
  lab.Run(5'000);
  CHECK(lab.Take(lab.b, to) == fit);
  CHECK(lab.Info(lab.a, from).too_big == 2);
}

TEST_CASE("what the application does not take is dropped and counted; what fitted is whole and in order") {
  FramesLab lab;
  lab.Start();
  const uint32_t from = lab.Open(lab.a, true), to = lab.Open(lab.b, true);
  lab.Run(60'000);  // what the stacks still had to say
  lab.TakeAll(lab.b, to);
  const uint64_t before = lab.Info(lab.b, to).received;
  const size_t told = lab.b.Count(Event::kFramesReadable);
  for (uint8_t i = 0; i < 100; ++i) {
    CHECK(lab.Send(lab.a, from, {{lab.mac_b(), lab.mac_a(), kExperimental, Bytes(1'000, i)}}) == 1'016);
    lab.Run(100);
  }
  lab.Run(5'000);
  const size_t fit = kQueue / 1'016;
  Counters c = lab.Info(lab.b, to);
  CHECK(c.received - before == fit);
  CHECK(c.dropped == 100 - fit);
  CHECK(c.in == fit * 1'016);
  const std::vector<EthernetFrame> taken = lab.Take(lab.b, to);
  REQUIRE(taken.size() == fit);
  for (size_t i = 0; i < fit; ++i) CHECK(taken[i].payload == Bytes(1'000, static_cast<uint8_t>(i)));
  lab.Send(lab.a, from, {{lab.mac_b(), lab.mac_a(), kExperimental, Bytes(1)}});
  lab.Run(1'000);
  CHECK(lab.b.Count(Event::kFramesReadable) == told + 2);
  CHECK(lab.Take(lab.b, to).size() == 1);
}

TEST_CASE("an application that sends too much is stopped, and told when there is room") {
  FramesLab lab;
  lab.Start();
  const uint32_t from = lab.Open(lab.a, true);
  const EthernetFrame frame{lab.mac_b(), lab.mac_a(), kExperimental, Bytes(1'000)};
  const Bytes batch = Records(std::vector<EthernetFrame>(200, frame));
  // Not drained: nothing leaves, as on a host whose sockets are full.
  const int64_t taken = lab.a.node->FramesSend(lab.now(), from, batch);
  CHECK(taken == static_cast<int64_t>(kQueue / 1'016 * 1'016));
  CHECK(lab.a.node->FramesSend(lab.now(), from, batch) == 0);
  CHECK(lab.a.Count(Event::kFramesWritable) == 0);
  lab.Drain(lab.a);
  CHECK(lab.a.Count(Event::kFramesWritable) == 1);
  CHECK(lab.Info(lab.a, from).out == 0);
  CHECK(lab.Info(lab.a, from).sent == kQueue / 1'016);
}

TEST_CASE("beside the stack both get the frames; without it the stack is off the network until the port closes") {
  FramesLab lab;
  lab.Start();
  uint32_t port = lab.Open(lab.b, false);
  CHECK(lab.PingAnswer(lab.a, lab.AddressOf(1)) == Status::kOk);
  bool seen = false;
  for (const EthernetFrame& f : lab.TakeAll(lab.b, port)) seen = seen || (f.ether_type == 0x0800 && f.payload[9] == 1);
  CHECK(seen);
  CHECK(lab.Close(lab.b, port) == Status::kOk);
  port = lab.Open(lab.b, true);
  CHECK(lab.PingAnswer(lab.a, lab.AddressOf(1)) != Status::kOk);
  CHECK(lab.Ping(lab.b, lab.AddressOf(0)) != Status::kOk);  // no interface to send it from
  // Its address still resolves to it: the application answers for it (vl2.md §11.1).
  bool asked = false;
  for (const EthernetFrame& f : lab.TakeAll(lab.b, port)) asked = asked || f.ether_type != kExperimental;
  CHECK(asked);
  CHECK(lab.Close(lab.b, port) == Status::kOk);
  lab.Run(5'000);
  CHECK(lab.PingAnswer(lab.a, lab.AddressOf(1)) == Status::kOk);
  CHECK(lab.PingAnswer(lab.b, lab.AddressOf(0)) == Status::kOk);
}

TEST_CASE("a stack that gave way to a port is back when the port closes, however many networks came since") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  const auto id = [&](size_t n) { return lab.network.value + n; };
  const auto join = [&](size_t n) {
    return lab.Do(a, Command::kJoin, [&](HostWriter& w) { w.U64(id(n)); });
  };
  const auto has_stack = [&](size_t n) {
    const auto listen = [&](HostWriter& w) {
      w.U64(id(n));
      w.Ep({});
      w.U32(1);
    };
    const bool has = lab.Do(a, Command::kTcpListen, listen) == Status::kOk;
    if (has) {
      const uint32_t socket = lab.Body().U32();
      CHECK(lab.Do(a, Command::kSocketClose, [&](HostWriter& w) { w.U32(socket); }) == Status::kOk);
    }
    return has;
  };
  for (size_t n = 0; n < netstack::Stack::kMaxInterfaces; ++n) REQUIRE(join(n) == Status::kOk);
  CHECK(has_stack(0));
  const auto open = [&](HostWriter& w) {
    w.U64(id(0));
    w.Bool(true);
    w.U32(kQueue);
  };
  REQUIRE(lab.Do(a, Command::kFramesOpen, open) == Status::kOk);
  const uint32_t port = lab.Body().U32();
  CHECK_FALSE(has_stack(0));
  REQUIRE(join(netstack::Stack::kMaxInterfaces) == Status::kOk);
  CHECK(lab.Do(a, Command::kFramesClose, [&](HostWriter& w) { w.U32(port); }) == Status::kOk);
  CHECK(has_stack(0));
  CHECK_FALSE(has_stack(netstack::Stack::kMaxInterfaces));  // there was no place for it
  // Who came first has the first place that becomes free.
  REQUIRE(join(netstack::Stack::kMaxInterfaces + 1) == Status::kOk);
  CHECK(lab.Do(a, Command::kLeave, [&](HostWriter& w) { w.U64(id(7)); }) == Status::kOk);
  CHECK(has_stack(netstack::Stack::kMaxInterfaces));
  CHECK_FALSE(has_stack(netstack::Stack::kMaxInterfaces + 1));
}

TEST_CASE("a frame to our own MAC comes back, not from inside the call that sent it") {
  FramesLab lab;
  lab.Start();
  const uint32_t port = lab.Open(lab.a, true);
  const EthernetFrame frame{lab.mac_a(), lab.mac_a(), kExperimental, Bytes(60, 3)};
  lab.a.node->FramesSend(lab.now(), port, Records({frame}));
  CHECK(lab.a.node->FramesReceive(lab.now(), port, {}) == -static_cast<int64_t>(Status::kWouldBlock));
  lab.Drain(lab.a);
  CHECK(lab.Take(lab.a, port) == std::vector<EthernetFrame>{frame});
}

TEST_CASE("ports end with their network and with the node") {
  FramesLab lab;
  lab.Start();
  const uint32_t a = lab.Open(lab.a, true), b = lab.Open(lab.b, false);
  CHECK(lab.Do(lab.a, Command::kLeave, [&](HostWriter& w) { w.U64(lab.network.value); }) == Status::kOk);
  REQUIRE(lab.a.Count(Event::kFramesClosed) == 1);
  HostReader in(lab.a.Last(Event::kFramesClosed)->body);
  CHECK(in.U32() == a);
  CHECK(static_cast<Status>(in.U32()) == Status::kNetworkDown);
  const auto missing = -static_cast<int64_t>(Status::kNotFound);
  CHECK(lab.a.node->FramesSend(lab.now(), a, {}) == missing);
  CHECK(lab.a.node->FramesReceive(lab.now(), a, {}) == missing);
  CHECK(lab.Close(lab.a, a) == Status::kNotFound);
  CHECK(lab.TryOpen(lab.a, true) == Status::kNotFound);
  lab.b.node->Shutdown(lab.now());
  lab.Drain(lab.b);
  CHECK(lab.b.Count(Event::kFramesClosed) == 1);
  CHECK(lab.b.node->FramesSend(lab.now(), b, {}) == -static_cast<int64_t>(Status::kClosed));
}

TEST_CASE("a host whose socket is full is not called for the frames behind its batch; the next poll goes on") {
  FramesLab lab;
  lab.Start();
  REQUIRE(lab.TryOpen(lab.a, true, 1 << 20) == Status::kOk);
  const uint32_t port = lab.Body().U32();
  lab.Open(lab.b, true);
  const std::vector<EthernetFrame> frames(40, EthernetFrame{lab.mac_b(), lab.mac_a(), 0x88b5, Bytes(1'400)});
  size_t taken = 0;
  while (taken < 512 << 10) taken += static_cast<size_t>(lab.a.node->FramesSend(lab.now(), port, Records(frames)));
  REQUIRE(!lab.a.node->PollTransmit(lab.now()).empty());
  CHECK(lab.a.node->NextTimeout().at > lab.now().mono);
  size_t polls = 1;
  while (!lab.a.node->PollTransmit(lab.now()).empty()) ++polls;
  CHECK(polls > 1);
  CHECK(lab.Info(lab.a, port).out == 0);
}

TEST_CASE("frames that are all refused leave the queue in one poll, however many") {
  FramesLab lab;
  lab.Start();
  REQUIRE(lab.TryOpen(lab.a, true, 1 << 20) == Status::kOk);
  const uint32_t port = lab.Body().U32();
  const std::vector<EthernetFrame> frames(40, EthernetFrame{lab.mac_b(), lab.mac_b(), 0x88b5, Bytes(1'400)});
  size_t sent = 0;
  for (size_t taken = 0; taken < 512 << 10; sent += frames.size()) {
    taken += static_cast<size_t>(lab.a.node->FramesSend(lab.now(), port, Records(frames)));
  }
  while (!lab.a.node->PollTransmit(lab.now()).empty()) {}
  CHECK(lab.a.node->NextTimeout().at > lab.now().mono);
  const Counters counters = lab.Info(lab.a, port);
  CHECK(counters.not_a_bridge == sent);
  CHECK(counters.out == 0);
}

TEST_CASE("what a caller gets wrong is refused as a whole") {
  FramesLab lab;
  lab.Start();
  CHECK(lab.TryOpen(lab.a, true, kQueue - 1) == Status::kInvalidArgument);
  CHECK(lab.TryOpen(lab.a, true, (64 << 20) + 1) == Status::kInvalidArgument);
  const uint32_t port = lab.Open(lab.a, true);
  CHECK(lab.TryOpen(lab.a, false) == Status::kAlreadyExists);
  const auto invalid = -static_cast<int64_t>(Status::kInvalidArgument);
  Bytes batch = Records({{lab.mac_b(), lab.mac_a(), kExperimental, Bytes(60)}});
  batch.push_back(0);  // half a length
  CHECK(lab.a.node->FramesSend(lab.now(), port, batch) == invalid);
  Bytes short_frame(15);
  short_frame[1] = 13;  // no room for a header
  CHECK(lab.a.node->FramesSend(lab.now(), port, short_frame) == invalid);
  CHECK(lab.a.node->FramesSend(lab.now(), port, Records({{lab.mac_b(), lab.mac_a(), 1, Bytes(9'987)}})) == invalid);
  CHECK(lab.Info(lab.a, port).out == 0);
  lab.a.node->FramesSend(lab.now(), port, Records({{lab.mac_a(), lab.mac_a(), 1, Bytes(60)}}));
  lab.Drain(lab.a);
  Bytes small(75);
  CHECK(lab.a.node->FramesReceive(lab.now(), port, small) == -static_cast<int64_t>(Status::kMessageTooBig));
  small.resize(76);
  CHECK(lab.a.node->FramesReceive(lab.now(), port, small) == 76);
}

TEST_CASE("frames wait for no configuration: they are refused and counted") {
  FramesLab lab;
  lab.deny = true;
  CHECK(lab.Join(lab.a) == Status::kOk);
  const uint32_t port = lab.Open(lab.a, true);
  lab.Send(lab.a, port, {{lab.mac_b(), lab.mac_a(), kExperimental, Bytes(60)}});
  CHECK(lab.Info(lab.a, port).no_configuration == 1);
}

}  // namespace
}  // namespace zt
