// Windows: HyStart++ (RFC 9406) and the rules of CUBIC (RFC 9438) that are not its curve.
#include <doctest/doctest.h>

#include "netstack/tcp/congestion.h"
#include "netstack/tcp/resent_ranges.h"

namespace zt::netstack {
namespace {

Now At(int64_t ms) { return {{ms}, {ms}}; }

// One round of `samples` acknowledgments with this round trip.
void Round(HyStart& hystart, Seq& una, Millis rtt, int samples = 10) {
  const Seq end = una + 1000;
  if (una == 1000) hystart.OnAck(una, end, HyStart::kNoSample);  // the first round starts
  for (int i = 1; i <= samples; ++i) {
    hystart.OnAck(una + 1000 * static_cast<Seq>(i) / static_cast<Seq>(samples), end + 1000, rtt);
  }
  una = end;
}

}  // namespace

TEST_CASE("HyStart++: a round trip that grows by the threshold ends slow start after five careful rounds") {
  HyStart hystart;
  Seq una = 1000;
  for (int i = 0; i < 5; ++i) Round(hystart, una, 40);
  CHECK(hystart.phase() == HyStart::Phase::kStandard);
  CHECK(hystart.Growth(1000) == 1000);
  Round(hystart, una, 44);  // the threshold is 40/8 = 5
  CHECK(hystart.phase() == HyStart::Phase::kStandard);
  Round(hystart, una, 49);
  CHECK(hystart.phase() == HyStart::Phase::kConservative);
  CHECK(hystart.Growth(1000) == 250);
  for (int i = 0; i < 3; ++i) Round(hystart, una, 50);
  CHECK(hystart.phase() == HyStart::Phase::kConservative);
  Round(hystart, una, 50);
  CHECK(hystart.phase() == HyStart::Phase::kDone);
}

TEST_CASE("HyStart++: jitter returns to slow start; few samples and small paths' noise say nothing") {
  HyStart hystart;
  Seq una = 1000;
  Round(hystart, una, 40);
  Round(hystart, una, 60);
  CHECK(hystart.phase() == HyStart::Phase::kConservative);
  Round(hystart, una, 41);
  CHECK(hystart.phase() == HyStart::Phase::kStandard);
  HyStart few;
  una = 1000;
  for (int i = 0; i < 10; ++i) Round(few, una, 40 + 10 * i, HyStart::kSamplesPerRound - 1);
  CHECK(few.phase() == HyStart::Phase::kStandard);
  una = 1000;
  HyStart fast;  // below the smallest threshold: 1 ms more is a clock's tick, not a queue
  Round(fast, una, 0);
  Round(fast, una, 1);
  Round(fast, una, 4);
  CHECK(fast.phase() == HyStart::Phase::kStandard);
}

TEST_CASE("HyStart++ watches the first slow start only, in both algorithms, and sets the threshold") {
  for (const Congestion kind : {Congestion::kCubic, Congestion::kReno}) {
    auto cc = MakeCongestionControl(kind);
    CHECK(cc->kind() == kind);
    cc->SetSegmentSize(1000);
    CHECK(cc->threshold() == CongestionControl::kNoThreshold);
    Seq una = 1000;
    for (const Millis rtt : {20, 20, 40, 40, 40, 40, 40, 40}) {
      for (int i = 1; i <= 10; ++i) cc->OnRoundTrip(una + 100 * static_cast<Seq>(i), una + 2000, rtt);
      una += 1000;
    }
    CHECK_FALSE(cc->InSlowStart());
    CHECK(cc->threshold() == 10'000);
    auto after = MakeCongestionControl(kind);
    after->SetSegmentSize(1000);
    after->OnTimeout(At(0), 10'000, false);
    CHECK(after->InSlowStart());
    for (const Millis rtt : {20, 20, 40, 40, 40, 40, 40, 40}) {
      for (int i = 1; i <= 10; ++i) after->OnRoundTrip(una + 100 * static_cast<Seq>(i), una + 2000, rtt);
      una += 1000;
    }
    CHECK(after->InSlowStart());
  }
}

TEST_CASE("CUBIC: fast convergence, K is zero after a timeout, and time without use does not count") {
  auto grow = [](CongestionControl& cc, int64_t from, int64_t to) {
    for (int64_t ms = from; ms < to; ms += 100) cc.OnAcked(At(ms), cc.window(), 100);
  };
  auto make = [] {
    auto cc = MakeCubic();
    cc->SetSegmentSize(1000);
    for (int i = 0; i < 4; ++i) cc->OnAcked(At(0), cc->window(), 100);
    return cc;
  };
  auto once = make();
  once->OnLoss(At(0), 160'000);
  CHECK(once->window() == 112'000);
  auto twice = make();
  twice->OnLoss(At(0), 160'000);
  twice->OnLoss(At(0), 112'000);  // below the old maximum: W_max is 112 * 0.85
  CHECK(twice->window() == 78'400);
  grow(*twice, 100, 4000);
  CHECK(twice->window() < 105'000);

  auto timeout = make();
  timeout->OnTimeout(At(0), 160'000, false);
  CHECK(timeout->window() == 1000);
  CHECK(timeout->threshold() == 112'000);
  timeout->OnTimeout(At(1), 1000, true);  // for the same data: the threshold stays (RFC 5681 §3.1)
  CHECK(timeout->threshold() == 112'000);
  for (int i = 0; i < 8 && timeout->InSlowStart(); ++i) timeout->OnAcked(At(10), timeout->window(), 100);
  const uint64_t start = timeout->window();
  timeout->OnAcked(At(200), start, 100);
  CHECK(timeout->window() < start * 102 / 100);  // convex from here, not rushing back to 160

  auto idle = make();
  auto busy = make();
  for (auto* cc : {&idle, &busy}) (*cc)->OnLoss(At(0), 160'000);
  grow(*idle, 100, 1000);
  grow(*busy, 100, 1000);
  idle->OnIdle(60'000, false);
  idle->OnAcked(At(61'000), idle->window(), 100);
  busy->OnAcked(At(1000), busy->window(), 100);
  CHECK(idle->window() == busy->window());
}

TEST_CASE("changing the algorithm keeps window and threshold") {
  auto cubic = MakeCubic();
  cubic->SetSegmentSize(1000);
  cubic->OnAcked(At(0), 10'000, 10);
  cubic->OnLoss(At(1), 20'000);
  auto reno = MakeReno();
  reno->Adopt(*cubic);
  CHECK(reno->window() == cubic->window());
  CHECK(reno->threshold() == cubic->threshold());
}

TEST_CASE("what was sent again is remembered: adjacent segments as one, and not without bound") {
  ResentRanges ranges;
  ranges.Add(1000, 1100);
  ranges.Add(1100, 1200);
  ranges.Add(2000, 2100);
  CHECK(ranges.Contains(1000, 1200));
  CHECK(ranges.Contains(2000, 2100));
  CHECK_FALSE(ranges.Contains(1200, 1300));
  CHECK_FALSE(ranges.Contains(1150, 1250));
  for (Seq i = 0; i < ResentRanges::kMax; ++i) ranges.Add(10'000 + i * 200, 10'100 + i * 200);
  CHECK_FALSE(ranges.Contains(1000, 1200));
}

}  // namespace zt::netstack
