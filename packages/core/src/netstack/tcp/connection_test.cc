// How connections begin and end, and what the application is told.
#include <doctest/doctest.h>

#include "netstack/header/protocol.h"
#include "netstack/tcp/state.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;

Bytes Text(const char* text) { return Bytes(text, text + std::strlen(text)); }

int64_t ReadAll(Lab& lab, Lab::Host& host, SocketId socket, Bytes& out) {
  Bytes buffer(65536);
  for (;;) {
    const int64_t n = host.stack.TcpRead(lab.now, socket, buffer);
    if (n <= 0) return n;
    out.insert(out.end(), buffer.begin(), buffer.begin() + n);
  }
}

TcpState StateOf(Lab::Host& host, SocketId socket) {
  const auto info = host.stack.Info(socket);
  return info ? static_cast<TcpState>(info->tcp_state) : TcpState::kClosed;
}

constexpr int64_t kWouldBlock = -static_cast<int64_t>(Status::kWouldBlock);

}  // namespace

TEST_CASE("a connection to a port nobody listens on is refused") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const auto opened = a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 81}, 0);
  REQUIRE(opened.status == Status::kOk);
  lab.Run(1000);
  const auto closed = a.Take(Kind::kTcpClosed);
  REQUIRE(closed);
  CHECK(closed->status == Status::kConnectionRefused);
  CHECK(a.Count(Kind::kTcpConnected) == 0);
  CHECK(a.stack.Close(lab.now, opened.socket) == Status::kOk);
  CHECK(a.stack.SocketCount() == 0);
}

TEST_CASE("a connection to an address nobody has ends as host unreachable") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  const auto opened = a.stack.TcpConnect(lab.now, {}, {}, {IpAddress::V4(10, 0, 0, 99), 81}, 0);
  REQUIRE(opened.status == Status::kOk);
  CHECK(lab.Run(10'000, [&] { return a.Count(Kind::kTcpClosed) == 1; }));
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kHostUnreachable);
}

TEST_CASE("a peer that never answers the SYN is timed out after the time given") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  b.on_send = [](const Lab::Frame& f) { return f.ether_type == kEtherTypeArp; };
  const Instant start = lab.now.mono;
  a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 81}, 5000);
  CHECK(lab.Run(60'000, [&] { return a.Count(Kind::kTcpClosed) == 1; }));
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kTimedOut);
  CHECK(lab.now.mono - start == 5000);
}

TEST_CASE("no route and impossible arguments are told at once") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  CHECK(a.stack.TcpConnect(lab.now, {}, {}, {IpAddress::V4(192, 168, 1, 1), 80}, 0).status ==
        Status::kNetworkUnreachable);
  CHECK(a.stack.TcpConnect(lab.now, {}, {}, {a.v4(), 0}, 0).status == Status::kInvalidArgument);
  CHECK(a.stack.TcpConnect(lab.now, {}, {}, {IpAddress::V4(224, 0, 0, 1), 80}, 0).status ==
        Status::kInvalidArgument);
  CHECK(a.stack.TcpConnect(lab.now, {}, {IpAddress::V4(9, 9, 9, 9), 0}, {IpAddress::V4(10, 0, 0, 9), 80}, 0)
            .status == Status::kAddressNotAvailable);
  CHECK(a.stack.TcpListen({}, {IpAddress::V4(9, 9, 9, 9), 80}, 1).status == Status::kAddressNotAvailable);
  REQUIRE(a.stack.TcpListen({}, {IpAddress::V4(0), 80}, 1).status == Status::kOk);
  CHECK(a.stack.TcpListen({}, {IpAddress::V4(0), 80}, 1).status == Status::kAddressInUse);
  CHECK(a.stack.SocketCount() == 1);
}

