// What acknowledgments and timers mean to the sender: windows, loss recovery (RFC 6675 in the form of RFC 8985), rate
// reduction (RFC 6937), undo (RFC 3522, RFC 3708), probes.
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

// Where the first block reports a duplicate, if it does (RFC 2883 §4).
std::optional<Seq> Sender::HandleSack(const Now& now, const Ack& ack, Scoreboard::Delivery& delivery) {
  const TcpOptions& options = *ack.options;
  std::optional<Seq> duplicate;
  Seq second_left = 0, second_right = 0;
  for (size_t i = 0; i < options.sack_count; ++i) {
    const Seq left = UnwrapSeq(options.sack[i].left, ack.ack);
    const Seq right = UnwrapSeq(options.sack[i].right, ack.ack);
    if (left >= right || right > nxt_) continue;
    if (i == 0 && right <= ack.ack) {
      duplicate = left;
      continue;
    }
    if (i == 0 && options.sack_count > 1) {
      second_left = UnwrapSeq(options.sack[1].left, ack.ack);
      second_right = UnwrapSeq(options.sack[1].right, ack.ack);
      if (left >= second_left && right <= second_right) duplicate = left;
    }
    if (left >= ack.ack) board_.Sack(now, left, right, delivery);
  }
  return duplicate;
}

