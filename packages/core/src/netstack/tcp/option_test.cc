// Socket options of TCP by their BSD names, TCP_INFO, and reading in place.
#include <doctest/doctest.h>

#include "netstack/header/protocol.h"
#include "netstack/tcp/receiver.h"
#include "netstack/tcp/sender.h"
#include "netstack/tcp/state.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;
using Option = SocketOption;

Bytes Text(const char* text) { return Bytes(text, text + std::strlen(text)); }

struct Pair {
  explicit Pair(const LinkModel& model = {}) : lab(1, model) {}
  Status Set(Option option, int64_t value) { return a.stack.SetOption(lab.now, at.client, option, value); }
  int64_t Get(Option option) {
    int64_t value = -77;
    REQUIRE(a.stack.GetOption(lab.now, at.client, option, value) == Status::kOk);
    return value;
  }

  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  LabPair at = ConnectPair(lab, a, b, 80);
};

// TOS and TTL of every IPv4 packet with TCP that the host sends.
void WatchIp(Lab::Host& host, int& tos, int& ttl) {
  host.on_send = [&tos, &ttl](Lab::Frame& f) {
    if (f.ether_type == kEtherTypeIpv4 && f.payload[9] == kProtocolTcp) {
      tos = f.payload[1];
      ttl = f.payload[8];
    }
    return true;
  };
}

}  // namespace

TEST_CASE("every TCP option keeps what was set and refuses what is out of range") {
  Pair p;
  struct Row {
    Option option;
    int64_t least, most;
  };
  const Row rows[] = {{Option::kSoKeepalive, 0, 1},     {Option::kSoLinger, -1, 1LL << 32},
                      {Option::kSoRcvbuf, 2048, 16 << 20}, {Option::kSoSndbuf, 2048, 16 << 20},
                      {Option::kIpTos, 0, 255},         {Option::kIpTtl, 1, 255},
                      {Option::kTcpNodelay, 0, 1},      {Option::kTcpKeepidle, 1, 1LL << 32},
                      {Option::kTcpKeepintvl, 1, 1LL << 32}, {Option::kTcpKeepcnt, 1, 127},
                      {Option::kTcpUserTimeout, 0, 1LL << 32}, {Option::kTcpCongestion, 0, 1}};
  for (const Row& row : rows) {
    CAPTURE(ToString(row.option));
    for (const int64_t value : {row.least, row.most}) {
      CHECK(p.Set(row.option, value) == Status::kOk);
      CHECK(p.Get(row.option) == value);
    }
    CHECK(p.Set(row.option, row.least - 1) == Status::kInvalidArgument);
    CHECK(p.Set(row.option, row.most + 1) == Status::kInvalidArgument);
    CHECK(p.Get(row.option) == row.most);
  }
  for (const Option other : {Option::kSoBroadcast, Option::kIpMulticastTtl, Option::kIpv6V6only}) {
    int64_t value = 0;
    CHECK(p.Set(other, 1) == Status::kInvalidArgument);
    CHECK(p.a.stack.GetOption(p.lab.now, p.at.client, other, value) == Status::kInvalidArgument);
  }
  CHECK(p.a.stack.SetOption(p.lab.now, {999}, Option::kTcpNodelay, 1) == Status::kNotFound);
}

