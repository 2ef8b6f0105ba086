// A thousand connections that all have much to send share one link: each gets its part.
//
// The link: 1 Gbit/s, 45 ms each way, a queue of 60 ms; a fair part is about twelve segments of 1280 bytes in a round
// trip, enough for congestion avoidance and fast recovery to work. The measured window is a thousand round trips with
// about a hundred losses for each, so that chance alone moves a sum by about five per cent. The queue drops at random,
// the likelier the longer it is, as routers do whose queue a thousand flows share. The result with drop-tail is printed
// beside it: there, those whose segments come last in their millisecond lose most, which says more about the simulated
// queue than about TCP.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "sim/netstack/link.h"

namespace zt::netstack::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kConnections = 50;  // with a link of a twentieth: the same part for each
#else
constexpr size_t kConnections = 1'000;
#endif
constexpr Millis kStartUp = 10'000;
constexpr Millis kWindow = 120'000;
constexpr Millis kShortWindow = 20'000;
constexpr uint16_t kPort = 80;
constexpr int64_t kSendBuffer = 128 << 10;

struct Share {
  size_t connections = 0;
  double least = 0, most = 0, mean = 0;  // least and most in parts of the mean
  double jain = 0, used = 0;             // the link, in parts of its rate
};

class Crowd {
 public:
  explicit Crowd(const LinkPlan& plan) : lab_(1), there_(plan, 7, lab_.now.mono), plan_(plan) {
    LinkPlan back;
    back.delay = plan.delay;
    back_ = std::make_unique<Link>(back, 8, lab_.now.mono);
    sender_ = &lab_.AddHost(1280);
    receiver_ = &lab_.AddHost(1280);
    lab_.carrier = [this](Lab::Host& from, Lab::Frame frame) {
      Link& link = &from == sender_ ? there_ : *back_;
      const size_t to = &from == sender_ ? 1 : 0;
      link.Carry(lab_.now.mono, std::move(frame),
                 [this, to](Instant at, Lab::Frame arriving) { lab_.Launch(at, to, std::move(arriving)); });
    };
    for (Lab::Host* host : {sender_, receiver_}) {
      host->poll_events = false;
      host->on_input = [this, host] { Events(*host); };
    }
  }

  Share Measure(Millis window) {
    receiver_->stack.TcpListen({}, {{}, kPort}, 4096);
    for (size_t i = 0; i < kConnections; ++i) {
      // Within two seconds, not at once.
      lab_.At(lab_.now.mono + static_cast<Millis>(i * 2'000 / kConnections), [this] {
        sender_->stack.TcpConnect(lab_.now, {}, {}, {receiver_->v4(), kPort}, 0);
        lab_.Settle(*sender_);
      });
    }
    lab_.Run(kStartUp);
    const auto before = received_;
    lab_.Run(window);
    Share share;
    double sum = 0, squares = 0;
    share.least = 1e18;
    for (const auto& [socket, bytes] : received_) {
      const double part = static_cast<double>(bytes - (before.contains(socket) ? before.at(socket) : 0));
      sum += part;
      squares += part * part;
      share.least = std::min(share.least, part);
      share.most = std::max(share.most, part);
    }
    const double n = static_cast<double>(received_.size());
    share.connections = received_.size();
    share.mean = sum / n;
    share.least /= share.mean;
    share.most /= share.mean;
    share.jain = sum * sum / (n * squares);
    share.used = sum / static_cast<double>(plan_.bytes_per_ms * static_cast<uint64_t>(window));
    return share;
  }

 private:
  void Events(Lab::Host& host) {
    while (const auto event = host.stack.PollEvent()) {
      switch (event->kind) {
        case StackEventKind::kTcpAccepted: received_[event->socket] = 0; break;
        case StackEventKind::kTcpReadable: Read(host, event->socket); break;
        case StackEventKind::kTcpConnected:
          host.stack.SetOption(lab_.now, event->socket, SocketOption::kSoSndbuf, kSendBuffer);
          Write(host, event->socket);
          break;
        case StackEventKind::kTcpWritable: Write(host, event->socket); break;
        default: break;
      }
    }
  }
  void Read(Lab::Host& host, SocketId socket) {
    for (;;) {
      ByteSpan first, second;
      const int64_t n = host.stack.TcpPeek(socket, first, second);
      if (n <= 0) return;
      received_[socket] += static_cast<uint64_t>(n);
      host.stack.TcpConsume(lab_.now, socket, static_cast<size_t>(n));
    }
  }
  void Write(Lab::Host& host, SocketId socket) {
    while (host.stack.TcpWrite(lab_.now, socket, text_) == static_cast<int64_t>(text_.size())) continue;
  }

  Lab lab_;
  Link there_;
  LinkPlan plan_;
  std::unique_ptr<Link> back_;
  Lab::Host* sender_ = nullptr;
  Lab::Host* receiver_ = nullptr;
  Bytes text_ = Bytes(16'384, 7);
  std::map<SocketId, uint64_t> received_;
};

Share Run(uint32_t early_drop, const std::string& name, Millis window) {
  LinkPlan plan;
  plan.bytes_per_ms = 125 * kConnections;
  plan.queue_bytes = 60 * plan.bytes_per_ms;
  plan.delay = 45;
  plan.early_drop = early_drop;
  const Share share = Crowd(plan).Measure(window);
  MESSAGE(kConnections, " connections, ", name, ": mean ", share.mean / static_cast<double>(window) * 8,
          " kbit/s, least ", share.least, ", most ", share.most, " of it; Jain's index ", share.jain, "; link used ",
          share.used);
  return share;
}

}  // namespace

TEST_CASE("a thousand active connections share a link within 20 percent of fair") {
  const Share share = Run(100'000, "random early drop", kWindow);
  CHECK(share.connections == kConnections);
  CHECK(share.least > 0.8);
  CHECK(share.most < 1.2);
  CHECK(share.used > 0.85);
}

TEST_CASE("with drop-tail the link is used as well") {
  const Share share = Run(0, "drop-tail", kShortWindow);
  CHECK(share.used > 0.85);
}

}  // namespace zt::netstack::sim
