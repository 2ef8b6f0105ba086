// Stacks joined by a simulated Ethernet in virtual time: latency, bandwidth, queue, loss, duplication, reordering, all
// from one seed. Tests drive time with Run; nothing here reads a clock.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/seeded_random.h"
#include "netstack/stack.h"

namespace zt::netstack {

// One direction of every host's attachment.
struct LinkModel {
  Millis latency = 5;
  uint64_t bytes_per_ms = 0;         // 0: no limit
  size_t queue_bytes = 256 << 10;    // of the bottleneck
  double loss = 0, duplicate = 0, reorder = 0;
  Millis reorder_delay = 10;
};

class Lab {
 public:
  static constexpr NetworkId kNetwork{0x8056c2e21c000001ULL};

  struct Frame {
    Mac source, destination;
    uint16_t ether_type = 0;
    Bytes payload;
  };

  class Host final : public FrameSink {
   public:
    Host(Lab& lab, size_t index, uint64_t seed)
        : random(seed), mac{0x020000000000ULL + index + 1}, stack(random, drops, *this), lab_(lab) {}

    void SendFrame(const Now& at, NetworkId, Mac source, Mac destination, uint16_t ether_type,
                   std::span<const ByteSpan> payload) override {
      Frame frame{source, destination, ether_type, {}};
      for (ByteSpan piece : payload) {
        frame.payload.insert(frame.payload.end(), piece.begin(), piece.end());
      }
      ++frames_sent;
      bytes_sent += frame.payload.size();
      largest_frame = std::max(largest_frame, frame.payload.size());
      if (on_send && !on_send(frame)) return;
      lab_.Carry(at, *this, std::move(frame));
    }
    bool HasRoom() const override { return room; }

    // Events not yet taken by a test.
    std::optional<StackEvent> Take(StackEventKind kind) {
      for (auto it = events.begin(); it != events.end(); ++it) {
        if (it->kind != kind) continue;
        const StackEvent event = *it;
        events.erase(it);
        return event;
      }
      return std::nullopt;
    }
    size_t Count(StackEventKind kind) const {
      size_t n = 0;
      for (const StackEvent& event : events) n += event.kind == kind;
      return n;
    }
    IpAddress v4() const { return IpAddress::V4(10, 0, 0, static_cast<uint8_t>(mac.value)); }
    IpAddress v6() const { return *IpAddress::Parse("fd00::" + std::to_string(mac.value & 0xff)); }

    SeededRandom random;
    DropCounters drops;
    Mac mac;
    Stack stack;
    std::vector<StackEvent> events;
    bool poll_events = true;
    bool room = true;
    bool deaf = false;  // hears nothing
    uint64_t frames_sent = 0, bytes_sent = 0, wakes = 0;
    size_t largest_frame = 0;
    std::function<bool(Frame&)> on_send;      // false: the frame vanishes
    std::function<void(const Frame&)> on_receive;  // sees each frame before the stack does
    std::function<void()> on_input;             // the application's turn
    Instant line_free;                          // when the bottleneck has sent what it queued
    Instant stalled_until = Instant::LongAgo();  // its process does not run before: timers are late, frames wait
    uint64_t wakes_at_once = 0;                 // HandleTimeout calls at the present instant

   private:
    Lab& lab_;
  };

  explicit Lab(uint64_t seed = 1, const LinkModel& model = {})
      : link(model), random_(seed ^ 0x5eed), seed_(seed) {}

  // A host with 10.0.0.N/24 (N from 1) and fd00::N/64, its link-local address aside.
  Host& AddHost(uint32_t mtu = 2800, uint32_t segment_hint = 0) {
    hosts_.push_back(std::make_unique<Host>(*this, hosts_.size(), seed_ * 1000 + hosts_.size()));
    Host& host = *hosts_.back();
    host.stack.SetAddressDetection(detect);
    host.stack.AddInterface(now, kNetwork, host.mac, mtu, segment_hint);
    const IpPrefix prefixes[] = {
        {host.v4(), 24}, {*IpAddress::Parse("fd00::" + std::to_string(hosts_.size())), 64}};
    host.stack.SetAddresses(now, kNetwork, prefixes);
    Settle(host);
    return host;
  }

  // What the host loop does after every input: as long as there are events, the application has its turn.
  void Settle(Host& host) {
    host.stack.Flush(now);
    Collect(host);
    if (!host.on_input) return;
    do {
      host.on_input();
      host.stack.Flush(now);
    } while (Collect(host));
  }
  void SettleAll() {
    for (auto& host : hosts_) Settle(*host);
  }