TEST_CASE("half-close: one side ends its stream and still receives the other's") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  REQUIRE(pair.server);
  a.stack.TcpWrite(lab.now, pair.client, Text("request"));
  a.stack.TcpShutdown(lab.now, pair.client);
  lab.Run(100);
  Bytes got;
  CHECK(ReadAll(lab, b, pair.server, got) == 0);
  CHECK(got == Text("request"));
  CHECK(StateOf(a, pair.client) == TcpState::kFinWait2);
  CHECK(StateOf(b, pair.server) == TcpState::kCloseWait);
  CHECK(a.stack.TcpWrite(lab.now, pair.client, Text("x")) == -static_cast<int64_t>(Status::kBrokenPipe));
  b.stack.TcpWrite(lab.now, pair.server, Text("answer"));
  lab.Run(100);
  b.stack.TcpShutdown(lab.now, pair.server);
  lab.Run(100);
  Bytes back;
  CHECK(ReadAll(lab, a, pair.client, back) == 0);
  CHECK(back == Text("answer"));
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kOk);
  CHECK(b.Take(Kind::kTcpClosed)->status == Status::kOk);
  CHECK(StateOf(a, pair.client) == TcpState::kTimeWait);
  lab.Run(70'000);
  CHECK(a.Count(Kind::kTcpClosed) == 0);
  a.stack.Close(lab.now, pair.client);
  b.stack.Close(lab.now, pair.server);
  b.stack.Close(lab.now, pair.listener);
  CHECK(a.stack.SocketCount() == 0);
  CHECK(b.stack.SocketCount() == 0);
}

TEST_CASE("both sides close at the same moment and both end orderly") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  a.stack.TcpShutdown(lab.now, pair.client);
  b.stack.TcpShutdown(lab.now, pair.server);
  lab.Run(1000);
  REQUIRE(a.Count(Kind::kTcpClosed) == 1);
  REQUIRE(b.Count(Kind::kTcpClosed) == 1);
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kOk);
  CHECK(b.Take(Kind::kTcpClosed)->status == Status::kOk);
  CHECK(StateOf(a, pair.client) == TcpState::kTimeWait);
  CHECK(StateOf(b, pair.server) == TcpState::kTimeWait);
}

TEST_CASE("two SYNs that cross make one connection") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const auto from_a = a.stack.TcpConnect(lab.now, {}, {a.v4(), 1000}, {b.v4(), 2000}, 0);
  const auto from_b = b.stack.TcpConnect(lab.now, {}, {b.v4(), 2000}, {a.v4(), 1000}, 0);
  lab.Run(5000);
  CHECK(a.Count(Kind::kTcpConnected) == 1);
  CHECK(b.Count(Kind::kTcpConnected) == 1);
  a.stack.TcpWrite(lab.now, from_a.socket, Text("hello"));
  lab.Run(100);
  Bytes got;
  CHECK(ReadAll(lab, b, from_b.socket, got) == kWouldBlock);
  CHECK(got == Text("hello"));
}

TEST_CASE("an abort resets the peer and what waited is gone") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  a.stack.TcpAbort(lab.now, pair.client);
  lab.Run(100);
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kConnectionAborted);
  CHECK(b.Take(Kind::kTcpClosed)->status == Status::kConnectionReset);
  Bytes buffer(10);
  CHECK(b.stack.TcpRead(lab.now, pair.server, buffer) == -static_cast<int64_t>(Status::kConnectionReset));
  CHECK(b.stack.TcpWrite(lab.now, pair.server, buffer) == -static_cast<int64_t>(Status::kConnectionReset));
}

TEST_CASE("a reset that takes unread bytes is not mistaken for the end of the stream, though the FIN was there") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  b.stack.TcpWrite(lab.now, pair.server, Bytes(1000));
  b.stack.Close(lab.now, pair.server);  // FIN after the bytes
  lab.Run(500);
  a.stack.TcpWrite(lab.now, pair.client, Bytes(1));  // nobody is there to read it: reset
  lab.Run(500);
  CHECK(a.Take(StackEventKind::kTcpClosed)->status == Status::kConnectionReset);
  Bytes into(2000);
  CHECK(a.stack.TcpRead(lab.now, pair.client, into) == -static_cast<int64_t>(Status::kConnectionReset));
}

TEST_CASE("closing with unread data resets, and so does data after a close") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  LabPair pair = ConnectPair(lab, a, b, 80);
  a.stack.TcpWrite(lab.now, pair.client, Text("unread"));
  lab.Run(100);
  b.stack.Close(lab.now, pair.server);
  lab.Run(100);
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kConnectionReset);
  CHECK(b.stack.SocketCount() == 1);  // the listener

  b.stack.Close(lab.now, pair.listener);
  pair = ConnectPair(lab, a, b, 80);
  b.stack.Close(lab.now, pair.server);
  lab.Run(100);
  a.stack.TcpWrite(lab.now, pair.client, Text("late"));
  lab.Run(100);
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kConnectionReset);
}