TEST_CASE("connections inherit what their listener has") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  int tos = -1, ttl = -1;
  WatchIp(b, tos, ttl);
  const SocketId listener = b.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4).socket;
  const std::pair<Option, int64_t> chosen[] = {
      {Option::kIpTos, 0x48},        {Option::kIpTtl, 9},          {Option::kTcpNodelay, 1},
      {Option::kSoRcvbuf, 8192},     {Option::kSoSndbuf, 4096},    {Option::kTcpMaxseg, 500},
      {Option::kTcpCongestion, 1},   {Option::kTcpKeepidle, 777},  {Option::kTcpUserTimeout, 4321}};
  for (const auto& [option, value] : chosen) {
    CHECK(b.stack.SetOption(lab.now, listener, option, value) == Status::kOk);
    int64_t now = -1;
    CHECK(b.stack.GetOption(lab.now, listener, option, now) == Status::kOk);
    CHECK(now == value);
  }
  const SocketId client = a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 0).socket;
  lab.Run(100);
  CHECK(tos == 0x48);
  CHECK(ttl == 9);
  const SocketId server = b.Take(Kind::kTcpAccepted)->socket;
  for (const auto& [option, value] : chosen) {
    if (option == Option::kTcpMaxseg) continue;  // a connection answers what is in force
    int64_t now = -1;
    CHECK(b.stack.GetOption(lab.now, server, option, now) == Status::kOk);
    CAPTURE(ToString(option));
    CHECK(now == value);
  }
  int64_t size = 0;
  a.stack.GetOption(lab.now, client, Option::kTcpMaxseg, size);
  CHECK(size == 488);  // what the SYN+ACK offered, less the timestamps
  CHECK(b.stack.GetTcpInfo(lab.now, server)->congestion == Congestion::kReno);
}

