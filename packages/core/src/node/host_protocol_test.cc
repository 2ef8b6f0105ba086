// The border of the core: options, commands, the event queue and impairment on their own.
#include "node/event_queue.h"
#include "node/impairment.h"
#include "node/options.h"
#include "testing/node_lab.h"

namespace zt::testing {

namespace {

Status Parse(const OptionsWriter& options) {
  node::NodeOptions parsed;
  return node::ParseOptions(options.bytes, parsed);
}

Bytes SocketBody(uint32_t socket) {
  Bytes body;
  node::HostWriter(body).U32(socket);
  return body;
}

}  // namespace

TEST_CASE("options are refused for the reason that is wrong") {
  NodeLab lab;
  CHECK(Parse(lab.Options(2)) == Status::kOk);
  CHECK(Parse(OptionsWriter()) == Status::kInvalidArgument);
  CHECK(Parse(OptionsWriter().Add(CreateOption::kRandomSeed, Seed(1))) == Status::kInvalidPlanet);
  CHECK(Parse(lab.Options(2).Add(CreateOption::kPlanet, Bytes(10, 1))) == Status::kInvalidPlanet);
  CHECK(Parse(lab.Options(2).Text(CreateOption::kIdentitySecret, "nonsense")) == Status::kInvalidIdentity);
  CHECK(Parse(lab.Options(2).Text(CreateOption::kIdentitySecret, PublicText(2))) == Status::kInvalidIdentity);
  std::string other_address(kTestSecrets[2]);
  other_address[3] = other_address[3] == '1' ? '2' : '1';
  CHECK(Parse(lab.Options(2).Text(CreateOption::kIdentitySecret, other_address)) == Status::kInvalidIdentity);
  CHECK(Parse(lab.Options(2).Add(CreateOption::kRandomSeed, Bytes(31, 1))) == Status::kInvalidArgument);
  CHECK(Parse(lab.Options(2).Add(CreateOption::kAes, Bytes{2})) == Status::kInvalidArgument);
  CHECK(Parse(lab.Options(2).Impairment(1'000'001, 0, 0, 0)) == Status::kInvalidArgument);
  CHECK(Parse(lab.Options(2).Add(static_cast<CreateOption>(999), {})) == Status::kInvalidArgument);
}

TEST_CASE("options cut anywhere are refused or lack something") {
  NodeLab lab;
  const OptionsWriter whole = lab.Options(2);
  for (size_t size = 0; size < whole.bytes.size(); ++size) {
    OptionsWriter cut;
    cut.bytes.assign(whole.bytes.begin(), whole.bytes.begin() + static_cast<ptrdiff_t>(size));
    CHECK(Parse(cut) != Status::kOk);
  }
}

TEST_CASE("a command with missing or surplus bytes does nothing") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  for (uint16_t op = 0; op < 60; ++op) {
    if (ToString(static_cast<Command>(op)) == "unknown") {
      CHECK(lab.Do(a, static_cast<Command>(op)) == Status::kInvalidArgument);
      continue;
    }
    const Status surplus = lab.Do(a, static_cast<Command>(op), [](node::HostWriter& w) { w.Put(Bytes(3000, 0xff)); });
    CHECK(surplus != Status::kOk);
  }
  a.node->Command(lab.now(), Bytes{0}, lab.reply);
  CHECK(lab.reply == Bytes{0, 0, 0, static_cast<uint8_t>(Status::kInvalidArgument)});
}

TEST_CASE("readiness is queued once until it is taken") {
  DropCounters drops;
  node::EventQueue queue(drops);
  queue.Push(Event::kTcpReadable, SocketBody(1));
  queue.Push(Event::kTcpReadable, SocketBody(1));
  queue.Push(Event::kTcpReadable, SocketBody(2));
  queue.Push(Event::kTcpWritable, SocketBody(1));
  Bytes out;
  queue.Drain(out, 1 << 20);
  CHECK(out.size() == 3 * (6 + 4));
  CHECK(queue.empty());
  queue.Push(Event::kTcpReadable, SocketBody(1));
  CHECK(!queue.empty());
}

