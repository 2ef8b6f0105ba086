#include "netstack/tcp/sender.h"

#include <algorithm>

#include "base/check.h"

namespace zt::netstack {

Sender::Sender(BlockPool& pool, Seq first)
    : buffer_(pool),
      congestion_(MakeCubic()),
      una_(first),
      nxt_(first),
      data_end_(first),
      window_edge_(first),
      recover_(first) {
  buffer_.Reset(first);
}

void Sender::Establish(const Now& now, uint32_t mss, bool sack, uint32_t peer_window,
                       Seq peer_seq) {
  established_ = true;
  sack_ = sack;
  SetSegmentSize(now, mss);
  window_edge_ = una_ + peer_window;
  largest_window_ = peer_window;
  window_seq_ = peer_seq;
  window_ack_ = una_;
  last_sent_ = now.mono;
  if (!rto_.has_sample()) rto_.OnLostSyn();
  Rearm(now, true);
}

size_t Sender::Room() const {
  const uint64_t limit = std::min<uint64_t>(buffer(), buffer_.budget().Share());
  const uint64_t used = data_end_ - una_;
  return used >= limit ? 0 : static_cast<size_t>(limit - used);
}

size_t Sender::Write(const Now& now, ByteSpan data) {
  const size_t n = std::min(data.size(), Room());
  if (n == 0) return 0;
  if (established_ && board_.empty() && nxt_ == data_end_) {
    const Millis pause = now.mono - last_sent_;
    congestion_->OnIdle(pause, pause > rto_.Timeout());
    last_sent_ = now.mono;
  }
  buffer_.Write(data_end_, data.first(n));
  data_end_ += n;
  return n;
}

void Sender::Stop() {
  board_.Clear();
  resent_.Clear();
  retransmit_at_ = probe_at_ = persist_at_ = Instant::Never();
  probe_due_ = companion_due_ = persist_due_ = false;
  established_ = false;
  fin_delivered_ = fin_acked();
  data_end_ = nxt_ = una_;
  fin_queued_ = false;
  buffer_.Reset(una_);
}

uint64_t Sender::Pipe() const {
  // Without SACK each duplicate ACK stands for one segment that left the network (RFC 5681 §3.2).
  const uint64_t left = static_cast<uint64_t>(duplicates_) * mss_;
  return board_.in_flight() > left ? board_.in_flight() - left : 0;
}

uint64_t Sender::Quota() const {
  if (phase_ == Phase::kRecovery) return prr_quota_;
  const uint64_t pipe = Pipe();
  const uint64_t window = congestion_->window();
  return window > pipe ? window - pipe : 0;
}

std::optional<Sender::Chunk> Sender::NextLost() {
  const SentSegment* lost = board_.FirstLost();
  if (lost == nullptr) return std::nullopt;
  const Seq seq = resend_at_ > lost->seq && resend_at_ < lost->end() ? resend_at_ : lost->seq;
  Chunk chunk;
  chunk.seq = seq;
  chunk.retransmission = true;
  const Seq data_stop = std::min(lost->end(), data_end_);
  chunk.size = data_stop > seq
                   ? static_cast<uint32_t>(std::min<uint64_t>(data_stop - seq, mss_))
                   : 0;
  chunk.fin = lost->end() > data_end_ && seq + chunk.size == data_end_;
  chunk.push = chunk.size != 0 && seq + chunk.size == data_end_;
  return chunk;
}

std::optional<Sender::Chunk> Sender::NextNew(bool no_delay, bool probe) {
  if (board_.count() >= kMaxSegments) return std::nullopt;
  Chunk chunk;
  chunk.seq = nxt_;
  const uint64_t waiting = nxt_ < data_end_ ? data_end_ - nxt_ : 0;
  const uint64_t usable = window_edge_ > nxt_ ? window_edge_ - nxt_ : 0;
  if (waiting == 0) {
    // A FIN takes a place in the window, but must not wait behind a closed one when all else is acknowledged.
    if (!fin_queued_ || fin_sent() || (usable == 0 && !board_.empty())) return std::nullopt;
    chunk.fin = true;
    return chunk;
  }
  chunk.size = static_cast<uint32_t>(std::min({waiting, usable, uint64_t{mss_}}));
  if (chunk.size == 0) return std::nullopt;
  const bool last = chunk.size == waiting;
  if (chunk.size < mss_ && !probe && !override_silly_) {
    // RFC 9293 §3.8.6.2.1: no silly segments; half the largest window ever offered is worth sending.
    if (!last && chunk.size < largest_window_ / 2) return std::nullopt;
    // RFC 9293 §3.7.4 Nagle, in Minshall's form: only one small segment may be unacknowledged.
    if (last && !no_delay && !fin_queued_ && small_end_ > una_) return std::nullopt;
  }
  chunk.push = last;
  chunk.fin = last && fin_queued_ && usable > chunk.size;
  return chunk;
}

Sender::Chunk Sender::LastChunk() const {
  const SentSegment& last = *board_.Last();
  Chunk chunk;
  chunk.retransmission = true;
  const Seq stop = std::min(last.end(), data_end_);
  const uint64_t size = stop > last.seq ? stop - last.seq : 0;
  chunk.size = static_cast<uint32_t>(std::min<uint64_t>(size, mss_));
  chunk.seq = stop - chunk.size;
  if (size == 0) chunk.seq = last.seq;
  chunk.fin = last.end() > data_end_;
  chunk.push = size != 0;
  return chunk;
}

std::optional<Sender::Chunk> Sender::Next(const Now& now, bool no_delay) {
  if (!established_) return std::nullopt;
  if (probe_due_) {  // RFC 8985 §7.3: new data if there is any, else the last segment again
    if (board_.empty()) {
      probe_due_ = false;
    } else if (auto fresh = NextNew(no_delay, true)) {
      return fresh;
    } else {
      return LastChunk();
    }
  }
  if (companion_due_) {
    if (auto fresh = NextNew(no_delay, false)) return fresh;
    companion_due_ = false;
  }
  if (frto_ == Frto::kSecondAck) {  // RFC 5682 §3.1 step 2b: new data tells whether the old was lost
    if (frto_sent_ < kFrtoSegments) {
      if (auto fresh = NextNew(no_delay, false)) return fresh;
    }
    if (frto_sent_ != 0) return std::nullopt;
    frto_ = Frto::kOff;  // there is none
  }
  const uint64_t quota = Quota();
  if (auto lost = NextLost()) {
    if (lost->size <= quota || resend_first_ || Pipe() == 0) return lost;
    window_limited_ = true;
    return std::nullopt;
  }
  auto fresh = NextNew(no_delay, false);
  if (fresh && path_probe_) MakeProbe(now, *fresh);
  if (!fresh) {
    window_limited_ = false;
    return std::nullopt;
  }
  if (fresh->size <= quota || board_.empty()) return fresh;
  window_limited_ = true;
  return std::nullopt;
}

void Sender::Sent(const Now& now, const Chunk& chunk) {
  const Seq end = chunk.seq + chunk.size + (chunk.fin ? 1 : 0);
  last_sent_ = now.mono;
  persist_due_ = false;  // data asks for the window as well as a probe does
  if (phase_ == Phase::kRecovery) {
    prr_out_ += chunk.size;
    prr_quota_ -= std::min<uint64_t>(prr_quota_, chunk.size);
  }
  counters_.bytes_sent += chunk.size;
  const bool probe = std::exchange(probe_due_, false);
  if (probe) {
    ++counters_.probes;
    probe_sent_ = true;
    probe_sent_at_ = now.mono;
    probe_end_ = std::max(end, nxt_);
    probe_was_copy_ = chunk.retransmission;
  }
  companion_due_ = probe && !chunk.retransmission;
  if (chunk.retransmission) {
    Resent(now, chunk, end, probe);
  } else {
    if (board_.empty()) progress_at_ = now.mono;
    board_.Add(now, chunk.seq, static_cast<uint32_t>(end - chunk.seq));
    nxt_ = end;
    override_silly_ = false;
    if (chunk.size < mss_ && chunk.size != 0) small_end_ = end;
    if (chunk.size > mss_) path_probe_->OnProbeSent(chunk.seq, chunk.size);
    if (frto_ == Frto::kSecondAck) ++frto_sent_;
  }
  if (probe || retransmit_at_ == Instant::Never()) ArmRetransmission(now);
  ArmProbe(now);
  persist_at_ = Instant::Never();
}

void Sender::Resent(const Now& now, const Chunk& chunk, Seq end, bool probe) {
  ++counters_.segments_resent;
  counters_.bytes_resent += chunk.size;
  resent_.Add(chunk.seq, end);
  if (resent_since_ == Instant::Never()) resent_since_ = now.mono;
  resend_first_ = false;
  if (path_probe_ && path_probe_->IsProbe(chunk.seq)) path_probe_->OnProbeLost(now);
  if (!probe) ++undo_retransmissions_;
  if (chunk.seq == una_) ArmRetransmission(now);  // this copy has a whole timeout to arrive
  const SentSegment* lost = board_.FirstLost();
  const bool whole = probe || lost == nullptr || end >= lost->end();
  resend_at_ = whole ? 0 : end;
  if (whole) board_.Retransmitted(now, probe ? board_.Last()->seq : chunk.seq);
}

}  // namespace zt::netstack