TEST_CASE("a closed window stops the sender, probes keep it alive, reading opens it again") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  PatternWriter writer(lab, a, pair.client, 3'000'000, 9);
  PatternReader reader(lab, b, pair.server, 9);
  a.on_input = [&] { writer.Pump(); };
  lab.Run(300'000);  // nobody reads for five minutes, longer than the sender's patience with silence
  CHECK(a.Count(Kind::kTcpClosed) == 0);
  const auto info = b.stack.Info(pair.server);
  CHECK(info->receive_queue > 60'000);
  CHECK(info->receive_queue <= Stack::kTcpReceiveBuffer);
  b.on_input = [&] { reader.Pump(); };
  CHECK(lab.Run(120'000, [&] { return reader.ended; }));
  CHECK(reader.exact);
  CHECK(reader.read == 3'000'000);
}

TEST_CASE("a lost window update does not stop the connection for ever") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  PatternWriter writer(lab, a, pair.client, 1'000'000, 9);
  PatternReader reader(lab, b, pair.server, 9);
  a.on_input = [&] { writer.Pump(); };
  lab.Run(5000);
  a.deaf = true;
  reader.Pump();
  lab.Run(50);
  a.deaf = false;
  b.on_input = [&] { reader.Pump(); };
  CHECK(lab.Run(120'000, [&] { return reader.ended; }));
  CHECK(reader.exact);
}

TEST_CASE("an idle connection wakes nobody") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  a.stack.TcpWrite(lab.now, pair.client, Text("hello"));
  lab.Run(1000);
  Bytes got;
  ReadAll(lab, b, pair.server, got);
  lab.Run(30'000);  // neighbour states settle
  CHECK(a.stack.NextTimeout().at == Instant::Never());
  CHECK(b.stack.NextTimeout().at == Instant::Never());
  const uint64_t wakes = a.wakes + b.wakes;
  lab.Run(3'600'000);
  CHECK(a.wakes + b.wakes == wakes);
  CHECK(a.stack.BufferBytes() + b.stack.BufferBytes() == 0);
}

TEST_CASE("while sent data waits, its retransmission decides and not keep-alive") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  a.stack.SetOption(lab.now, pair.client, SocketOption::kTcpKeepidle, 1000);
  a.stack.SetOption(lab.now, pair.client, SocketOption::kTcpKeepintvl, 1000);
  a.stack.SetOption(lab.now, pair.client, SocketOption::kTcpKeepcnt, 3);
  a.stack.SetOption(lab.now, pair.client, SocketOption::kSoKeepalive, 1);
  b.deaf = true;
  a.stack.TcpWrite(lab.now, pair.client, Bytes(100));
  lab.Run(40'000);
  b.deaf = false;
  CHECK(lab.Run(60'000, [&] { return a.stack.Info(pair.client)->send_queue == 0; }));
  CHECK(a.Count(Kind::kTcpClosed) == 0);
  b.deaf = true;  // nothing waits now: keep-alive is in charge again
  CHECK(lab.Run(10'000, [&] { return a.Count(Kind::kTcpClosed) == 1; }));
}

TEST_CASE("keep-alive finds a dead peer, and costs a live one nothing but a probe") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  a.stack.SetOption(lab.now, pair.client, SocketOption::kTcpKeepidle, 10'000);
  a.stack.SetOption(lab.now, pair.client, SocketOption::kTcpKeepintvl, 1000);
  a.stack.SetOption(lab.now, pair.client, SocketOption::kTcpKeepcnt, 10);
  REQUIRE(a.stack.SetOption(lab.now, pair.client, SocketOption::kSoKeepalive, 1) == Status::kOk);
  lab.Run(100'000);
  CHECK(a.Count(Kind::kTcpClosed) == 0);
  b.deaf = true;
  CHECK(lab.Run(30'000, [&] { return a.Count(Kind::kTcpClosed) == 1; }));
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kTimedOut);
}

TEST_CASE("keep-alive set before the handshake or after the end does no harm") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  b.on_send = [](const Lab::Frame& f) { return f.ether_type == kEtherTypeArp; };
  const auto opened = a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 25'000);
  a.stack.SetOption(lab.now, opened.socket, SocketOption::kTcpKeepidle, 1);
  a.stack.SetOption(lab.now, opened.socket, SocketOption::kSoKeepalive, 1);
  lab.Run(24'000);
  CHECK(a.Count(Kind::kTcpClosed) == 0);
  lab.Run(2000);
  CHECK(a.Count(Kind::kTcpClosed) == 1);
  a.stack.SetOption(lab.now, opened.socket, SocketOption::kTcpKeepidle, 1);
  a.stack.SetOption(lab.now, opened.socket, SocketOption::kSoKeepalive, 1);
  lab.Run(60'000);
  CHECK(a.stack.NextTimeout().at == Instant::Never());
}

TEST_CASE("a peer that vanishes in mid-transfer is given up after the limit") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  b.deaf = true;
  a.stack.TcpWrite(lab.now, pair.client, Text("anybody"));
  const Instant start = lab.now.mono;
  CHECK(lab.Run(400'000, [&] { return a.Count(Kind::kTcpClosed) == 1; }));
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kTimedOut);
  CHECK(lab.now.mono - start >= 100'000);  // RFC 1122 §4.2.3.5
}

TEST_CASE("a thousand connections opened and closed leave nothing behind") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const SocketId listener = b.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4096).socket;
  std::vector<SocketId> clients, servers;
  for (int i = 0; i < 1000; ++i) {
    clients.push_back(a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 0).socket);
    if (i % 100 == 0) lab.Run(50);
  }
  lab.Run(5000);
  while (const auto event = b.Take(Kind::kTcpAccepted)) servers.push_back(event->socket);
  REQUIRE(servers.size() == 1000);
  for (SocketId id : clients) a.stack.TcpWrite(lab.now, id, Text("x"));
  lab.Run(1000);
  Bytes got;
  for (SocketId id : servers) CHECK(ReadAll(lab, b, id, got) == kWouldBlock);
  CHECK(got.size() == 1000);
  for (SocketId id : clients) a.stack.Close(lab.now, id);
  lab.Run(1000);
  for (SocketId id : servers) b.stack.Close(lab.now, id);
  b.stack.Close(lab.now, listener);
  lab.Run(200'000);
  CHECK(a.stack.SocketCount() == 0);
  CHECK(b.stack.SocketCount() == 0);
  CHECK(a.stack.BufferBytes() + b.stack.BufferBytes() == 0);
  CHECK(a.stack.NextTimeout().at == Instant::Never());
}

TEST_CASE("a full backlog takes no more, and takes again when the application does") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  b.poll_events = false;
  b.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4);
  for (int i = 0; i < 10; ++i) a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 0);
  lab.Run(500);
  size_t accepted = 0;
  while (const auto event = b.stack.PollEvent()) accepted += event->kind == Kind::kTcpAccepted;
  CHECK(accepted == 4);
  CHECK(b.drops.Of(DropReason::kBacklogFull) > 0);
  b.poll_events = true;
  lab.Run(29'000);
  CHECK(b.Count(Kind::kTcpAccepted) == 6);
  CHECK(a.Count(Kind::kTcpClosed) == 0);
}

TEST_CASE("removing the interface ends its connections with network down") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  ConnectPair(lab, a, b, 80);
  a.stack.RemoveInterface(lab.now, Lab::kNetwork);
  lab.SettleAll();
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kNetworkDown);
  CHECK(a.Count(Kind::kNetifDown) == 1);
}

TEST_CASE("losing the address ends the connections that used it") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  ConnectPair(lab, a, b, 80);
  const IpPrefix other[] = {{IpAddress::V4(10, 0, 0, 77), 24}};
  a.stack.SetAddresses(lab.now, Lab::kNetwork, other);
  lab.SettleAll();
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kAddressNotAvailable);
}

TEST_CASE("segments obey the hint, not the MTU") {
  Lab lab;
  Lab::Host& a = lab.AddHost(2800, 1432);
  Lab::Host& b = lab.AddHost(2800, 1432);
  const LabPair pair = ConnectPair(lab, a, b, 80);
  PatternWriter writer(lab, a, pair.client, 100'000, 1);
  PatternReader reader(lab, b, pair.server, 1);
  a.on_input = [&] { writer.Pump(); };
  b.on_input = [&] { reader.Pump(); };
  CHECK(lab.Run(10'000, [&] { return reader.ended; }));
  CHECK(a.largest_frame == 1432);
}

TEST_CASE("readiness is told once, and again after a short read") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  a.stack.TcpWrite(lab.now, pair.client, Text("one"));
  lab.Run(100);
  a.stack.TcpWrite(lab.now, pair.client, Text("two"));
  lab.Run(100);
  CHECK(b.Count(Kind::kTcpReadable) == 1);
  Bytes three(3), many(100);
  CHECK(b.stack.TcpRead(lab.now, pair.server, three) == 3);
  a.stack.TcpWrite(lab.now, pair.client, Text("three"));
  lab.Run(100);
  CHECK(b.Count(Kind::kTcpReadable) == 1);  // a full read does not re-arm
  CHECK(b.stack.TcpRead(lab.now, pair.server, many) == 8);
  a.stack.TcpShutdown(lab.now, pair.client);
  lab.Run(100);
  CHECK(b.Count(Kind::kTcpReadable) == 2);
  CHECK(b.stack.TcpRead(lab.now, pair.server, many) == 0);
  CHECK(b.stack.TcpRead(lab.now, pair.server, many) == 0);
  lab.Run(100);
  CHECK(b.Count(Kind::kTcpReadable) == 2);
}

TEST_CASE("a short write is followed by one writable event") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  const Bytes large(5 << 20);
  const int64_t taken = a.stack.TcpWrite(lab.now, pair.client, large);
  CHECK(taken > 0);
  CHECK(taken < static_cast<int64_t>(large.size()));
  CHECK(a.stack.TcpWrite(lab.now, pair.client, large) == 0);
  PatternReader reader(lab, b, pair.server, 0);
  b.on_input = [&] { reader.Pump(); };
  lab.Run(1000);
  CHECK(a.Count(Kind::kTcpWritable) == 1);
}

TEST_CASE("small writes wait for the acknowledgment unless no_delay is set") {
  for (bool no_delay : {false, true}) {
    Lab lab;
    Lab::Host& a = lab.AddHost();
    Lab::Host& b = lab.AddHost();
    const LabPair pair = ConnectPair(lab, a, b, 80);
    a.stack.SetOption(lab.now, pair.client, SocketOption::kTcpNodelay, no_delay);
    lab.Run(100);
    const uint64_t before = a.frames_sent;
    for (int i = 0; i < 10; ++i) {
      a.stack.TcpWrite(lab.now, pair.client, Text("x"));
      lab.Settle(a);
    }
    CHECK(a.frames_sent - before == (no_delay ? 10 : 1));
    lab.Run(1000);
    CHECK(b.stack.Info(pair.server)->receive_queue == 10);
  }
}

TEST_CASE("a full transmit queue stops Flush and nothing is lost") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  a.room = false;
  a.stack.TcpWrite(lab.now, pair.client, Text("later"));
  CHECK(a.stack.Flush(lab.now));
  CHECK(a.stack.Flush(lab.now));
  a.room = true;
  lab.Run(100);
  CHECK(b.stack.Info(pair.server)->receive_queue == 5);
}

TEST_CASE("a short keep-alive time does not wake the host while data waits for its acknowledgment") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  REQUIRE(pair.server);
  a.stack.SetOption(lab.now, pair.client, SocketOption::kTcpKeepidle, 1);
  a.stack.SetOption(lab.now, pair.client, SocketOption::kTcpKeepintvl, 1);
  a.stack.SetOption(lab.now, pair.client, SocketOption::kTcpKeepcnt, 127);
  b.deaf = true;
  a.stack.TcpWrite(lab.now, pair.client, Bytes(10));
  a.stack.SetOption(lab.now, pair.client, SocketOption::kSoKeepalive, 1);
  const uint64_t before = a.wakes;
  lab.Run(10'000);
  CHECK(a.wakes - before < 40);
  CHECK(a.stack.Info(pair.client)->tcp_state == 4);
}

}  // namespace zt::netstack
