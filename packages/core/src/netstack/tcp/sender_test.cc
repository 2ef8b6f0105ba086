// The sending half alone, acknowledgment by acknowledgment: recovery, probes, and the undo of what was wrong.
#include <doctest/doctest.h>

#include "netstack/tcp/sender.h"

namespace zt::netstack {
namespace {

constexpr Seq kFirst = 0x1'0000'1000;
constexpr uint32_t kMss = 1000;

// A sender with 100 ms behind it: segments are numbered from 0, each of kMss bytes.
class Wire {
 public:
  explicit Wire(bool timestamps, bool sack = true) : sender(pool, kFirst), timestamps_(timestamps) {
    sender.rto().Sample(100);
    sender.Establish(now, kMss, sack, 1 << 20, 1);
    Write(200);
  }
  void Write(int segments) { sender.Write(now, Bytes(static_cast<size_t>(segments) * kMss)); }
  // What may be sent now, as numbers of segments; retransmissions are negative minus one.
  std::vector<int> Flush() {
    std::vector<int> sent;
    while (auto chunk = sender.Next(now, true)) {
      const int number = static_cast<int>((chunk->seq - kFirst) / kMss);
      sent.push_back(chunk->retransmission ? -number - 1 : number);
      sender.Sent(now, *chunk);
    }
    sender.Settle(now);
    return sent;
  }
  struct Block {
    int left, right;
  };
  // Everything before segment `until`; the echo is the time `sent` of what caused it.
  void Ack(int until, std::vector<Block> blocks = {}, int64_t sent = -1) {
    TcpOptions options;
    for (const Block& b : blocks) {
      options.sack[options.sack_count++] = {Wire32(b.left), Wire32(b.right)};
    }
    Sender::Ack ack;
    ack.ack = kFirst + static_cast<Seq>(until) * kMss;
    ack.seq = 1;
    ack.window = 1 << 20;
    ack.bare = true;
    ack.options = &options;
    if (timestamps_) ack.echo = Instant{sent < 0 ? now.mono.ms - 100 : sent};
    sender.HandleAck(now, ack);
  }
  void Wait(Millis ms) { now.mono.ms += ms; }
  // To the next deadline, which must have this reason.
  bool Expire(std::string_view reason) {
    const Deadline next = sender.NextTimeout();
    if (next.reason != reason) return false;
    now.mono = next.at;
    alive = sender.HandleTimeout(now);
    return true;
  }
  TcpInfo Info() const {
    TcpInfo info;
    sender.FillInfo(now, info);
    return info;
  }

  Now now{{1'000'000}, {0}};
  BufferBudget budget;
  BlockPool pool{budget};
  Sender sender;
  bool alive = true;

