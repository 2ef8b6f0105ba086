#include "node/capture.h"

#include <doctest/doctest.h>

#include "netstack/header/checksum.h"
#include "node/host_codec.h"
#include "testing/pcapng_reader.h"

namespace zt::node {
namespace {

using testing::PcapngFile;

constexpr NetworkId kNetwork{0x8056c2e21c000001}, kOther{0x8056c2e21c000002};
constexpr Mac kMine{0x020000000001}, kTheirs{0x020000000002};

// Captures without a node; the events as an application gets them.
struct Bench {
  struct Chunk {
    uint32_t capture;
    bool last;
    uint64_t seen, dropped;
    Bytes bytes;
  };

  uint32_t Start(CaptureOptions options) {
    uint32_t id = 0;
    CHECK(captures.Start(now(), std::move(options), id) == Status::kOk);
    return id;
  }
  static CaptureOptions Frames() {
    CaptureOptions options;
    options.frames = true;
    return options;
  }
  void Frame(size_t size, NetworkId network = kNetwork, PcapngDirection direction = PcapngDirection::kOutbound) {
    const Bytes payload(size, 0xab);
    const ByteSpan piece(payload);
    captures.Frame(now(), direction, network, kMine, kTheirs, 0x1234, {&piece, 1});
  }
  // Takes what is in the queue.
  std::vector<Chunk> Take() {
    Bytes batch;
    while (!events.queue().empty()) events.queue().Drain(batch, 1 << 20);
    std::vector<Chunk> chunks;
    ByteReader in(batch);
    while (in.remaining() != 0) {
      CHECK(static_cast<Event>(in.U16()) == Event::kCaptureData);
      HostReader body(in.Take(in.U32()));
      Chunk chunk{body.U32(), body.Bool(), body.U64(), body.U64(), {}};
      const ByteSpan bytes = body.Blob32();
      CHECK(body.AtEnd());
      chunk.bytes.assign(bytes.begin(), bytes.end());
      file.insert(file.end(), bytes.begin(), bytes.end());
      chunks.push_back(std::move(chunk));
    }
    return chunks;
  }
  Now now() const { return {{time}, {1'800'000'000'000 + time}}; }

