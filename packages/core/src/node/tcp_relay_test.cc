// When the TCP relay is used (vl1.md §10.3), in virtual time.
#include "node/tcp_relay.h"

#include <doctest/doctest.h>

#include "base/seeded_random.h"

namespace zt::node {

namespace {

const Endpoint kServer{IpAddress::V4(204, 80, 128, 1), 443};
const Endpoint kPeer{IpAddress::V4(20, 0, 0, 1), 9993};

struct Fixture {
  explicit Fixture(TcpRelayMode mode, Millis engage_after = TcpRelay::kEngageAfter)
      : relay({mode, kServer, engage_after}, random, drops, events) {
    relay.Start(now());
  }

  Now now() const { return {{time}, {0}}; }
  void SendTo(const Endpoint& to, size_t size = 100) {
    const Bytes bytes(size, 7);
    const Transmit datagram{bytes, to, {0}};
    relay.Send(now(), {&datagram, 1});
  }
  // Sends every `step` until `end`; the time a connection was wanted first, or -1.
  int64_t SendUntilWanted(Millis step, int64_t end) {
    for (; time < end; time += step) {
      SendTo(kPeer);
      if (!relay.Wanted().IsNone()) return time;
    }
    return -1;
  }
  void Direct() { relay.HeardDirectly(now(), now().mono); }
  void Open() {
    SendUntilWanted(1000, time + 200'000);
    REQUIRE(relay.Wanted() == kServer);
    relay.HandleOpen(now());
    relay.Consumed(relay.Output().size());  // the greeting
  }
  // Lets the relay's own timers fire until `until`.
  void RunUntil(int64_t until) {
    while (relay.NextTimeout().at.ms <= until) {
      time = std::max(time, relay.NextTimeout().at.ms);
      relay.HandleTimeout(now());
    }
    time = until;
  }
  void Answer() {
    Bytes record;
    wire::AppendRelayDatagram(record, kPeer, Bytes(30, 1));
    relay.HandleData(record);
    CHECK(relay.NextDatagram(now()).has_value());
  }
  int Events(Event wanted) {
    Bytes batch;
    while (!events.queue().empty()) events.queue().Drain(batch, 1 << 20);
    int count = 0;
    for (ByteReader in(batch); in.remaining() != 0;) {
      const auto code = static_cast<Event>(in.U16());
      in.Skip(in.U32());
      count += code == wanted ? 1 : 0;
    }
    return count;
  }

  int64_t time = 1'000'000;
  SeededRandom random{1};
  DropCounters drops;
  EventEncoder events{drops};
  TcpRelay relay;
};

}  // namespace

TEST_CASE("off: never") {
  Fixture f(TcpRelayMode::kOff);
  CHECK(f.SendUntilWanted(1000, 1'300'000) == -1);
}

TEST_CASE("automatic: 60 s after the start without anything direct, then a moment of unanswered sends") {
  Fixture f(TcpRelayMode::kAutomatic);
  const int64_t wanted = f.SendUntilWanted(1000, 1'300'000);
  CHECK(wanted > 1'060'000 + TcpRelay::kWindowMin);
  CHECK(wanted <= 1'061'000 + TcpRelay::kWindowMin + 1000);
}

TEST_CASE("automatic: senders that never pause connect too") {
  Fixture f(TcpRelayMode::kAutomatic);
  CHECK(f.SendUntilWanted(10, 1'300'000) < 1'064'000);
}

TEST_CASE("automatic: sends further apart than the window are each the first") {
  Fixture f(TcpRelayMode::kAutomatic);
  CHECK(f.SendUntilWanted(60'000, 3'000'000) == -1);
  CHECK(f.SendUntilWanted(59'000, 6'000'000) != -1);
}

TEST_CASE("automatic: what comes directly keeps it away, and ends an attempt") {
  Fixture f(TcpRelayMode::kAutomatic);
  for (int i = 0; i < 100; ++i, f.time += 59'000) {
    f.Direct();
    f.SendTo(kPeer);
    CHECK(f.relay.Wanted().IsNone());
  }
  CHECK(f.SendUntilWanted(1000, f.time + 100'000) != -1);
  f.Direct();
  CHECK(f.relay.Wanted().IsNone());
  CHECK(f.relay.NextTimeout().at == Instant::Never());
  CHECK(f.Events(Event::kWarning) == 0);
}

TEST_CASE("automatic: the machine woke up, UDP gets its time again") {
  Fixture f(TcpRelayMode::kAutomatic);
  f.time += 1'000'000;
  f.relay.WokeUp(f.now());
  CHECK(f.SendUntilWanted(1000, f.time + 60'000) == -1);
}

TEST_CASE("automatic: a tunnel that is open carries on when the machine woke up, and its silence counts from there") {
  Fixture f(TcpRelayMode::kAutomatic);
  f.Open();
  f.SendTo(kPeer);
  f.relay.Consumed(f.relay.Output().size());
  f.time += 3'600'000;
  f.relay.WokeUp(f.now());
  f.relay.HandleTimeout(f.now());
  CHECK(f.Events(Event::kWarning) == 0);
  f.SendTo(kPeer);
  CHECK_FALSE(f.relay.Output().empty());
  f.RunUntil(f.time + TcpRelay::kSilentFromStart);
  CHECK(f.Events(Event::kWarning) == 1);
}

TEST_CASE("an attempt that slept gets its ten seconds again") {
  Fixture f(TcpRelayMode::kForced);
  f.SendTo(kPeer);
  f.time += 3'600'000;
  f.relay.WokeUp(f.now());
  f.relay.HandleTimeout(f.now());
  CHECK(f.relay.Wanted() == kServer);
  CHECK(f.Events(Event::kWarning) == 0);
}

TEST_CASE("only datagrams to IPv4 addresses of scope GLOBAL, of 16 bytes and more") {
  Fixture f(TcpRelayMode::kForced);
  f.Open();
  f.SendTo(kPeer, 15);
  f.SendTo({IpAddress::V4(192, 168, 1, 1), 9993});
  f.SendTo({IpAddress::V4(127, 0, 0, 1), 9993});
  f.SendTo({*IpAddress::Parse("2600::1"), 9993});
  CHECK(f.relay.Output().empty());
  f.SendTo(kPeer, 16);
  CHECK(f.relay.Output().size() == 5 + 7 + 16);
}

TEST_CASE("forced: at the first send") {
  Fixture f(TcpRelayMode::kForced);
  f.SendTo(kPeer);
  CHECK(f.relay.Wanted() == kServer);
}

TEST_CASE("the greeting comes first") {
  Fixture f(TcpRelayMode::kForced);
  f.SendTo(kPeer);
  f.relay.HandleOpen(f.now());
  f.SendTo(kPeer, 20);
  const ByteSpan out = f.relay.Output();
  CHECK(out.size() == 9 + 5 + 7 + 20);
  CHECK(out[5] == 1);
  CHECK(out[6] == 14);
  CHECK(f.Events(Event::kTunnelUp) == 1);
}

TEST_CASE("an attempt ends after 10 s; attempts get rarer, up to 20 s and a quarter apart") {
  Fixture f(TcpRelayMode::kForced);
  f.SendTo(kPeer);
  const int64_t start = f.time;
  f.RunUntil(start + 9'999);
  CHECK_FALSE(f.relay.Wanted().IsNone());
  f.RunUntil(start + 10'000);
  CHECK(f.relay.Wanted().IsNone());
  CHECK(f.Events(Event::kWarning) == 1);
  Millis last = 0;
  for (int i = 0; i < 8; ++i) {
    const int64_t failed = f.time;
    REQUIRE(f.SendUntilWanted(10, f.time + 60'000) != -1);
    last = f.time - failed;
    CHECK(last >= (i == 0 ? TcpRelay::kRetryMin : 2 * TcpRelay::kRetryMin));
    CHECK(last <= TcpRelay::kRetryMax * 5 / 4 + 10);
    f.relay.HandleClosed(f.now());
  }
  CHECK(last >= TcpRelay::kRetryMax);
  f.Open();
  f.Answer();  // it works: the next failure is the first again
  f.relay.HandleClosed(f.now());
  const int64_t failed = f.time;
  CHECK(f.SendUntilWanted(10, f.time + 60'000) - failed <= TcpRelay::kRetryMin * 5 / 4 + 10);
}

TEST_CASE("no more is queued than the limit, and the stream goes on after it") {
  Fixture f(TcpRelayMode::kForced);
  f.Open();
  for (int i = 0; i < 1000; ++i) f.SendTo(kPeer, 1432);
  CHECK(f.relay.Output().size() > TcpRelay::kMaxQueued);
  CHECK(f.relay.Output().size() <= TcpRelay::kMaxQueued + 1432 + 12);
  CHECK(f.drops.Of(DropReason::kTransmitFull) > 900);
  CHECK(f.relay.Full());
  const size_t record = 1432 + 12, records = f.relay.Output().size() / record;
  wire::RelayRecordReader reader;
  size_t seen = 0;
  for (size_t step = 1; !f.relay.Output().empty(); step = step * 3 % 4099 + 1) {
    const size_t size = std::min(step, f.relay.Output().size());
    reader.Append(f.relay.Output().first(size));
    while (reader.Next().has_value()) ++seen;
    f.relay.Consumed(size);
  }
  CHECK(seen == records);
  CHECK_FALSE(f.relay.Full());
}

TEST_CASE("automatic: a relay that is stuck holds up nobody who goes another way") {
  Fixture f(TcpRelayMode::kAutomatic);
  f.Open();
  for (int i = 0; i < 100; ++i) f.SendTo(kPeer, 1432);
  CHECK(f.relay.Output().size() > TcpRelay::kMaxQueued);
  CHECK_FALSE(f.relay.Full());
}

TEST_CASE("a relay that answers nothing for 60 s is left, one that did answer for 20") {
  Fixture f(TcpRelayMode::kForced);
  f.Open();
  SUBCASE("nothing came") {
    f.SendTo(kPeer);
    f.RunUntil(f.time + 59'999);
  }
  SUBCASE("something came") {
    f.SendTo(kPeer);
    f.Answer();
    f.RunUntil(f.time + 100'000);
    f.SendTo(kPeer);
    f.RunUntil(f.time + 19'999);
  }
  CHECK(f.relay.InUse() == kServer);
  f.RunUntil(f.time + 1);
  CHECK(f.relay.InUse().IsNone());
  CHECK(f.Events(Event::kTunnelDown) == 1);
}

TEST_CASE("a relay that answers nothing for 5 s when we have moved is left; one that answers is kept") {
  Fixture f(TcpRelayMode::kForced);
  f.Open();
  f.SendTo(kPeer);
  f.RunUntil(f.time + 10'000);
  f.relay.Moved(f.now());
  SUBCASE("silent") {
    f.RunUntil(f.time + 4'999);
    CHECK(f.relay.InUse() == kServer);
    f.RunUntil(f.time + 1);
    CHECK(f.relay.Wanted().IsNone());
    CHECK(f.Events(Event::kTunnelDown) == 1);
  }
  SUBCASE("it answers") {
    f.Answer();
    f.SendTo(kPeer);
    f.RunUntil(f.time + 19'999);
    CHECK(f.relay.InUse() == kServer);
  }
  SUBCASE("there was nothing to answer: it counts from what is sent next") {
    f.Answer();
    f.relay.Moved(f.now());
    f.RunUntil(f.time + 100'000);
    CHECK(f.relay.InUse() == kServer);
    f.SendTo(kPeer);
    f.RunUntil(f.time + 5'000);
    CHECK(f.relay.InUse().IsNone());
  }
}

TEST_CASE("a relay with nothing to say is kept") {
  Fixture f(TcpRelayMode::kForced);
  f.Open();
  f.SendTo(kPeer);
  f.Answer();
  CHECK(f.relay.NextTimeout().at == Instant::Never());
}

TEST_CASE("malformed records end the connection with a warning") {
  Fixture f(TcpRelayMode::kForced);
  f.Open();
  f.Events(Event::kTunnelUp);
  f.relay.HandleData(Bytes{0x17, 3, 3, 0, 2, 9, 9});
  CHECK_FALSE(f.relay.NextDatagram(f.now()).has_value());
  CHECK(f.relay.Wanted().IsNone());
  CHECK(f.Events(Event::kWarning) == 1);
}

TEST_CASE("direct again: nothing more is sent through it, and it is closed when the peers have noticed") {
  Fixture f(TcpRelayMode::kAutomatic);
  f.Open();
  f.SendTo(kPeer);
  CHECK_FALSE(f.relay.Output().empty());
  f.relay.Consumed(f.relay.Output().size());
  f.Direct();
  f.SendTo(kPeer);
  CHECK(f.relay.Output().empty());
  CHECK(f.relay.InUse().IsNone());
  f.RunUntil(f.time + TcpRelay::kFarewell - 10'000);
  f.Direct();
  f.RunUntil(f.time + 9'999);
  CHECK(f.relay.Wanted() == kServer);
  f.RunUntil(f.time + 1);
  CHECK(f.relay.Wanted().IsNone());
  CHECK(f.Events(Event::kTunnelDown) == 1);
}

TEST_CASE("direct for a moment only: the connection that was to end carries again when sends are unanswered") {
  Fixture f(TcpRelayMode::kAutomatic, 5'000);
  f.Open();
  f.Direct();
  f.RunUntil(f.time + 5'001);
  f.relay.Consumed(f.relay.Output().size());
  f.SendTo(kPeer);  // UDP gets its moment to answer
  f.RunUntil(f.time + TcpRelay::kWindowMin + 1);
  CHECK(f.relay.InUse().IsNone());
  CHECK(f.relay.Output().empty());
  f.SendTo(kPeer);
  CHECK(f.relay.InUse() == kServer);
  CHECK_FALSE(f.relay.Output().empty());
  f.Answer();
  f.RunUntil(f.time + 2 * TcpRelay::kFarewell);
  CHECK(f.relay.InUse() == kServer);
  CHECK(f.Events(Event::kTunnelDown) == 0);
}

TEST_CASE("direct: a quiet time longer than the engage time does not take the farewell back") {
  Fixture f(TcpRelayMode::kAutomatic, 5'000);
  f.Open();
  f.Direct();
  for (int heartbeat = 0; heartbeat < 2; ++heartbeat) {
    f.RunUntil(f.time + 14'000);
    f.SendTo(kPeer);
    f.RunUntil(f.time + 50);
    f.Direct();
  }
  f.RunUntil(f.time + 14'000);
  CHECK(f.relay.Wanted().IsNone());
  CHECK(f.Events(Event::kTunnelDown) == 1);
}

TEST_CASE("forced: what comes directly changes nothing") {
  Fixture f(TcpRelayMode::kForced);
  f.Open();
  f.Direct();
  f.RunUntil(f.time + 100'000);
  CHECK(f.relay.InUse() == kServer);
}

TEST_CASE("a connection that opens after it was given up is not used") {
  Fixture f(TcpRelayMode::kAutomatic);
  f.SendUntilWanted(1000, f.time + 200'000);
  f.Direct();
  f.relay.HandleOpen(f.now());
  CHECK(f.relay.Output().empty());
  CHECK(f.Events(Event::kTunnelUp) == 0);
}

}  // namespace zt::node
