// Paths that swallow large packets in silence, and what TCP makes of them (RFC 4821, RFC 8899).
#include <doctest/doctest.h>

#include "netstack/ip/path_mtu.h"
#include "netstack/tcp/path_mtu_probe.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

Now At(int64_t ms) { return {{ms}, {ms}}; }

constexpr PathMtuProbe::Path kPath{1448, 1448, 52, true};

// Two hosts and a path that carries IP packets up to `carries` and is silent about others.
struct BlackHole {
  explicit BlackHole(size_t carried, uint32_t mtu = 2800) : carries(carried), a(lab.AddHost(mtu)), b(lab.AddHost(mtu)) {
    a.on_send = [this](Lab::Frame& f) {
      if (f.payload.size() > carries) ++swallowed;
      if (f.payload.size() <= carries) largest = std::max(largest, f.payload.size());
      return f.payload.size() <= carries;
    };
  }
  SocketId Connect(uint16_t port) {
    pair = ConnectPair(lab, a, b, port);
    REQUIRE(pair.server);
    return pair.client;
  }
  // Time until all arrived.
  Millis Send(uint64_t total) {
    PatternWriter writer(lab, a, pair.client, total, 1);
    PatternReader reader(lab, b, pair.server, 1);
    writer.shutdown_at_end = false;
    a.on_input = [&] { writer.Pump(); };
    b.on_input = [&] { reader.Pump(); };
    const Instant start = lab.now.mono;
    CHECK(lab.Run(60'000, [&] { return reader.read == total; }));
    a.on_input = b.on_input = nullptr;
    return lab.now.mono - start;
  }

  Lab lab;
  size_t carries;
  Lab::Host& a;
  Lab::Host& b;
  LabPair pair;
  uint64_t swallowed = 0;
  size_t largest = 0;
};

}  // namespace

TEST_CASE("two timeouts of one large segment: a smaller one; when that arrives, it is known") {
  PathMtuProbe probe(At(0), kPath);
  CHECK(probe.size() == 1448);
  probe.OnTimeout(1000, 1448);
  CHECK(probe.size() == 1448);
  probe.OnTimeout(1000, 1448);
  CHECK(probe.size() == 1200 - 52);
  CHECK_FALSE(probe.TakeFinding());  // only a suspicion
  probe.OnProgress(At(3000), 2148);
  CHECK(probe.TakeFinding() == 1200);
  CHECK_FALSE(probe.TakeFinding());
}

TEST_CASE("timeouts of different segments, or of small ones, say nothing about the size") {
  PathMtuProbe probe(At(0), kPath);
  for (Seq una = 1000; una < 2000; una += 100) probe.OnTimeout(una, 1448);
  CHECK(probe.size() == 1448);
  for (int i = 0; i < 10; ++i) probe.OnTimeout(5000, 100);
  CHECK(probe.size() == 1448);
}

TEST_CASE("when nothing arrives at any size, the size was not the reason") {
  PathMtuProbe probe(At(0), kPath);
  std::vector<uint32_t> sizes;
  for (int i = 0; i < 6; ++i) {
    probe.OnTimeout(1000, probe.size());
    sizes.push_back(probe.size());
  }
  CHECK(sizes == std::vector<uint32_t>{1448, 1148, 1148, 524, 524, 1448});
  CHECK_FALSE(probe.TakeFinding());
  PathMtuProbe six(At(0), {1428, 1428, 72, false});
  for (int i = 0; i < 2; ++i) six.OnTimeout(1000, six.size());
  CHECK(six.size() == 1280 - 72);  // IPv6 has no less
  for (int i = 0; i < 2; ++i) six.OnTimeout(1000, six.size());
  CHECK(six.size() == 1428);
}

TEST_CASE("the search upward ends at what the path carries, with few probes, and rests") {
  for (const uint32_t carries : {1148U, 1200U, 1300U, 1447U, 2000U, 5000U, 8948U}) {
    PathMtuProbe probe(At(0), {8948, 8948, 52, true});
    for (int i = 0; i < 2; ++i) probe.OnTimeout(1000, 8948);
    probe.OnProgress(At(0), 3000);
    Seq seq = 3000;
    int probes = 0, lost = 0;
    for (int64_t ms = 0; ms < 9 * 60'000; ms += 50) {
      const uint32_t wanted = probe.Wanted(At(ms));
      if (wanted == 0) continue;
      CHECK(ms >= PathMtuProbe::kFirstRaise);
      ++probes;
      probe.OnProbeSent(seq, wanted);
      CHECK(probe.Wanted(At(ms)) == 0);
      seq += wanted;
      if (wanted > carries) {
        ++lost;
        probe.OnProbeLost(At(ms));
      }
      probe.OnProgress(At(ms), seq);
    }
    CAPTURE(carries);
    CHECK(probe.size() <= carries);
    CHECK(probe.size() + PathMtuProbe::kPrecision >= carries);
    CHECK(lost <= 18);
    CHECK(probes <= 20);
    CHECK((probe.Wanted(At(11 * 60'000)) == 8948) == (carries != 8948));
  }
}

TEST_CASE("routers' reports are the ceiling; what is proven is shared, renewed and forgotten") {
  PathMtu table;
  const IpAddress to = IpAddress::V4(10, 0, 0, 9);
  CHECK(table.For(At(0), to, 2800) == 2800);
  table.Prove(At(0), to, 1200, 2800);
  CHECK(table.For(At(0), to, 2800) == 1200);
  CHECK(table.Sizes(At(0), to, 2800).ceiling == 2800);
  CHECK(table.Lower(At(0), to, 1000, 2800));
  CHECK(table.For(At(0), to, 2800) == 1000);
  CHECK(table.Sizes(At(0), to, 2800).ceiling == 1000);
  CHECK(table.For(At(PathMtu::kLifetime + 1), to, 2800) == 1200);
  CHECK(table.For(At(PathMtu::kProvenLifetime + 1), to, 2800) == 2800);
  table.Prove(At(PathMtu::kProvenLifetime), to, 1200, 2800);
  table.Prove(At(PathMtu::kProvenLifetime + 1), to, 2800, 2800);
  CHECK(table.For(At(PathMtu::kProvenLifetime + 1), to, 2800) == 2800);
}

TEST_CASE("a black hole is found, the largest size after it, and the next connection knows") {
  BlackHole path(1500);
  path.Connect(80);
  const Millis took = path.Send(2'000'000);
  MESSAGE("2 MB through a black hole: ", took, " ms, swallowed ", path.swallowed);
  CHECK(took < 4000);
  for (int i = 0; i < 60; ++i) {  // traffic goes on, and with it the search
    path.Send(200'000);
    path.lab.Run(200);
  }
  CHECK(path.largest <= 1500);
  CHECK(path.largest > 1500 - 2 * PathMtuProbe::kPrecision);
  const uint64_t before = path.swallowed;
  CHECK(path.Send(2'000'000) < 1000);
  path.Connect(81);
  CHECK(path.Send(2'000'000) < 1000);
  CHECK(path.swallowed == before);
}

TEST_CASE("a path that recovers is used in full again within seconds") {
  BlackHole path(1300);
  const SocketId socket = path.Connect(80);
  path.Send(100'000);
  CHECK(path.a.stack.GetTcpInfo(path.lab.now, socket)->path_mtu <= 1300);
  path.carries = 9000;
  for (int i = 0; i < 200 && path.largest < 2800; ++i) {
    path.Send(200'000);
    path.lab.Run(50);
  }
  CHECK(path.largest == 2800);
  CHECK(path.a.stack.GetTcpInfo(path.lab.now, socket)->path_mtu == 2800);
}

TEST_CASE("an outage is not taken for a small path for long, and an idle connection stays asleep") {
  BlackHole path(9000);
  const SocketId socket = path.Connect(80);
  path.Send(100'000);
  path.carries = 0;
  path.a.stack.TcpWrite(path.lab.now, socket, Bytes(100'000));
  path.lab.Run(2000);
  path.carries = 9000;
  path.lab.Run(60'000);
  CHECK(path.b.stack.Info(path.pair.server)->receive_queue == 100'000);
  CHECK(path.a.stack.NextTimeout().at == Instant::Never());
}

TEST_CASE("probes that are lost do not slow the connection down") {
  BlackHole path(1500);
  const SocketId socket = path.Connect(80);
  path.Send(300'000);
  for (int i = 0; i < 60; ++i) {
    path.Send(200'000);
    path.lab.Run(200);
  }
  const auto info = path.a.stack.GetTcpInfo(path.lab.now, socket);
  CHECK(info->fast_recoveries == 0);
  CHECK(info->timeouts <= 3);
}

TEST_CASE("a suspicion that was wrong does not go back above what routers allow by now") {
  PathMtuProbe probe(At(0), kPath);
  for (int i = 0; i < 2; ++i) probe.OnTimeout(1000, 1448);
  CHECK(probe.size() == 1200 - 52);
  probe.SetPath(At(1), {1300, 1300, 52, true});
  for (int i = 0; i < 4; ++i) probe.OnTimeout(1000, probe.size());
  CHECK(probe.size() <= 1300);
}

TEST_CASE("what another connection proved voids a search that ended below it") {
  PathMtuProbe probe(At(0), {1448, 1200, 52, true});
  Now now = At(PathMtuProbe::kRaiseAfter);
  REQUIRE(probe.Wanted(now) == 1448);
  for (int i = 0; i < 2; ++i) {  // down to less than what the other finds
    probe.OnProbeSent(5000, 1448);
    probe.OnProbeLost(now);
  }
  now = At(now.mono.ms + PathMtuProbe::kProbeInterval);
  const uint32_t middle = probe.Wanted(now);
  for (int i = 0; i < 2; ++i) {
    probe.OnProbeSent(9000, middle);
    probe.OnProbeLost(now);
  }
  probe.SetPath(now, {1448, middle + 20, 52, true});
  CHECK(probe.size() == middle + 20);
  const uint32_t wanted = probe.Wanted(At(now.mono.ms + PathMtuProbe::kRaiseAfter));
  CHECK(wanted > probe.size());
  CHECK(wanted <= 1448);
}

}  // namespace zt::netstack