 private:
  static uint32_t Wire32(int number) { return static_cast<uint32_t>(kFirst + static_cast<Seq>(number) * kMss); }
  bool timestamps_;
};

}  // namespace

TEST_CASE("a lost retransmission is noticed by what was sent after it, within one millisecond of the clock") {
  Wire wire(true);
  CHECK(wire.Flush().size() == 10);
  wire.Wait(100);
  wire.Ack(0, {{1, 5}});
  const auto sent = wire.Flush();  // the retransmission of 0, and new data after it, all at one moment
  REQUIRE(sent.size() >= 2);
  CHECK(sent[0] == -1);
  CHECK(sent.back() >= 10);
  wire.Wait(100);
  wire.Ack(0, {{1, sent.back() + 1}});
  const auto again = wire.Flush();
  REQUIRE_FALSE(again.empty());
  CHECK(again[0] == -1);
  CHECK(wire.Info().fast_recoveries == 1);
}

TEST_CASE("recovery that hears nothing sends two more segments after two round trips, and only two") {
  Wire wire(true);
  wire.Flush();
  wire.Wait(100);
  wire.Ack(0, {{1, 5}});
  wire.Flush();
  const Instant before = wire.now.mono;
  REQUIRE(wire.Expire("tcp tail-loss probe"));
  CHECK(wire.now.mono - before < 300);
  CHECK(wire.Flush().size() == 2);
  CHECK(wire.Info().timeouts == 0);
  REQUIRE(wire.Expire("tcp retransmission"));
  CHECK(wire.Info().timeouts == 1);
}

TEST_CASE("RFC 3522: with timestamps a spurious timeout is undone by the first acknowledgment, and the path is known "
          "to be slow") {
  Wire wire(true);
  wire.Flush();
  const int64_t sent = wire.now.mono.ms;
  const uint64_t window = wire.Info().congestion_window;
  REQUIRE(wire.Expire("tcp tail-loss probe"));
  wire.Flush();
  REQUIRE(wire.Expire("tcp retransmission"));
  CHECK(wire.Info().congestion_window == kMss);
  CHECK(wire.Flush() == std::vector<int>{-1});
  const uint64_t rto = wire.Info().rto_us;
  wire.Wait(50);
  wire.Ack(1, {}, sent);
  CHECK(wire.Info().undone_recoveries == 1);
  CHECK_FALSE(wire.Info().in_recovery);
  CHECK(wire.Info().congestion_window >= window);
  CHECK(wire.Info().rtt_us > 400'000);
  CHECK(wire.Info().rto_us > rto / 2);
  for (const int number : wire.Flush()) CHECK(number >= 0);  // nothing else is sent again
}

TEST_CASE("RFC 3522: a second timeout does not make the first retransmission look like an original") {
  Wire wire(true);
  wire.Flush();
  REQUIRE(wire.Expire("tcp tail-loss probe"));
  wire.Flush();
  REQUIRE(wire.Expire("tcp retransmission"));
  wire.Flush();
  const int64_t first_copy = wire.now.mono.ms;
  REQUIRE(wire.Expire("tcp retransmission"));
  wire.Flush();
  wire.Wait(10);
  wire.Ack(1, {}, first_copy);
  CHECK(wire.Info().undone_recoveries == 0);
  CHECK(wire.Info().in_recovery);
}

TEST_CASE("RFC 5682: without timestamps two new segments tell a spurious timeout from loss") {
  for (const bool spurious : {true, false}) {
    CAPTURE(spurious);
    Wire wire(false);
    wire.Flush();
    REQUIRE(wire.Expire("tcp tail-loss probe"));
    CHECK(wire.Flush() == std::vector<int>{10, 11});  // the probe is new data, and a second segment with it
    REQUIRE(wire.Expire("tcp retransmission"));
    CHECK(wire.Flush() == std::vector<int>{-1});
    wire.Wait(100);
    wire.Ack(1);
    CHECK(wire.Flush() == std::vector<int>{12, 13});  // step 2b: new data, no retransmission
    wire.Wait(100);
    if (spurious) {
      wire.Ack(2);  // 1 was sent once only
      CHECK(wire.Info().undone_recoveries == 1);
      CHECK_FALSE(wire.Info().in_recovery);
      for (const int number : wire.Flush()) CHECK(number >= 14);
    } else {
      wire.Ack(1, {{12, 13}});
      CHECK(wire.Info().undone_recoveries == 0);
      const auto sent = wire.Flush();
      REQUIRE_FALSE(sent.empty());
      CHECK(sent[0] == -2);
    }
  }
}

TEST_CASE("RFC 3708: duplicates of all retransmissions undo the reduction; what the network doubled does not") {
  for (const bool ours : {true, false}) {
    CAPTURE(ours);
    Wire wire(false);
    wire.Flush();
    const uint64_t window = wire.Info().congestion_window;
    wire.Wait(100);
    wire.Ack(0, {{1, 4}});
    CHECK(wire.Flush()[0] == -1);
    CHECK(wire.Info().congestion_window < window);
    wire.Wait(10);
    wire.Ack(10);
    wire.Wait(10);
    wire.Ack(10, {ours ? Wire::Block{0, 1} : Wire::Block{5, 6}});
    CHECK(wire.Info().undone_recoveries == (ours ? 1 : 0));
    CHECK((wire.Info().congestion_window >= window) == ours);
  }
}

TEST_CASE("RFC 8985 §7: one probe per episode; a loss it repaired is answered, a needless one is not") {
  for (const bool lost : {true, false}) {
    CAPTURE(lost);
    Wire wire(false);
    wire.Flush();
    wire.Wait(100);
    while (wire.Info().bytes_not_sent != 0) {  // until only the tail is out
      wire.Ack(static_cast<int>((wire.sender.nxt() - kFirst) / kMss));
      wire.Flush();
      wire.Wait(100);
    }
    wire.Ack(199);
    const uint64_t window = wire.Info().congestion_window;
    // One segment out: the probe waits for a delayed acknowledgment, and goes when the timeout would (§7.2).
    REQUIRE(wire.Expire("tcp retransmission"));
    CHECK(wire.Flush() == std::vector<int>{-200});
    CHECK(wire.sender.NextTimeout().reason == "tcp retransmission");
    CHECK(wire.Info().tail_loss_probes == 1);
    wire.Wait(100);
    wire.Ack(200);
    CHECK(wire.Info().congestion_window == window);  // not yet known
    if (!lost) wire.Ack(200, {{199, 200}});
    wire.Write(5);
    wire.Flush();
    wire.Wait(100);
    wire.Ack(202);
    CHECK((wire.Info().congestion_window < window) == lost);
    CHECK(wire.Info().timeouts == 0);
  }
}

TEST_CASE("RFC 2018 §8: a peer that drops what it reported gets it again after a timeout") {
  Wire wire(true);
  wire.Flush();
  wire.Wait(100);
  wire.Ack(0, {{1, 10}});
  wire.Flush();
  wire.Wait(100);
  wire.Ack(1);  // 1 was reported, and is not acknowledged
  while (wire.Info().timeouts == 0) {
    wire.Flush();
    REQUIRE(wire.sender.NextTimeout().at != Instant::Never());
    REQUIRE(wire.Expire(wire.sender.NextTimeout().reason));
  }
  CHECK(wire.Flush()[0] == -2);
}

TEST_CASE("RFC 5482: the user timeout ends a connection on time, also behind a closed window") {
  Wire wire(true);
  wire.sender.SetUserTimeout(wire.now, 1500);
  wire.Flush();
  const Instant start = wire.now.mono;
  while (wire.alive) {
    wire.Flush();
    REQUIRE(wire.Expire(wire.sender.NextTimeout().reason));
  }
  CHECK(wire.now.mono - start == 1500);

  Wire closed(true);
  closed.sender.SetUserTimeout(closed.now, 5000);
  const int sent = static_cast<int>(closed.Flush().size());
  closed.Wait(100);
  TcpOptions options;
  Sender::Ack ack;
  ack.ack = kFirst + static_cast<Seq>(sent) * kMss;
  ack.seq = 1;
  ack.bare = true;
  ack.options = &options;
  closed.sender.HandleAck(closed.now, ack);
  const Instant shut = closed.now.mono;
  while (closed.alive) {
    closed.sender.PeerIsAlive(closed.now);  // it answers every probe
    closed.Flush();
    REQUIRE(closed.Expire("tcp window probe"));
    closed.sender.TakePersistProbe();
  }
  CHECK(closed.now.mono - shut == 5000);
}

TEST_CASE("acknowledgments that were lost do not make the path look slow") {
  RtoEstimator rto;
  rto.Sample(100);
  CHECK(rto.FirstTimeout() == 300);
  RtoEstimator slow;  // RFC 4015 §3.2: what a spurious timeout teaches
  slow.Sample(100);
  slow.BackOff();
  slow.OnSpuriousTimeout(900);
  CHECK(slow.srtt() == 900);
  CHECK(slow.Timeout() == 900 + 4 * 450);
  RtoEstimator lost;  // RFC 6298 §5.7
  lost.OnLostSyn();
  CHECK(lost.Timeout() == 3000);
  RtoEstimator many;  // RFC 7323 §4.2: a hundred samples of one round trip weigh as one
  many.Sample(100);
  for (int i = 0; i < 100; ++i) many.Sample(200, 100);
  CHECK(many.srtt() > 105);
  CHECK(many.srtt() < 120);
}

TEST_CASE("a peer with the least MSS has no more segments in flight than one with large ones") {
  BufferBudget budget;
  BlockPool pool{budget};
  Sender sender(pool, kFirst);
  Now now{{1'000'000}, {0}};
  sender.rto().Sample(100);
  constexpr uint32_t kLeast = 76;
  sender.Establish(now, kLeast, true, 1 << 24, 1);
  Seq sent = kFirst, acked = kFirst;
  uint64_t most = 0;
  for (int round = 0; round < 40; ++round) {
    sender.Write(now, Bytes(1 << 24));
    while (auto chunk = sender.Next(now, true)) {
      sender.Sent(now, *chunk);
      sent = chunk->seq + chunk->size;
    }
    most = std::max(most, (sent - acked) / kLeast);
    now.mono.ms += 100;
    TcpOptions none;
    Sender::Ack ack;
    ack.ack = acked = sent;
    ack.seq = 1;
    ack.window = 1 << 24;
    ack.bare = true;
    ack.options = &none;
    REQUIRE(sender.HandleAck(now, ack));
  }
  CHECK(most == 16384);
}

}  // namespace zt::netstack
