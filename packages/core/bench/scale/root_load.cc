#include "bench/scale/root_load.h"

#include "base/check.h"
#include "node/host_codec.h"
#include "sim/heap_account.h"
#include "testing/test_identities.h"
#include "testing/test_planet.h"
#include "wire/packet_header.h"
#include "wire/verb/hello.h"

namespace zt::bench {
namespace {

using sim::HeapAccount;

constexpr size_t kRootAccount = 1;
constexpr size_t kOpenEvery = 997;  // of the root's packets that are opened and checked

void Option(Bytes& out, CreateOption tag, ByteSpan value) {
  node::HostWriter writer(out);
  writer.U16(static_cast<uint16_t>(tag));
  writer.Blob32(value);
}

}  // namespace

RootLoad::RootLoad(size_t leaves)
    : self_(*SecretIdentity::ParseText(testing::kTestSecrets[0])), leaves_(leaves, self_, 1), random_(2) {
  Create();
}

RootLoad::~RootLoad() {
  HeapAccount account(kRootAccount);
  root_.reset();
  events_ = {};
}

void RootLoad::Create() {
  Bytes options;
  const std::string secret = self_.ToSecretText();
  Option(options, CreateOption::kIdentitySecret, {reinterpret_cast<const uint8_t*>(secret.data()), secret.size()});
  Option(options, CreateOption::kPlanet, testing::TestPlanet({{self_.identity(), {IpAddress::V4(19, 0, 0, 1), 9993}}}));
  Option(options, CreateOption::kRandomSeed, Bytes(32, 7));
  Bytes most;
  node::HostWriter(most).U32(static_cast<uint32_t>(leaves_.size() + 64));
  Option(options, CreateOption::kMaxPeers, most);
  for (size_t i = 0; i < leaves_.size(); ++i) Option(options, CreateOption::kCachedPeer, leaves_.CacheRecord(i));
  HeapAccount account(kRootAccount);
  Status status = Status::kOk;
  root_ = Node::Create(now(), options, status);
  ZT_CHECK(status == Status::kOk);
}

void RootLoad::Say(size_t leaf, Bytes datagram) {
  said_.emplace_back(leaf, std::move(datagram));
  if (said_.size() == kBatch) Flush();
}

void RootLoad::Flush() {
  std::vector<InboundDatagram> batch;
  for (auto& [leaf, bytes] : said_) batch.push_back({bytes, Leaves::EndpointOf(leaf), {0}});
  in_ += batch.size();
  for (bool first = true;; first = false) {
    std::span<const Transmit> out;
    {
      HeapAccount account(kRootAccount);
      cpu_.Start();
      if (first && !batch.empty()) root_->HandleDatagrams(now(), batch);
      if (first && root_->NextTimeout().at <= now().mono) {
        ++wake_ups_;
        root_->HandleTimeout(now());
      }
      out = root_->PollTransmit(now());
      events_.clear();
      if (root_->HasEvents()) root_->DrainEvents(events_, 1 << 16);
      cpu_.Stop();
    }
    if (out.empty()) break;
    Listen(out);
  }
  said_.clear();
}

void RootLoad::Listen(std::span<const Transmit> batch) {
  for (const Transmit& t : batch) {
    ++out_;
    const size_t leaf = Leaves::IndexOf(t.to);
    ZT_CHECK(leaf < leaves_.size() && t.bytes.size() >= wire::kHeaderSize);
    const wire::PacketView view(t.bytes);
    if (view.source() != self_.address()) continue;  // relayed
    const bool hello = view.suite() == static_cast<uint8_t>(vl1::CipherSuite::kPoly1305) && view.verb() == Verb::kHello;
    if (hello) {
      const auto parsed = wire::Hello::Parse(view.payload());
      ZT_CHECK(parsed.has_value());
      answers_.emplace_back(leaf, leaves_.OkHello(leaf, view.id(), parsed->timestamp));
      continue;
    }
    constexpr size_t kRendezvousV4 = wire::kHeaderSize + 13;  // vl1.md §5.6
    introductions_ += t.bytes.size() == kRendezvousV4;
    if (++opened_ % kOpenEvery == 0) {
      Bytes copy(t.bytes.begin(), t.bytes.end());
      ZT_CHECK(leaves_.Open(leaf, copy));
    }
  }
}

template <typename Do>
void RootLoad::Turns(double& owed, size_t& next, Millis every, Do act) {
  owed += static_cast<double>(leaves_.size()) * static_cast<double>(kTick) / static_cast<double>(every);
  for (; owed >= 1; owed -= 1) {
    act(next);
    next = (next + 1) % leaves_.size();
  }
}

void RootLoad::Tick() {
  time_ += kTick;
  auto answers = std::move(answers_);
  answers_.clear();
  for (auto& [leaf, bytes] : answers) Say(leaf, std::move(bytes));
  Flush();
}

RootCost RootLoad::Run(Millis hello_round, Millis steady) {
  const int64_t hello_end = time_ + hello_round;
  size_t greeted = 0;
  while (time_ < hello_end || !answers_.empty()) {
    Turns(owed_[0], next_[0], hello_round, [&](size_t leaf) {
      if (greeted++ < leaves_.size()) Say(leaf, leaves_.Hello(leaf, now().wall.ms));
    });
    Tick();
  }
  RootCost cost{.leaves = leaves_.size()};
  const auto count = static_cast<double>(leaves_.size());
  cost.hello_us = cpu_.seconds() * 1e6 / count;
  cpu_.Reset();
  in_ = out_ = introductions_ = wake_ups_ = 0;
  for (double& owed : owed_) owed = 0;
  uint64_t asked = 0;
  for (const int64_t end = time_ + steady; time_ < end; Tick()) {
    const auto other = [&](size_t leaf) { return (leaf + 1 + random_.Below(leaves_.size() - 1)) % leaves_.size(); };
    Turns(owed_[0], next_[0], habits_.hello_every, [&](size_t leaf) { Say(leaf, leaves_.Hello(leaf, now().wall.ms)); });
    Turns(owed_[1], next_[1], habits_.echo_every, [&](size_t leaf) { Say(leaf, leaves_.Echo(leaf)); });
    Turns(owed_[2], next_[2], habits_.whois_every,
          [&](size_t leaf) { Say(leaf, leaves_.Whois(leaf, leaves_.address(other(leaf)))); });
    Turns(owed_[3], next_[3], habits_.relay_every,
          [&](size_t leaf) { Say(leaf, leaves_.Relayed(leaf, other(leaf), habits_.relayed_body)); });
  }
  asked = in_;
  const double seconds = static_cast<double>(steady) / 1000;
  cost.steady_ms_per_1000 = cpu_.seconds() * 1000 / seconds / (count / 1000);
  cost.packets_per_second = static_cast<double>(asked) / seconds;
  cost.us_per_packet = cpu_.seconds() * 1e6 / static_cast<double>(asked);
  cost.answered = static_cast<double>(out_ - introductions_) / static_cast<double>(asked);
  cost.introductions = introductions_;
  cost.wake_ups = wake_ups_;
  cost.heap_bytes = static_cast<double>(HeapAccount::Bytes(kRootAccount));
  return cost;
}

}  // namespace zt::bench