TEST_CASE("tcp_maxseg bounds what is sent from now on") {
  Pair p;
  CHECK(p.Set(Option::kTcpMaxseg, 87) == Status::kInvalidArgument);
  REQUIRE(p.Set(Option::kTcpMaxseg, 600) == Status::kOk);
  CHECK(p.Get(Option::kTcpMaxseg) == 588);
  p.a.largest_frame = 0;
  p.a.stack.TcpWrite(p.lab.now, p.at.client, Bytes(10'000));
  p.lab.Run(1000);
  CHECK(p.a.largest_frame == 640);
  CHECK(p.b.stack.Info(p.at.server)->receive_queue == 10'000);
}

TEST_CASE("so_sndbuf bounds what is taken, and the writer is told of room") {
  Pair p;
  REQUIRE(p.Set(Option::kSoSndbuf, 2048) == Status::kOk);
  CHECK(p.a.stack.TcpWrite(p.lab.now, p.at.client, Bytes(10'000)) == 2048);
  CHECK(p.a.stack.TcpWrite(p.lab.now, p.at.client, Bytes(10'000)) == 0);
  p.lab.Run(1000);
  CHECK(p.a.Count(Kind::kTcpWritable) == 1);
  CHECK(p.a.stack.TcpWrite(p.lab.now, p.at.client, Bytes(10'000)) == 2048);
}

TEST_CASE("so_rcvbuf is the window, and it is not tuned") {
  Pair p;
  REQUIRE(p.b.stack.SetOption(p.lab.now, p.at.server, Option::kSoRcvbuf, 20'000) == Status::kOk);
  PatternWriter writer(p.lab, p.a, p.at.client, 2'000'000, 3);
  PatternReader reader(p.lab, p.b, p.at.server, 3);
  p.a.on_input = [&] { writer.Pump(); };
  p.b.on_input = [&] { reader.Pump(); };
  CHECK(p.lab.Run(60'000, [&] { return reader.ended; }));
  CHECK(reader.exact);
  CHECK(p.b.stack.GetTcpInfo(p.lab.now, p.at.server)->receive_window <= 20'000);
  int64_t size = 0;
  p.b.stack.GetOption(p.lab.now, p.at.server, Option::kSoRcvbuf, size);
  CHECK(size == 20'000);
}

TEST_CASE("so_linger 0 resets on Close, a time is the patience, and -1 goes on alone") {
  for (const int64_t linger : {-1, 0, 3000}) {
    CAPTURE(linger);
    Pair p;
    REQUIRE(p.Set(Option::kSoLinger, linger) == Status::kOk);
    p.b.deaf = linger > 0;
    p.a.stack.TcpWrite(p.lab.now, p.at.client, Text("last words"));
    p.a.stack.Close(p.lab.now, p.at.client);
    if (linger == 0) {
      p.lab.Run(100);
      CHECK(p.a.stack.SocketCount() == 0);
      CHECK(p.b.Take(Kind::kTcpClosed)->status == Status::kConnectionReset);
    } else if (linger > 0) {
      p.lab.Run(2900);
      CHECK(p.a.stack.SocketCount() == 1);
      p.lab.Run(200);
      CHECK(p.a.stack.SocketCount() == 0);
    } else {
      p.lab.Run(100);
      CHECK(p.a.stack.SocketCount() == 1);
      CHECK(p.b.stack.Info(p.at.server)->receive_queue == 10);
    }
  }
}

TEST_CASE("tcp_user_timeout ends a connection whose data nobody acknowledges, and only that") {
  Pair p;
  REQUIRE(p.Set(Option::kTcpUserTimeout, 5000) == Status::kOk);
  p.lab.Run(60'000);
  CHECK(p.a.Count(Kind::kTcpClosed) == 0);  // idle is not unacknowledged
  p.b.deaf = true;
  p.a.stack.TcpWrite(p.lab.now, p.at.client, Text("anybody"));
  const Instant start = p.lab.now.mono;
  CHECK(p.lab.Run(60'000, [&] { return p.a.Count(Kind::kTcpClosed) == 1; }));
  CHECK(p.a.Take(Kind::kTcpClosed)->status == Status::kTimedOut);
  CHECK(p.lab.now.mono - start >= 5000);
  CHECK(p.lab.now.mono - start < 15'000);
}

TEST_CASE("tcp_keepidle alone probes nothing; interval and count are obeyed") {
  Pair p;
  p.Set(Option::kTcpKeepidle, 10'000);
  p.Set(Option::kTcpKeepintvl, 2000);
  p.Set(Option::kTcpKeepcnt, 3);
  p.b.deaf = true;
  p.lab.Run(40'000);
  const uint64_t before = p.a.frames_sent;
  REQUIRE(p.a.Count(Kind::kTcpClosed) == 0);
  const Instant start = p.lab.now.mono;
  p.Set(Option::kSoKeepalive, 1);
  CHECK(p.lab.Run(60'000, [&] { return p.a.Count(Kind::kTcpClosed) == 1; }));
  CHECK(p.lab.now.mono - start == 6000);
  CHECK(p.a.frames_sent - before >= 3);
}

TEST_CASE("a listener on :: takes the IPv4 side when ipv6_v6only is cleared, if it is free") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  IpAddress any6;
  any6.family = IpFamily::kV6;
  const SocketId listener = b.stack.TcpListen({}, {any6, 80}, 4).socket;
  int64_t value = -1;
  CHECK(b.stack.GetOption(lab.now, listener, Option::kIpv6V6only, value) == Status::kOk);
  CHECK(value == 1);
  a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 0);
  lab.Run(100);
  CHECK(a.Take(Kind::kTcpClosed)->status == Status::kConnectionRefused);

  const SocketId other = b.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4).socket;
  REQUIRE(other);
  CHECK(b.stack.SetOption(lab.now, listener, Option::kIpv6V6only, 0) == Status::kAddressInUse);
  b.stack.Close(lab.now, other);
  CHECK(b.stack.SetOption(lab.now, listener, Option::kIpv6V6only, 0) == Status::kOk);
  CHECK(b.stack.SetOption(lab.now, listener, Option::kIpv6V6only, 0) == Status::kOk);
  b.stack.GetOption(lab.now, listener, Option::kIpv6V6only, value);
  CHECK(value == 0);
  a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 0);
  lab.Run(100);
  CHECK(a.Count(Kind::kTcpConnected) == 1);
  CHECK(b.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4).status == Status::kAddressInUse);
  CHECK(b.stack.SetOption(lab.now, listener, Option::kIpv6V6only, 1) == Status::kOk);
  CHECK(b.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4).status == Status::kOk);
}

TEST_CASE("ipv6_v6only is no option of a listener on an IPv4 address") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  const SocketId listener = a.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4).socket;
  int64_t value = 0;
  CHECK(a.stack.SetOption(lab.now, listener, Option::kIpv6V6only, 1) == Status::kInvalidArgument);
  CHECK(a.stack.GetOption(lab.now, listener, Option::kIpv6V6only, value) == Status::kInvalidArgument);
}

TEST_CASE("reading in place gives the same bytes as a copy, block by block") {
  Pair p;
  PatternWriter writer(p.lab, p.a, p.at.client, 500'000, 7);
  p.a.on_input = [&] { writer.Pump(); };
  uint64_t at = 0;
  bool exact = true, ended = false;
  p.b.on_input = [&] {
    for (;;) {
      ByteSpan first, second;
      const int64_t n = p.b.stack.TcpPeek(p.at.server, first, second);
      if (n == 0) ended = true;
      if (n <= 0) break;
      CHECK(first.size() + second.size() == static_cast<size_t>(n));
      for (ByteSpan piece : {first, second}) {
        for (uint8_t byte : piece) exact = exact && byte == PatternWriter::At(7, at++);
      }
      REQUIRE(p.b.stack.TcpConsume(p.lab.now, p.at.server, static_cast<size_t>(n)) == Status::kOk);
    }
  };
  CHECK(p.lab.Run(60'000, [&] { return ended; }));
  CHECK(exact);
  CHECK(at == 500'000);
  CHECK(p.b.stack.TcpConsume(p.lab.now, p.at.server, 1) == Status::kInvalidArgument);
}

TEST_CASE("a peek that finds nothing re-arms the readable event, and the end is told") {
  Pair p;
  ByteSpan first, second;
  CHECK(p.b.stack.TcpPeek(p.at.server, first, second) == -static_cast<int64_t>(Status::kWouldBlock));
  p.a.stack.TcpWrite(p.lab.now, p.at.client, Text("one"));
  p.lab.Run(100);
  REQUIRE(p.b.Take(Kind::kTcpReadable));
  REQUIRE(p.b.stack.TcpPeek(p.at.server, first, second) == 3);
  p.b.stack.TcpConsume(p.lab.now, p.at.server, 3);
  p.a.stack.TcpWrite(p.lab.now, p.at.client, Text("two"));
  p.lab.Run(100);
  REQUIRE(p.b.Take(Kind::kTcpReadable));
  p.b.stack.TcpConsume(p.lab.now, p.at.server, 3);
  p.a.stack.TcpShutdown(p.lab.now, p.at.client);
  p.lab.Run(100);
  REQUIRE(p.b.Take(Kind::kTcpReadable));
  CHECK(p.b.stack.TcpPeek(p.at.server, first, second) == 0);
}

TEST_CASE("TCP_INFO counts what went over the wire") {
  Pair p;
  p.a.stack.TcpWrite(p.lab.now, p.at.client, Bytes(60'000));
  p.lab.Run(2000);
  const TcpInfo a = *p.a.stack.GetTcpInfo(p.lab.now, p.at.client);
  const TcpInfo b = *p.b.stack.GetTcpInfo(p.lab.now, p.at.server);
  CHECK(a.state == static_cast<uint8_t>(TcpState::kEstablished));
  CHECK(a.timestamps);
  CHECK(a.sack);
  CHECK(a.scaling);
  CHECK(a.rtt_us >= 10'000);
  CHECK(a.rtt_us < 60'000);
  CHECK(a.path_mtu == 2800);
  CHECK(a.bytes_in_flight == 0);
  CHECK(a.bytes_acknowledged == 60'000);
  CHECK(a.segments_sent >= 22);
  CHECK(b.bytes_received == 60'000);
  CHECK(b.bytes_to_read == 60'000);
  CHECK(b.segments_received == a.segments_sent);
  CHECK(a.segments_received == b.segments_sent);
  CHECK(a.ms_since_sent > 1000);
  CHECK(b.ms_since_received > 1000);
  CHECK_FALSE(p.a.stack.GetTcpInfo(p.lab.now, {4711}));
  CHECK_FALSE(p.b.stack.GetTcpInfo(p.lab.now, p.at.listener));
}

}  // namespace zt::netstack