bool Sender::HandleAck(const Now& now, const Ack& ack) {
  if (!established_) return false;
  const Seq old_edge = window_edge_;
  const uint64_t flight = board_.in_flight();
  UpdateWindow(ack);
  Scoreboard::Delivery delivery;
  const bool progress = ack.ack > una_;
  if (progress) {
    board_.Acknowledge(now, ack.ack, ack.echo, delivery);
    una_ = ack.ack;
    buffer_.Release(std::min(una_, data_end_));
    if (una_ >= data_end_) buffer_.Clear();
    rto_.ResetBackOff();
    progress_at_ = now.mono;
  }
  std::optional<Seq> duplicate;
  if (sack_) duplicate = HandleSack(now, ack, delivery);
  if (delivery.rtt) rto_.Sample(*delivery.rtt);
  if (duplicate) {
    board_.OnDuplicateReport(nxt_);
    // RFC 3708: every retransmission of this episode arrived twice, so nothing had been lost.
    if (*duplicate >= undo_from_ && undo_retransmissions_ > 0 && --undo_retransmissions_ == 0) {
      delivery.original_arrived = true;
    }
  }
  if (!sack_ && !progress && ack.bare && window_edge_ == old_edge && !board_.empty()) {
    HandleDuplicateAck(now, flight);
  } else if (!sack_ && progress) {
    duplicates_ = std::max<int>(0, duplicates_ - static_cast<int>(delivery.bytes / mss_));
    if (phase_ == Phase::kRecovery && una_ < recover_) board_.MarkFirstLost();  // RFC 6582 §3.2
  }
  uint64_t lost = 0;
  if (sack_ && delivery.bytes != 0) {
    lost = board_.DetectLoss(now, rto_.srtt(), phase_ != Phase::kOpen);
  }
  // RFC 8985 §7.4: the probe filled a hole unless the peer saw it twice.
  if (probe_sent_ && una_ >= probe_end_) {
    if (probe_was_copy_ && !duplicate && !delivery.original_arrived && phase_ == Phase::kOpen) {
      congestion_->OnLoss(now, flight);
    }
    probe_sent_ = false;
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

void Sender::AfterDelivery(const Now& now, const Scoreboard::Delivery& delivery, bool progress,
                           uint64_t lost, uint64_t flight) {
  if (phase_ != Phase::kOpen && may_undo_ && delivery.original_arrived) Undo();
  if (phase_ != Phase::kOpen && una_ >= recover_) {
    if (phase_ == Phase::kRecovery) congestion_->LeaveRecovery();
    phase_ = Phase::kOpen;
    duplicates_ = 0;
    board_.OnRecoveryEnd();
  }
  if (phase_ == Phase::kOpen && lost != 0) {
    EnterRecovery(now, flight);
    UpdateQuota(delivery, progress, lost);
    return;
  }
  if (phase_ == Phase::kRecovery) {
    UpdateQuota(delivery, progress, lost);
  } else if (delivery.bytes != 0 && (window_limited_ || phase_ == Phase::kTimeout)) {
    congestion_->OnAcked(now, delivery.bytes, rto_.srtt());
  }
}

void Sender::EnterRecovery(const Now& now, uint64_t flight) {
  phase_ = Phase::kRecovery;
  recover_ = nxt_;
  congestion_->OnLoss(now, flight);
  prr_flight_ = std::max<uint64_t>(nxt_ - una_, mss_);
  prr_delivered_ = prr_out_ = 0;
  prr_quota_ = mss_;
  StartUndoEpisode();
}

void Sender::StartUndoEpisode() {
  undo_from_ = una_;
  undo_retransmissions_ = 0;
  may_undo_ = true;
}

// RFC 6937 §3.1, with the conservative bound unless the acknowledgment shows progress without new loss.
void Sender::UpdateQuota(const Scoreboard::Delivery& delivery, bool progress, uint64_t lost) {
  prr_delivered_ += delivery.bytes;
  const uint64_t target = congestion_->threshold();
  const uint64_t pipe = Pipe();
  uint64_t quota = 0;
  if (pipe > target) {
    const uint64_t share = (prr_delivered_ * target + prr_flight_ - 1) / prr_flight_;
    quota = share > prr_out_ ? share - prr_out_ : 0;
  } else {
    const uint64_t owed = prr_delivered_ > prr_out_ ? prr_delivered_ - prr_out_ : 0;
    uint64_t limit = std::max(owed, delivery.bytes);
    if (progress && lost == 0) limit += mss_;
    quota = std::min(target - pipe, limit);
  }
  if (prr_out_ == 0) quota = std::max<uint64_t>(quota, mss_);  // the fast retransmit itself
  prr_quota_ = quota;
}

void Sender::Undo() {
  congestion_->Undo();
  board_.UnmarkLost();
  resend_at_ = 0;
  phase_ = Phase::kOpen;
  may_undo_ = false;
  duplicates_ = 0;
}

void Sender::OnPacketTooBig(const Now& now, uint32_t mss) {
  if (!established_ || mss >= mss_) return;
  SetSegmentSize(mss);
  board_.MarkLargerThan(mss);  // not congestion: the window stays (RFC 1191 §6.5)
  Rearm(now, false);
}

void Sender::Rearm(const Now& now, bool progress) {
  if (board_.empty()) {
    retransmit_at_ = probe_at_ = Instant::Never();
    ArmPersist(now);
    return;
  }
  persist_at_ = Instant::Never();
  persist_backoff_ = 0;
  if (progress || retransmit_at_ == Instant::Never()) {
    retransmit_at_ = now.mono + rto_.Timeout();  // RFC 6298 §5.3
  }
  ArmProbe(now);
}

// Nothing in flight and something waiting behind a window too small to use: ask later (RFC 9293 §3.8.6.1).
void Sender::ArmPersist(const Now& now) {
  const bool waiting = established_ && board_.empty() && nxt_ < data_end_;
  if (!waiting) {
    persist_at_ = Instant::Never();
    persist_backoff_ = 0;
  } else if (persist_at_ == Instant::Never()) {
    persist_at_ = now.mono + rto_.Timeout();
    persist_alive_ = now.mono;
  }
}

// RFC 8985 §7.2.
void Sender::ArmProbe(const Now& now) {
  probe_at_ = Instant::Never();
  if (!sack_ || phase_ != Phase::kOpen || probe_sent_ || board_.empty() || board_.lost() != 0 ||
      !rto_.has_sample()) {
    return;
  }
  Millis wait = std::max(2 * rto_.srtt(), kMinProbeTimeout);
  if (board_.count() == 1) wait += kWorstDelayedAck;
  const Instant at = now.mono + wait;
  if (at < retransmit_at_) probe_at_ = at;
}

bool Sender::HandleTimeout(const Now& now) {
  if (sack_ && board_.ReorderDeadline() <= now.mono) {
    const uint64_t flight = board_.in_flight();
    const uint64_t lost = board_.DetectLoss(now, rto_.srtt(), phase_ != Phase::kOpen);
    if (lost != 0 && phase_ == Phase::kOpen) {
      EnterRecovery(now, flight);
    } else if (lost != 0 && phase_ == Phase::kRecovery) {
      UpdateQuota({}, false, lost);
      prr_quota_ = std::max<uint64_t>(prr_quota_, mss_);
    }
  }
  if (probe_at_ <= now.mono) {
    probe_at_ = Instant::Never();
    probe_due_ = true;
  }
  if (persist_at_ <= now.mono) {
    if (now.mono - persist_alive_ >= give_up_) return false;
    persist_due_ = true;
    override_silly_ = true;  // RFC 9293 §3.8.6.2.1: a small window is used in the end
    persist_backoff_ = std::min(persist_backoff_ + 1, 10);
    persist_at_ = now.mono + std::min(RtoEstimator::kMax, rto_.Timeout() << persist_backoff_);
  }
  if (retransmit_at_ <= now.mono) {
    if (now.mono - progress_at_ >= give_up_) return false;
    OnRetransmissionTimeout(now);
  }
  return true;
}

void Sender::OnRetransmissionTimeout(const Now& now) {
  const uint64_t flight = board_.in_flight();
  board_.DropRenegedSacks();
  if (phase_ != Phase::kTimeout || una_ > recover_) {
    congestion_->OnTimeout(now, flight);
    StartUndoEpisode();
  }
  phase_ = Phase::kTimeout;
  recover_ = nxt_;
  board_.MarkAllLost();
  resend_at_ = 0;
  duplicates_ = 0;
  probe_due_ = probe_sent_ = false;
  probe_at_ = Instant::Never();
  rto_.BackOff();  // RFC 6298 §5.5
  retransmit_at_ = now.mono + rto_.Timeout();
}

Deadline Sender::NextTimeout() const {
  Deadline deadline{retransmit_at_, "tcp retransmission"};
  if (!board_.empty()) {
    deadline = Earliest(deadline, {board_.ReorderDeadline(), "tcp reordering"});
  }
  deadline = Earliest(deadline, {probe_at_, "tcp tail-loss probe"});
  return Earliest(deadline, {persist_at_, "tcp window probe"});
}

}  // namespace zt::netstack