  // Runs until `done` or until so much time passed. True: done.
  bool Run(Millis limit, const std::function<bool()>& done = nullptr) {
    SettleAll();
    const Instant end = now.mono + limit;
    while (!(done && done())) {
      Instant next = wire_.empty() ? Instant::Never() : wire_.begin()->first;
      if (!agenda_.empty()) next = std::min(next, agenda_.begin()->first);
      for (auto& host : hosts_) next = std::min(next, WakeTime(*host));
      if (next > end) {
        Advance(end);
        return done && done();
      }
      if (next > now.mono) Advance(next);
      Step();
    }
    return true;
  }

  // Does something at that time, before the frames of the same moment.
  void At(Instant at, std::function<void()> action) { agenda_.emplace(at, std::move(action)); }
  // Takes the place of `link`: gets every frame sent, and calls Launch for what arrives.
  std::function<void(Host& from, Frame)> carrier;
  void Launch(Instant arrival, size_t to, Frame frame) { wire_.emplace(arrival, Flight{to, std::move(frame)}); }

  // A frame straight into a host, as from the network.
  void Inject(Host& to, const Frame& frame) {
    to.stack.HandleFrame(now, kNetwork, frame.source, frame.destination, frame.ether_type,
                         frame.payload);
    Settle(to);
  }

  size_t host_count() const { return hosts_.size(); }
  Host& host(size_t i) { return *hosts_[i]; }

  Now now{{1'000'000}, {1'700'000'000'000}};
  LinkModel link;
  bool detect = false;  // hosts added from now on check their addresses for duplicates and announce their groups

 private:
  struct Flight {
    size_t to;
    Frame frame;
  };

  // True: there were events.
  bool Collect(Host& host) {
    const size_t before = host.events.size();
    if (!host.poll_events) return false;
    while (auto event = host.stack.PollEvent()) host.events.push_back(*event);
    return host.events.size() != before;
  }

  void Advance(Instant to) {
    now.wall.ms += to - now.mono;
    now.mono = to;
    for (auto& host : hosts_) host->wakes_at_once = 0;
  }
  static Instant WakeTime(const Host& host) {
    const Instant at = host.stack.NextTimeout().at;
    return at == Instant::Never() ? at : std::max(at, host.stalled_until);
  }

  void Step() {
    while (!agenda_.empty() && agenda_.begin()->first <= now.mono) {
      const auto action = std::move(agenda_.begin()->second);
      agenda_.erase(agenda_.begin());
      action();
    }
    // All frames of this moment reach their host as one batch, then it has its turn.
    std::vector<bool> touched(hosts_.size());
    while (!wire_.empty() && wire_.begin()->first <= now.mono) {
      Flight flight = std::move(wire_.begin()->second);
      wire_.erase(wire_.begin());
      Host& host = *hosts_[flight.to];
      if (host.deaf) continue;
      if (host.stalled_until > now.mono) {
        Launch(host.stalled_until, flight.to, std::move(flight.frame));
        continue;
      }
      const Frame& f = flight.frame;
      if (host.on_receive) host.on_receive(f);
      host.stack.HandleFrame(now, kNetwork, f.source, f.destination, f.ether_type, f.payload);
      touched[flight.to] = true;
    }
    for (size_t i = 0; i < hosts_.size(); ++i) {
      Host& host = *hosts_[i];
      if (WakeTime(host) <= now.mono) {
        ++host.wakes;
        ++host.wakes_at_once;
        host.stack.HandleTimeout(now);
        touched[i] = true;
      }
      if (touched[i]) Settle(host);
    }
  }

  bool Chance(double p) { return p > 0 && random_.Below(1'000'000) < static_cast<uint64_t>(p * 1e6); }

