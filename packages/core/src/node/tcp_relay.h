// The client's side of the TCP relay ("TCP fallback", vl1.md §10.3): decides when datagrams go through a TCP
// connection as well, and what is on it. The host makes the connection (HOST_PROTOCOL.md §11).
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/drop_counters.h"
#include "node/event_encoder.h"
#include "wire/relay_record.h"
#include "zt/random.h"
#include "zt/time.h"
#include "zt/transmit.h"

namespace zt::node {

class TcpRelay {
 public:
  // Times in ms. "Direct" is a datagram that came by UDP from a source of scope GLOBAL and that a peer's key opened:
  // others are anybody's, and must neither keep the relay away nor end it.
  static constexpr Millis kEngageAfter = 60'000;       // without anything direct, and since start (vl1.md §10.3)
  static constexpr Millis kMinEngageAfter = 1'000, kMaxEngageAfter = 3'600'000;  // what the option may say
  static constexpr Millis kWindowMin = 2'500, kWindowMax = 60'000;  // unanswered sends that make us connect (§10.3)
  static constexpr Millis kDirectAgain = 30'000;       // something direct within it closes the connection (§10.3)
  // ... after this time, in which nothing is sent through it: peers that send through the relay see its path die before
  // it is gone (a heartbeat after 14 s, repeated three times, 5 s apart). Unless UDP falls silent again meanwhile.
  static constexpr Millis kFarewell = 35'000;
  static constexpr Millis kConnectTimeout = 10'000;    // a firewall that drops SYN segments says nothing
  // Sent through it and nothing comes back any more: it is dead. TCP itself would try for many minutes.
  static constexpr Millis kSilent = 20'000;
  static constexpr Millis kSilentAfterMove = 5'000;    // ... since the machine's addresses changed
  static constexpr Millis kSilentFromStart = 60'000;   // nothing ever came: it was just made, so others may be silent
  static constexpr Millis kRetryMin = 2'500, kRetryMax = 20'000;  // between attempts, doubling
  static constexpr size_t kMaxQueued = 65'536;         // bytes; more than that and nothing is queued (vl1.md §10.3)
  static constexpr size_t kMinDatagram = 16;           // vl1.md §10.3

  struct Settings {
    TcpRelayMode mode = TcpRelayMode::kOff;
    Endpoint server;
    Millis engage_after = kEngageAfter;
    // Loopback and private addresses count as GLOBAL: worlds on one machine (option allow_loopback_paths).
    bool any_scope = false;
  };

  TcpRelay(const Settings& settings, RandomSource& random, DropCounters& drops, EventEncoder& events)
      : settings_(settings), random_(random), drops_(drops), events_(events) {}

  bool forced() const { return settings_.mode == TcpRelayMode::kForced; }
  // The node starts: UDP gets its time.
  void Start(const Now& now);
  // The machine slept: UDP gets its time again, unless the relay carried us before; what was silent while we slept is
  // not held against anybody.
  void WokeUp(const Now& now);
  // The machine's addresses are others: what the connection was made from may be gone, and no system tells that soon.
  void Moved(const Now& now);
  // When something direct came last; called after every batch of datagrams.
  void HeardDirectly(const Now& now, Instant at);
  // Datagrams that leave now. Takes copies of those that have to go through the relay, or notes that a connection is
  // wanted.
  void Send(const Now& now, std::span<const Transmit> batch);
  // True while it is the only way and the stream does not keep up: senders of bulk data wait. With other ways, a relay
  // that is stuck must not stop the neighbours' traffic: what it cannot take is dropped, as by any narrow link.
  bool Full() const { return forced() && Output().size() > kMaxQueued / 2; }
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;
  // The node ends: so does the connection. What it was to carry stays in Output for the host to write.
  void Shutdown();

  // The host's side (zt/node.h).
  Endpoint Wanted() const { return state_ == State::kIdle ? Endpoint{} : settings_.server; }
  void HandleOpen(const Now& now);
  // At most RelayRecordReader::kMaxAppend bytes, then NextDatagram until there is none.
  void HandleData(ByteSpan bytes);
  std::optional<InboundDatagram> NextDatagram(const Now& now);
  void HandleClosed(const Now& now);
  ByteSpan Output() const { return ByteSpan(out_).subspan(out_head_); }
  void Consumed(size_t bytes);
  // Where the connection goes that carries datagrams now; none.
  Endpoint InUse() const { return Carries() ? settings_.server : Endpoint{}; }

 private:
  enum class State : uint8_t { kIdle, kConnecting, kOpen };

  bool Engaged(Instant now) const;
  bool Carries() const { return state_ == State::kOpen && close_at_ == Instant::Never(); }
  bool Relayable(const Transmit& datagram) const;
  void Enqueue(const Now& now, const Transmit& datagram);
  void WantConnection(Instant now);
  // Ends the connection or the attempt, because of a fault of the relay or of the way there: tried again later.
  void Fail(const Now& now, std::string_view why);
  void Close();
  Millis Patience() const;
  Instant SilentAt() const;

  const Settings settings_;
  RandomSource& random_;
  DropCounters& drops_;
  EventEncoder& events_;

  State state_ = State::kIdle;
  Instant started_ = Instant::LongAgo();
  Instant direct_ = Instant::LongAgo();        // something direct came last
  Instant window_start_ = Instant::LongAgo();  // first of the sends that wait for a connection, new or taken back
  Instant last_send_ = Instant::LongAgo();     // the last of them
  Instant retry_at_ = Instant::LongAgo();      // no attempt before it
  Millis retry_after_ = kRetryMin;
  Instant connect_until_ = Instant::Never();
  Instant unanswered_since_ = Instant::Never();
  bool proven_ = false;  // something came through this connection
  bool moved_ = false;   // since then
  Instant close_at_ = Instant::Never();
  Bytes out_;
  size_t out_head_ = 0;
  wire::RelayRecordReader reader_;
};

}  // namespace zt::node
