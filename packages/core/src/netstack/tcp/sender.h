// The sending half: queue, windows, Nagle, recovery, probing. Decides what to send; the connection sends it.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "netstack/header/tcp_option.h"
#include "netstack/stack_types.h"
#include "netstack/tcp/congestion.h"
#include "netstack/tcp/path_mtu_probe.h"
#include "netstack/tcp/resent_ranges.h"
#include "netstack/tcp/rto.h"
#include "netstack/tcp/scoreboard.h"
#include "netstack/tcp/seq.h"
#include "netstack/tcp/stream_buffer.h"

namespace zt::netstack {

class Sender {
 public:
  static constexpr size_t kMinBuffer = 256 << 10;
  static constexpr size_t kMaxBuffer = 16 << 20;  // Stack::kTcpSendBuffer
  // RFC 1122 §4.2.3.5 R2: at least 100 s.
  static constexpr Millis kGiveUp = 120'000;
  static constexpr int kDuplicateThreshold = 3;        // RFC 5681 §3.2
  static constexpr Millis kWorstDelayedAck = 200;      // RFC 8985 §7.2 WCDelAckT
  static constexpr Millis kFirstProbeTimeout = 1000;   // RFC 8985 §7.2, before anything is measured
  static constexpr Millis kMinProbeTimeout = 2;     // the clock's unit, twice
  // In flight, what the largest window holds in segments of 1 KiB. With smaller ones less is in flight: a peer with the
  // least MSS is not to have us keep, and look through, two hundred thousand.
  static constexpr size_t kMaxSegments = 16384;
  static constexpr int kFrtoSegments = 2;              // RFC 5682 §3.1 step 2b

  Sender(BlockPool& pool, Seq first);

  // The handshake is done.
  void Establish(const Now& now, uint32_t mss, bool sack, uint32_t peer_window, Seq peer_seq);
  RtoEstimator& rto() { return rto_; }
  // What the path carries, as far as others know.
  void SetPath(const Now& now, const PathMtuProbe::Path& path);
  // The packet size found to arrive, once per finding.
  std::optional<uint32_t> TakePathMtu() { return path_probe_ ? path_probe_->TakeFinding() : std::nullopt; }
  uint32_t segment_size() const { return mss_; }

  // Options (sender_option.cc).
  void SetBuffer(uint32_t bytes) { fixed_buffer_ = bytes; }  // 0: follows the congestion window
  uint64_t buffer() const;
  // Room worth an event: one wake-up moves a useful amount.
  bool Writable() const {
    const uint64_t share = buffer_.budget().Share();
    return share != 0 && Room() >= std::min({buffer(), uint64_t{kMinBuffer}, share}) / 4;
  }
  bool short_of_memory() const { return buffer_.budget().scarce(); }
  // How long data may wait for the peer, also behind a closed window (RFC 5482). 0: kGiveUp, and a peer that answers
  // may keep its window closed for ever.
  void SetUserTimeout(const Now& now, Millis patience);
  void SetCongestion(Congestion kind);
  Congestion congestion_kind() const { return congestion_->kind(); }
  // Its part of the statistics.
  void FillInfo(const Now& now, TcpInfo& out) const;

  // Application side.
  size_t Room() const;
  size_t Write(const Now& now, ByteSpan data);
  void QueueFin() { fin_queued_ = true; }
  bool fin_queued() const { return fin_queued_; }
  bool fin_acked() const { return fin_delivered_ || (fin_queued_ && una_ == data_end_ + 1); }
  uint64_t queued() const { return data_end_ + (fin_queued_ ? 1 : 0) - una_; }
  Seq una() const { return una_; }
  Seq nxt() const { return nxt_; }
  uint32_t largest_window() const { return largest_window_; }  // MAX.SND.WND (RFC 5961 §5.2)
  bool outstanding() const { return !board_.empty(); }
  bool fin_sent() const { return nxt_ == data_end_ + 1; }