  int64_t time = 0;
  DropCounters drops;
  EventEncoder events{drops};
  Captures captures{events};
  Bytes file;  // all that was taken
};

TEST_CASE("capture: packets wait for others, no longer than the delay") {
  Bench bench;
  bench.Start(Bench::Frames());
  bench.time = 40;
  bench.Frame(20);
  CHECK(bench.Take().empty());
  // The section header waits since the start.
  CHECK(bench.captures.NextTimeout().at == Instant{Capture::kMaxDelay});
  bench.time = Capture::kMaxDelay - 1;
  bench.captures.HandleTimeout(bench.now());
  CHECK(bench.Take().empty());
  bench.time = Capture::kMaxDelay;
  bench.captures.HandleTimeout(bench.now());
  const auto chunks = bench.Take();
  REQUIRE(chunks.size() == 1);
  CHECK_FALSE(chunks[0].last);
  CHECK(chunks[0].seen == 1);
  CHECK(bench.captures.NextTimeout().at == Instant::Never());
  bench.time = 500;
  bench.Frame(20);
  CHECK(bench.captures.NextTimeout().at == Instant{500 + Capture::kMaxDelay});
  const PcapngFile file = PcapngFile::Parse(bench.file);
  CHECK(file.sections == 1);
  REQUIRE(file.packets.size() == 1);
  CHECK(file.packets[0].time_us == 1'800'000'000'040'000);
}

TEST_CASE("capture: a full chunk leaves at once, in one event") {
  Bench bench;
  bench.Start(Bench::Frames());
  size_t frames = 0;
  while (bench.events.queue().empty()) {
    bench.Frame(1400);
    ++frames;
  }
  const auto chunks = bench.Take();
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].bytes.size() <= Capture::kChunkBytes);
  CHECK(chunks[0].bytes.size() > Capture::kChunkBytes - 2000);
  CHECK(PcapngFile::Parse(bench.file).packets.size() == frames - 1);
}

TEST_CASE("capture: what is not acknowledged stops the flow, what is not taken is dropped and counted") {
  Bench bench;
  const uint32_t id = bench.Start(Bench::Frames());
  uint64_t sent = 0;
  const auto flood = [&](size_t bytes) {
    for (size_t total = 0; total < bytes; total += 1414, ++sent) bench.Frame(1400);
  };
  flood(Capture::kMaxUnacknowledged + Capture::kMaxBuffered / 2);
  CHECK(bench.events.queue().capture_bytes() <= Capture::kMaxUnacknowledged + Capture::kChunkBytes);
  size_t posted = 0;
  for (const auto& chunk : bench.Take()) {
    posted += chunk.bytes.size();
    CHECK(chunk.dropped == 0);
  }
  CHECK(posted >= Capture::kMaxUnacknowledged);
  // Taken, not acknowledged: nothing more comes, and no timer runs in vain.
  bench.time = 10'000;
  CHECK(bench.captures.NextTimeout().at == Instant::Never());
  bench.captures.HandleTimeout(bench.now());
  CHECK(bench.Take().empty());
  CHECK(bench.captures.Acknowledge(id, posted) == Status::kOk);
  size_t second = 0;
  for (const auto& chunk : bench.Take()) second += chunk.bytes.size();
  CHECK(second >= Capture::kMaxUnacknowledged);
  flood(2 * Capture::kMaxBuffered);
  CHECK(bench.captures.Stop(bench.now(), id) == Status::kOk);
  const auto chunks = bench.Take();
  CHECK(chunks.back().last);
  CHECK(chunks.back().seen == sent);
  CHECK(chunks.back().dropped > 0);
  size_t rest = 0;
  for (const auto& chunk : chunks) rest += chunk.bytes.size();
  CHECK(rest <= Capture::kMaxBuffered + 1000);
  CHECK(rest > Capture::kMaxBuffered - 2000);
  const PcapngFile file = PcapngFile::Parse(bench.file);
  REQUIRE(file.interfaces.size() == 1);
  CHECK(file.interfaces[0].received == sent);
  CHECK(file.interfaces[0].dropped == chunks.back().dropped);
  CHECK(file.packets.size() == sent - chunks.back().dropped);
}

TEST_CASE("capture: an acknowledgement of more than was given opens the window and no further") {
  Bench bench;
  const uint32_t id = bench.Start(Bench::Frames());
  CHECK(bench.captures.Acknowledge(id, SIZE_MAX) == Status::kOk);
  for (int i = 0; i < 2000; ++i) bench.Frame(1400);
  CHECK(bench.events.queue().capture_bytes() <= Capture::kMaxUnacknowledged + Capture::kChunkBytes);
  CHECK(bench.captures.Acknowledge(id + 1, 0) == Status::kNotFound);
}

TEST_CASE("capture: one interface a network, described once, with statistics of its own") {
  Bench bench;
  const uint32_t id = bench.Start(Bench::Frames());
  bench.Frame(10, kOther);
  bench.Frame(11, kNetwork);
  bench.Frame(12, kOther, PcapngDirection::kInbound);
  CHECK(bench.captures.Stop(bench.now(), id) == Status::kOk);
  bench.Take();
  const PcapngFile file = PcapngFile::Parse(bench.file);
  REQUIRE(file.interfaces.size() == 2);
  CHECK(file.interfaces[0].name == kOther.ToString());
  CHECK(file.interfaces[0].link == 1);
  CHECK(file.interfaces[0].received == 2);
  CHECK(file.interfaces[1].name == kNetwork.ToString());
  CHECK(file.interfaces[1].received == 1);
  REQUIRE(file.packets.size() == 3);
  CHECK(file.packets[1].interface == 1);
  CHECK(file.packets[2].flags == 1);
  CHECK(file.packets[1].flags == 2);
  CHECK(Bytes(file.packets[0].bytes.begin(), file.packets[0].bytes.begin() + 14) ==
        Bytes{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x12, 0x34});
  CHECK(file.packets[0].original == 24);
}

TEST_CASE("capture: many pieces are joined, the snap length cuts") {
  Bench bench;
  CaptureOptions options = Bench::Frames();
  options.snaplen = 20;
  const uint32_t id = bench.Start(options);
  Bytes payload(40);
  std::vector<ByteSpan> pieces;
  for (size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<uint8_t>(i);
    pieces.emplace_back(&payload[i], 1);
  }
  bench.captures.Frame(bench.now(), PcapngDirection::kInbound, kNetwork, kMine, kTheirs, 0x1234, pieces);
  CHECK(bench.captures.Stop(bench.now(), id) == Status::kOk);
  bench.Take();
  const PcapngFile file = PcapngFile::Parse(bench.file);
  CHECK(file.interfaces.at(0).snaplen == 20);
  REQUIRE(file.packets.size() == 1);
  CHECK(file.packets[0].original == 54);
  CHECK(Bytes(file.packets[0].bytes.begin() + 14, file.packets[0].bytes.end()) == Bytes{0, 1, 2, 3, 4, 5});
}

TEST_CASE("capture: a limited number at once, and no new one while the queue is full of old ones") {
  Bench bench;
  uint32_t id = 0;
  for (size_t i = 0; i < Captures::kMaxCaptures; ++i) bench.Start(Bench::Frames());
  CHECK(bench.captures.Start(bench.now(), Bench::Frames(), id) == Status::kLimitReached);
  CHECK(bench.captures.frames());
  CHECK_FALSE(bench.captures.datagrams());
  for (size_t i = 0; i < 6000; ++i) bench.Frame(1400);
  bench.captures.EndAll(bench.now());
  CHECK_FALSE(bench.captures.frames());
  CHECK(bench.captures.Start(bench.now(), Bench::Frames(), id) == Status::kLimitReached);
  size_t lasts = 0;
  for (const auto& chunk : bench.Take()) lasts += chunk.last;
  CHECK(lasts == Captures::kMaxCaptures);
  CHECK(bench.events.queue().capture_bytes() == 0);
  CHECK(bench.captures.Start(bench.now(), Bench::Frames(), id) == Status::kOk);
  CHECK(id == Captures::kMaxCaptures + 1);
  CHECK(bench.captures.Stop(bench.now(), id) == Status::kOk);
  CHECK(bench.captures.Stop(bench.now(), id) == Status::kNotFound);
}

TEST_CASE("capture: other events find room in the queue beside the data of captures") {
  Bench bench;
  for (size_t i = 0; i < Captures::kMaxCaptures; ++i) bench.Start(Bench::Frames());
  for (size_t i = 0; i < 6000; ++i) bench.Frame(1400);
  bench.captures.EndAll(bench.now());
  CHECK(bench.events.queue().capture_bytes() > EventQueue::kMaxBytes);
  bench.events.Stack(Event::kStackDown);
  CHECK(bench.drops.Of(DropReason::kQueueFull) == 0);
}

TEST_CASE("capture: datagrams get headers that a reader accepts") {
  Bench bench;
  CaptureOptions options;
  options.datagrams = true;
  const uint32_t id = bench.Start(options);
  const Endpoint local{IpAddress::V4(192, 0, 2, 7), 9993};
  const Endpoint six{*IpAddress::Parse("2001:db8::1"), 9993}, seven{*IpAddress::Parse("2001:db8::7"), 9993};
  const std::array locals = {local, six, seven};
  bench.captures.SetLocalEndpoints(locals);
  Bytes payload = {1, 2, 3, 4, 5};
  bench.captures.Received(bench.now(), {payload, {IpAddress::V4(20, 0, 0, 1), 700}, {0}});
  const Transmit sent{payload, {*IpAddress::Parse("2001:db8::9"), 701}, {0}, 3};
  bench.captures.Sent(bench.now(), {&sent, 1});
  CHECK(bench.captures.Stop(bench.now(), id) == Status::kOk);
  bench.Take();
  const PcapngFile file = PcapngFile::Parse(bench.file);
  REQUIRE(file.interfaces.size() == 1);
  CHECK(file.interfaces[0].name == "outer");
  CHECK(file.interfaces[0].link == 101);
  REQUIRE(file.packets.size() == 2);
  CHECK(file.packets[0].flags == 1);
  CHECK(file.packets[0].bytes == Bytes{0x45, 0, 0, 33, 0, 0, 0, 0, 64, 17, 0xa4, 0xc4, 20, 0, 0, 1, 192, 0, 2, 7,
                                       700 >> 8, 700 & 0xff, 9993 >> 8, 9993 & 0xff, 0, 13, 0, 0, 1, 2, 3, 4, 5});
  // Two addresses of the family: which one was used is not known, the port is.
  const Bytes& v6 = file.packets[1].bytes;
  CHECK(file.packets[1].flags == 2);
  REQUIRE(v6.size() == 40 + 8 + 5);
  CHECK(v6[0] == 0x60);
  CHECK(v6[5] == 13);
  CHECK(v6[7] == 3);
  CHECK(Bytes(v6.begin() + 8, v6.begin() + 24) == Bytes(16));
  CHECK(Bytes(v6.begin() + 40, v6.begin() + 44) == Bytes{9993 >> 8, 9993 & 0xff, 701 >> 8, 701 & 0xff});
  netstack::Checksum sum;
  sum.AddPseudoHeader(IpAddress::FromV6Bytes(v6.data() + 8), sent.to.ip, 17, 13);
  sum.Add(ByteSpan(v6).subspan(40));
  CHECK(sum.Finish() == 0);
  CHECK((v6[46] | v6[47]) != 0);
}

}  // namespace
}  // namespace zt::node
