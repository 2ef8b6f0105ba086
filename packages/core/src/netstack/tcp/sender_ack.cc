// What an acknowledgment means to the sender: windows, SACK and D-SACK, round trips, the answer to a tail-loss probe.
#include <algorithm>

#include "netstack/tcp/sender.h"

namespace zt::netstack {

void Sender::UpdateWindow(const Ack& ack) {
  // RFC 9293 §3.10.7.4: only from a segment that is not older than the last one used.
  if (window_seq_ > ack.seq || (window_seq_ == ack.seq && window_ack_ > ack.ack)) return;
  window_seq_ = ack.seq;
  window_ack_ = ack.ack;
  window_edge_ = ack.ack + ack.window;
  largest_window_ = std::max(largest_window_, ack.window);
}

void Sender::Advance(const Now& now, const Ack& ack, Delivery& delivery) {
  delivery.progress = true;
  board_.Acknowledge(now, ack.ack, ack.echo, delivery);
  una_ = ack.ack;
  buffer_.Release(std::min(una_, data_end_));
  if (una_ >= data_end_) buffer_.Clear();
  rto_.ResetBackOff();
  progress_at_ = now.mono;
  if (path_probe_) {
    path_probe_->OnProgress(now, una_);
    SetSegmentSize(now, path_probe_->size());
  }
}

// Where the first block reports a duplicate, if it does (RFC 2883 §4).
std::optional<Sender::Duplicate> Sender::HandleSack(const Now& now, const Ack& ack, Delivery& delivery) {
  const TcpOptions& options = *ack.options;
  std::optional<Duplicate> duplicate;
  for (size_t i = 0; i < options.sack_count; ++i) {
    const Seq left = UnwrapSeq(options.sack[i].left, ack.ack);
    const Seq right = UnwrapSeq(options.sack[i].right, ack.ack);
    if (left >= right || right > nxt_) continue;
    if (i == 0 && right <= ack.ack) {
      duplicate = {left, right};
      continue;
    }
    if (i == 0 && options.sack_count > 1) {
      const Seq second_left = UnwrapSeq(options.sack[1].left, ack.ack);
      const Seq second_right = UnwrapSeq(options.sack[1].right, ack.ack);
      if (left >= second_left && right <= second_right) duplicate = {left, right};
    }
    if (left >= ack.ack) board_.Sack(now, left, right, delivery);
  }
  return duplicate;
}

void Sender::MeasureRoundTrip(const Ack& ack, const Delivery& delivery) {
  // RFC 7323 §4.1: what was sent again has no age of its own, but the echo may tell which copy it was.
  std::optional<Millis> rtt = delivery.rtt ? delivery.rtt : delivery.echoed_rtt;
  // After a timeout, what arrived long ago and was not acknowledged because acknowledgments were lost, too, would count
  // as slow. Really slow paths are answered in Undo.
  const bool doubtful = phase_ == Phase::kTimeout && (sack_ || ack.echo);
  if (rtt && doubtful && *rtt > rto_.FirstTimeout()) rtt.reset();
  if (rtt) rto_.Sample(*rtt, 1 + (nxt_ - una_) / (2 * uint64_t{mss_}));
  congestion_->OnRoundTrip(una_, nxt_, delivery.newest_rtt.value_or(HyStart::kNoSample));
}

bool Sender::HandleAck(const Now& now, const Ack& ack) {
  if (!established_) return false;
  const Seq old_edge = window_edge_;
  const uint64_t flight = nxt_ - una_;
  UpdateWindow(ack);
  if (old_edge <= una_ && window_edge_ > una_ && user_timeout_ == 0) progress_at_ = now.mono;  // it opened
  timestamps_ = ack.echo.has_value();
  Delivery delivery;
  const bool progress = ack.ack > una_;
  if (progress) Advance(now, ack, delivery);
  std::optional<Duplicate> duplicate;
  if (sack_) duplicate = HandleSack(now, ack, delivery);
  MeasureRoundTrip(ack, delivery);
  if (delivery.largest >= mss_) large_arrived_at_ = now.mono;
  if (!progress && ack.bare && window_edge_ == old_edge && !board_.empty()) {
    ++counters_.duplicate_acks;
    if (!sack_) HandleDuplicateAck(now, flight);
  } else if (!sack_ && progress) {
    duplicates_ = std::max<int>(0, duplicates_ - static_cast<int>(delivery.bytes / mss_));
    if (phase_ == Phase::kRecovery && una_ < recover_) board_.MarkFirstLost();  // RFC 6582 §3.2
  }
  const bool probe_reported =
      duplicate && probe_sent_ && probe_was_copy_ && duplicate->right == probe_end_;
  HandleProbeAck(now, ack, delivery, probe_reported, flight);
  if (duplicate && !probe_reported && HandleDuplicateReport(*duplicate) && may_undo_) Undo(now, std::nullopt);
  if (phase_ != Phase::kOpen && may_undo_ && OriginalArrived(ack, delivery)) {
    // With a D-SACK it was our second copy that made the peer repeat a lost acknowledgment: no sign of a slow path.
    Undo(now, duplicate ? std::nullopt : std::optional(now.mono - *ack.echo));
  }
  CheckFrto(now, ack, delivery, progress);
  uint64_t lost = 0;
  if (sack_ && delivery.bytes != 0) {
    nudged_ = false;
    lost = board_.DetectLoss(now, rto_.srtt(), phase_ != Phase::kOpen);
  }
  AfterDelivery(now, delivery, progress, lost, flight);
  Rearm(now, progress);
  return progress;
}

void Sender::HandleDuplicateAck(const Now& now, uint64_t flight) {
  ++duplicates_;
  if (phase_ == Phase::kRecovery) {
    prr_quota_ += mss_;
  } else if (phase_ == Phase::kOpen && duplicates_ == kDuplicateThreshold) {
    board_.MarkFirstLost();
    EnterRecovery(now, flight);
  }
}

bool Sender::HandleDuplicateReport(const Duplicate& block) {
  if (!resent_.Contains(block.left, block.right)) return false;  // the network made the second copy
  board_.OnDuplicateReport(nxt_);
  if (block.left < undo_from_ || block.left >= recover_ || undo_retransmissions_ <= 0) return false;
  // RFC 3708 §2: every retransmission of this episode arrived twice, so nothing had been lost.
  undo_retransmissions_ -= static_cast<int64_t>(std::max<uint64_t>(1, (block.right - block.left) / mss_));
  return undo_retransmissions_ <= 0;
}

// RFC 8985 §7.4.2: did the probe repair a loss, which is then answered, or was it needless?
void Sender::HandleProbeAck(const Now& now, const Ack& ack, const Delivery& delivery, bool reported, uint64_t flight) {
  if (!probe_sent_ || ack.ack < probe_end_) return;
  const bool needless = reported || OriginalArrived(ack, delivery) ||
                        (!delivery.progress && ack.bare && ack.options->sack_count == 0);
  if (!probe_was_copy_ || needless) {
    probe_sent_ = false;
    return;
  }
  // With timestamps the acknowledgment itself tells that it was the probe which arrived; else the next one does.
  const bool repaired = ack.ack > probe_end_ || (delivery.progress && ack.echo && *ack.echo >= probe_sent_at_);
  if (!repaired) return;
  probe_sent_ = false;
  if (phase_ == Phase::kOpen) congestion_->OnLoss(now, flight);
}

void Sender::AfterDelivery(const Now& now, const Delivery& delivery, bool progress, uint64_t lost, uint64_t flight) {
  if (phase_ != Phase::kOpen && una_ >= recover_) LeaveRecovery();
  if (phase_ == Phase::kOpen && una_ >= recover_ && !probe_sent_) resent_since_ = Instant::Never();
  if (phase_ == Phase::kOpen && lost != 0 && IsCongestion(lost)) {
    EnterRecovery(now, flight);
    UpdateQuota(delivery, progress, lost);
    return;
  }
  if (phase_ == Phase::kRecovery) return UpdateQuota(delivery, progress, lost);
  if (delivery.bytes == 0) return;
  // RFC 9438 §4.6, RFC 7661 §4.1: the window grows while it is used; in slow start it is when half is.
  const bool used = window_limited_ || phase_ == Phase::kTimeout ||
                    (congestion_->InSlowStart() && 2 * flight >= congestion_->window());
  if (used) {
    congestion_->OnAcked(now, delivery.bytes, rto_.srtt());
  } else {
    congestion_->OnNotLimited(now);
  }
}

}  // namespace zt::netstack