  // Peer's side. `ack` is within [una, nxt].
  struct Ack {
    Seq ack = 0;
    Seq seq = 0;          // of the segment that carries it
    uint32_t window = 0;  // bytes
    bool bare = false;    // no data, no FIN
    std::optional<Instant> echo;
    const TcpOptions* options = nullptr;
  };
  struct Duplicate {  // what the peer got twice
    Seq left = 0, right = 0;
  };
  // True when something new was acknowledged.
  bool HandleAck(const Now& now, const Ack& ack);

  // Output.
  struct Chunk {
    Seq seq = 0;
    uint32_t size = 0;  // bytes of data
    bool fin = false;
    bool push = false;
    bool retransmission = false;
  };
  // What to send now; none: nothing may be sent.
  std::optional<Chunk> Next(const Now& now, bool no_delay);
  void Sent(const Now& now, const Chunk& chunk);
  // Everything that could be sent was: what is left waits for the peer's window.
  void Settle(const Now& now) {
    if (board_.empty()) ArmPersist(now);
  }
  StreamBuffer::Pieces Data(const Chunk& chunk) const { return buffer_.Peek(chunk.seq, chunk.size); }

  // Timers. False: the peer is gone.
  bool HandleTimeout(const Now& now);
  Deadline NextTimeout() const;
  bool TakePersistProbe() { return std::exchange(persist_due_, false); }
  // The peer answers, so a closed window is its wish (RFC 1122 §4.2.2.17).
  void PeerIsAlive(const Now& now) { persist_alive_ = now.mono; }
  void Stop();  // no more timers, no more data

  uint64_t congestion_window() const { return congestion_->window(); }

 private:
  enum class Phase : uint8_t { kOpen, kRecovery, kTimeout };
  enum class Frto : uint8_t { kOff, kFirstAck, kSecondAck };  // what RFC 5682 §3.1 waits for
  using Delivery = Scoreboard::Delivery;

  // sender_ack.cc
  void UpdateWindow(const Ack& ack);
  void Advance(const Now& now, const Ack& ack, Delivery& delivery);
  std::optional<Duplicate> HandleSack(const Now& now, const Ack& ack, Delivery& delivery);
  void MeasureRoundTrip(const Ack& ack, const Delivery& delivery);
  // What the peer reported twice was sent twice by us; true when all of the episode was.
  bool HandleDuplicateReport(const Duplicate& block);
  void HandleDuplicateAck(const Now& now, uint64_t flight);
  void HandleProbeAck(const Now& now, const Ack& ack, const Delivery& delivery, bool reported, uint64_t flight);
  void AfterDelivery(const Now& now, const Delivery& delivery, bool progress, uint64_t lost, uint64_t flight);
  // sender_recovery.cc
  void EnterRecovery(const Now& now, uint64_t flight);
  void LeaveRecovery();
  void UpdateQuota(const Delivery& delivery, bool progress, uint64_t lost);
  void StartUndoEpisode();
  bool OriginalArrived(const Ack& ack, const Delivery& delivery) const;
  void CheckFrto(const Now& now, const Ack& ack, const Delivery& delivery, bool progress);
  void Undo(const Now& now, std::optional<Millis> rtt);
  void OnReorderTimeout(const Now& now);
  bool IsCongestion(uint64_t lost);  // and not only a probe of the path's size
  void OnRetransmissionTimeout(const Now& now);
  // sender_timer.cc
  void Rearm(const Now& now, bool progress);
  void ArmRetransmission(const Now& now);
  void ArmProbe(const Now& now);
  void ArmPersist(const Now& now);
  void NudgeRecovery();
  bool HandlePersistTimeout(const Now& now);
  Millis GiveUp() const { return user_timeout_ > 0 ? user_timeout_ : kGiveUp; }
  // Until when what is in flight may wait. Behind a window that closed after it was sent, retransmissions are window
  // probes: a peer that answers them is not gone (RFC 9293 §3.8.6.1).
  Instant Patience() const {
    const bool closed = window_edge_ <= una_ && user_timeout_ == 0;
    return (closed ? std::max(progress_at_, persist_alive_) : progress_at_) + GiveUp();
  }
  // sender_path.cc
  void SetSegmentSize(const Now& now, uint32_t mss);
  void SuspectSize(const Now& now);
  void MakeProbe(const Now& now, Chunk& chunk) const;
  // sender.cc
  uint64_t Pipe() const;
  uint64_t Quota() const;
  std::optional<Chunk> NextLost();
  std::optional<Chunk> NextNew(bool no_delay, bool probe);
  Chunk LastChunk() const;
  void Resent(const Now& now, const Chunk& chunk, Seq end, bool probe);