  void Carry(const Now& at, Host& from, Frame frame) {
    if (carrier) return carrier(from, std::move(frame));
    Instant leaves = at.mono;
    if (link.bytes_per_ms != 0) {
      const size_t size = frame.payload.size() + 14;
      if (from.line_free < at.mono) {
        from.line_free = at.mono;
        line_bytes_[&from] = 0;
      }
      const uint64_t waiting = static_cast<uint64_t>(from.line_free - at.mono) * link.bytes_per_ms;
      if (waiting > link.queue_bytes) return;
      uint64_t& part = line_bytes_[&from];
      part += size;
      from.line_free = from.line_free + static_cast<Millis>(part / link.bytes_per_ms);
      part %= link.bytes_per_ms;
      leaves = from.line_free;
    }
    for (size_t i = 0; i < hosts_.size(); ++i) {
      if (hosts_[i].get() == &from) continue;
      if (!frame.destination.IsMulticast() && frame.destination != hosts_[i]->mac) continue;
      const int copies = Chance(link.duplicate) ? 2 : 1;
      for (int copy = 0; copy < copies; ++copy) {
        if (Chance(link.loss)) continue;
        const Millis late = Chance(link.reorder) ? 1 + static_cast<Millis>(random_.Below(
                                                          static_cast<uint64_t>(link.reorder_delay)))
                                                 : 0;
        wire_.emplace(leaves + link.latency + late, Flight{i, frame});
      }
    }
  }

  SeededRandom random_;
  uint64_t seed_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::multimap<Instant, Flight> wire_;
  std::multimap<Instant, std::function<void()>> agenda_;
  std::map<Host*, uint64_t> line_bytes_;
};

// A connection between two hosts, set up by Connect.
struct LabPair {
  SocketId client, server, listener;
};

// Connects `client` to port `port` of `server`, IPv4. Sockets are 0 when it failed.
inline LabPair ConnectPair(Lab& lab, Lab::Host& client, Lab::Host& server, uint16_t port) {
  LabPair pair;
  pair.listener = server.stack.TcpListen({}, {IpAddress::V4(0), port}, 16).socket;
  pair.client =
      client.stack.TcpConnect(lab.now, {}, {}, {server.v4(), port}, 0).socket;
  lab.Run(60'000, [&] {
    if (!pair.server) {
      if (auto event = server.Take(StackEventKind::kTcpAccepted)) pair.server = event->socket;
    }
    return pair.server && client.Count(StackEventKind::kTcpConnected) != 0;
  });
  client.Take(StackEventKind::kTcpConnected);
  return pair;
}

// An application that writes `total` bytes of a known pattern, then shuts down; and one that reads and compares.
class PatternWriter {
 public:
  PatternWriter(Lab& lab, Lab::Host& host, SocketId socket, uint64_t total, uint64_t seed)
      : lab_(lab), host_(host), socket_(socket), total_(total), seed_(seed) {}

  static uint8_t At(uint64_t seed, uint64_t position) {
    return static_cast<uint8_t>((position * 0x9e3779b97f4a7c15ULL + seed) >> 32 ^ position);
  }
  void Pump() {
    Bytes chunk;
    while (written < total_) {
      chunk.resize(static_cast<size_t>(std::min<uint64_t>(total_ - written, 65536)));
      for (size_t i = 0; i < chunk.size(); ++i) chunk[i] = At(seed_, written + i);
      const int64_t n = host_.stack.TcpWrite(lab_.now, socket_, chunk);
      if (n < 0) error = n;
      if (n <= 0) return;
      written += static_cast<uint64_t>(n);
    }
    if (!shut && shutdown_at_end) {
      host_.stack.TcpShutdown(lab_.now, socket_);
      shut = true;
    }
  }

  uint64_t written = 0;
  int64_t error = 0;
  bool shut = false;
  bool shutdown_at_end = true;

 private:
  Lab& lab_;
  Lab::Host& host_;
  SocketId socket_;
  uint64_t total_;
  uint64_t seed_;
};

class PatternReader {
 public:
  PatternReader(Lab& lab, Lab::Host& host, SocketId socket, uint64_t seed)
      : lab_(lab), host_(host), socket_(socket), seed_(seed), buffer_(65536) {}

  void Pump() {
    for (;;) {
      const int64_t n = host_.stack.TcpRead(lab_.now, socket_, buffer_);
      if (n == 0) ended = true;
      if (n < 0) error = n;
      if (n <= 0) return;
      for (int64_t i = 0; i < n; ++i) {
        const uint64_t position = read + static_cast<uint64_t>(i);
        exact = exact && buffer_[static_cast<size_t>(i)] == PatternWriter::At(seed_, position);
      }
      read += static_cast<uint64_t>(n);
    }
  }

  uint64_t read = 0;
  int64_t error = 0;
  bool ended = false;
  bool exact = true;

 private:
  Lab& lab_;
  Lab::Host& host_;
  SocketId socket_;
  uint64_t seed_;
  Bytes buffer_;
};

}  // namespace zt::netstack