TEST_CASE("a queue nobody reads keeps socket events and counts what it drops") {
  DropCounters drops;
  node::EventQueue queue(drops);
  const Bytes big(60'000, 1);
  for (int i = 0; i < 200; ++i) queue.Push(Event::kUserMessage, big);
  CHECK(drops.Of(DropReason::kQueueFull) > 0);
  queue.Push(Event::kTcpAccepted, SocketBody(5));
  Bytes out, last;
  while (!queue.empty()) {
    last.clear();
    queue.Drain(last, 100'000);
    CHECK(last.size() <= 100'000);
    out.insert(out.end(), last.begin(), last.end());
  }
  CHECK(out.size() <= node::EventQueue::kMaxBytes + 10);
  CHECK(ByteSpan(out).last(10)[1] == (static_cast<uint16_t>(Event::kTcpAccepted) & 0xff));
}

TEST_CASE("messages nobody reads leave room for events that matter") {
  DropCounters drops;
  node::EventQueue queue(drops);
  const Bytes message(9'000, 1);
  for (int i = 0; i < 2000; ++i) queue.Push(i % 2 == 0 ? Event::kUserMessage : Event::kRemoteTrace, message);
  const uint64_t dropped = drops.Of(DropReason::kQueueFull);
  CHECK(dropped == 2000 - node::EventQueue::kMaxMessageBytes / message.size());
  for (int i = 0; i < 100; ++i) queue.Push(Event::kStorePeer, Bytes(1'000, 2));
  CHECK(drops.Of(DropReason::kQueueFull) == dropped);
  Bytes out;
  while (!queue.empty()) queue.Drain(out, 1 << 20);
  queue.Push(Event::kUserMessage, message);  // what was taken makes room
  CHECK(drops.Of(DropReason::kQueueFull) == dropped);
}

TEST_CASE("the records of all peers of a large root fit beside other events") {
  DropCounters drops;
  node::EventQueue queue(drops);
  constexpr size_t kPeers = 100'000;
  queue.KeepRecordsOf(kPeers);
  for (size_t i = 0; i < kPeers; ++i) queue.Push(Event::kStorePeer, Bytes(118, 2));
  queue.Push(Event::kNodeDown, Bytes(5, 1));
  CHECK(drops.Of(DropReason::kQueueFull) == 0);
  Bytes out;
  size_t taken = 0;
  for (; !queue.empty(); taken += out.size()) {
    out.clear();
    queue.Drain(out, 1 << 20);
  }
  CHECK(taken == kPeers * (6 + 118) + 6 + 5);
  for (size_t i = 0; i < 2'000'000; ++i) queue.Push(Event::kStorePeer, Bytes(118, 2));  // nobody reads
  CHECK(drops.Of(DropReason::kQueueFull) == 2'000'000 - kPeers * node::EventQueue::kRecordBytes / (6 + 118));
}

TEST_CASE("impairment holds nothing for ever") {
  DropCounters drops;
  node::Impairment impairment({0, 0, node::Impairment::kWhole, 5}, drops);
  const Bytes bytes{1, 2, 3};
  const std::vector<Transmit> batch(10, Transmit{bytes, {}, {0}, 0});
  const Now start{{100}, {0}};
  CHECK(impairment.Apply(start, batch).empty());
  CHECK(impairment.NextTimeout() <= start.mono + node::Impairment::kHoldMax);
  const auto later = impairment.Apply({start.mono + node::Impairment::kHoldMax, {0}}, {});
  REQUIRE(later.size() == 10);
  CHECK(std::equal(later[9].bytes.begin(), later[9].bytes.end(), bytes.begin(), bytes.end()));
  CHECK(impairment.NextTimeout() == Instant::Never());
}

TEST_CASE("impairment loses and doubles about as often as asked") {
  DropCounters drops;
  node::Impairment impairment({100'000, 50'000, 0, 6}, drops);
  const Bytes bytes{1};
  const std::vector<Transmit> batch(10'000, Transmit{bytes, {}, {0}, 0});
  const size_t out = impairment.Apply({{1}, {0}}, batch).size();
  const uint64_t lost = drops.Of(DropReason::kImpairment);
  CHECK(lost > 800);
  CHECK(lost < 1200);
  CHECK(out - (batch.size() - lost) > 300);
  CHECK(out - (batch.size() - lost) < 600);
}

}  // namespace zt::testing