  StreamBuffer buffer_;
  Scoreboard board_;
  ResentRanges resent_;
  RtoEstimator rto_;
  std::unique_ptr<CongestionControl> congestion_;
  uint32_t fixed_buffer_ = 0;  // so_sndbuf
  Millis user_timeout_ = 0;    // tcp_user_timeout

  uint32_t mss_ = 536;
  PathMtuProbe::Path path_;
  Instant large_arrived_at_ = Instant::LongAgo();  // the last full segment
  std::unique_ptr<PathMtuProbe> path_probe_;  // none while the path carries what it should
  bool established_ = false;
  bool sack_ = false;
  Seq una_, nxt_, data_end_;
  bool fin_queued_ = false;
  bool fin_delivered_ = false;  // known also when all was stopped
  Seq window_edge_;
  uint32_t largest_window_ = 0;
  Seq window_seq_ = 0, window_ack_ = 0;  // SND.WL1, SND.WL2
  Seq small_end_ = 0;                    // the end of the last segment that was not full (Nagle)
  bool window_limited_ = false;          // the congestion window was what stopped the last sending
  Instant last_sent_ = Instant::LongAgo();

  Phase phase_ = Phase::kOpen;
  Seq recover_;
  Seq resend_at_ = 0;         // within a lost segment larger than mss_: where the next piece begins
  bool resend_first_ = false;  // the timer fired: one segment leaves whatever is in flight
  uint64_t prr_delivered_ = 0, prr_out_ = 0, prr_flight_ = 0, prr_quota_ = 0;
  int duplicates_ = 0;  // without SACK

  // Undo of a reduction that was wrong.
  bool may_undo_ = false;
  bool timestamps_ = false;  // the last acknowledgment echoed one
  Frto frto_ = Frto::kOff;
  int frto_sent_ = 0;
  int64_t undo_retransmissions_ = 0;  // of the episode, not yet reported as duplicates
  Seq undo_from_ = 0;
  Instant resent_since_ = Instant::Never();  // RetransmitTS of RFC 3522 §3.2: the first retransmission not yet answered

  Instant retransmit_at_ = Instant::Never();
  Instant probe_at_ = Instant::Never();
  Instant persist_at_ = Instant::Never();
  bool probe_due_ = false;
  // A probe of new data takes a second segment along: if only acknowledgments were lost it arrives in order, and a
  // receiver may keep its answer to a single segment for a delayed-ACK time (RFC 5681 §4.2), many round trips here.
  bool companion_due_ = false;
  bool nudged_ = false;         // recovery was silent, and two more segments were sent to hear something
  bool probe_sent_ = false;     // one tail-loss probe per episode (RFC 8985 §7.3)
  bool probe_was_copy_ = false;
  Seq probe_end_ = 0;
  Instant probe_sent_at_;
  bool persist_due_ = false;
  bool override_silly_ = false;
  int persist_backoff_ = 0;
  Instant persist_since_, persist_alive_ = Instant::LongAgo();
  Instant progress_at_ = Instant::LongAgo();  // since when the oldest segment waits

  struct Counters {
    uint64_t bytes_sent = 0, bytes_resent = 0;
    uint32_t segments_resent = 0, fast_recoveries = 0, timeouts = 0, undone = 0, probes = 0, duplicate_acks = 0;
  };
  Counters counters_;
};

}  // namespace zt::netstack
