// The sender's timers: retransmission (RFC 6298), tail-loss probe (RFC 8985 §7), reordering (§6.2), window probe.
#include <algorithm>

#include "netstack/tcp/sender.h"

namespace zt::netstack {

void Sender::Rearm(const Now& now, bool progress) {
  if (board_.empty()) {
    retransmit_at_ = probe_at_ = Instant::Never();
    ArmPersist(now);
    return;
  }
  persist_at_ = Instant::Never();
  persist_backoff_ = 0;
  if (progress || retransmit_at_ == Instant::Never()) ArmRetransmission(now);  // RFC 6298 §5.3
  ArmProbe(now);
}

// No later than the application's patience ends.
void Sender::ArmRetransmission(const Now& now) {
  retransmit_at_ = std::min(now.mono + rto_.Timeout(), std::max(now.mono, Patience()));
}

// Nothing in flight and something waiting behind a window too small to use: ask later (RFC 9293 §3.8.6.1).
void Sender::ArmPersist(const Now& now) {
  const bool waiting = established_ && board_.empty() && nxt_ < data_end_;
  if (!waiting) {
    persist_at_ = Instant::Never();
    persist_backoff_ = 0;
  } else if (persist_at_ == Instant::Never()) {
    persist_at_ = now.mono + rto_.Timeout();
    persist_since_ = persist_alive_ = now.mono;
    if (user_timeout_ > 0) persist_at_ = std::min(persist_at_, persist_since_ + user_timeout_);
  }
}

// RFC 8985 §7.2.
void Sender::ArmProbe(const Now& now) {
  probe_at_ = Instant::Never();
  if (sack_ && phase_ == Phase::kRecovery && !nudged_ && rto_.has_sample()) {
    const Instant at = now.mono + std::max<Millis>((2 * rto_.srtt_us() + 999) / 1000, kMinProbeTimeout);
    if (at < retransmit_at_) probe_at_ = at;
    return;
  }
  if (!sack_ || phase_ != Phase::kOpen || probe_sent_ || probe_due_ || board_.empty() || board_.lost() != 0 ||
      board_.has_sacked()) {
    return;
  }
  Millis wait = kFirstProbeTimeout;
  if (rto_.has_sample()) {
    wait = std::max<Millis>((2 * rto_.srtt_us() + 999) / 1000, kMinProbeTimeout);
    if (board_.count() == 1) wait += kWorstDelayedAck;
  }
  probe_at_ = std::min(now.mono + wait, retransmit_at_);
}

// Recovery went silent although much is in flight: receivers that compress SACKs tell of a whole window in one
// acknowledgment, and that was lost. RFC 8985 has no probe here; two segments after two round trips without news are
// below any rate the window allows, and spare the timeout that would follow. Two, so that the answer is not delayed.
void Sender::NudgeRecovery() {
  nudged_ = true;
  prr_quota_ = std::max<uint64_t>(prr_quota_, 2 * uint64_t{mss_});
  if (board_.lost() == 0 && !NextNew(true, true)) board_.MarkFirstLost();
}

// False: the peer keeps its window closed for longer than the application waits, or is gone.
bool Sender::HandlePersistTimeout(const Now& now) {
  // RFC 5482 §3: with a user timeout the answers of a peer that stays closed do not count.
  const Instant since = user_timeout_ > 0 ? persist_since_ : persist_alive_;
  if (now.mono - since >= GiveUp()) return false;
  persist_due_ = true;
  override_silly_ = true;  // RFC 9293 §3.8.6.2.1: a small window is used in the end
  persist_backoff_ = std::min(persist_backoff_ + 1, 10);
  persist_at_ = now.mono + std::min(RtoEstimator::kMax, rto_.Timeout() << persist_backoff_);
  if (user_timeout_ > 0) persist_at_ = std::min(persist_at_, persist_since_ + user_timeout_);
  return true;
}

bool Sender::HandleTimeout(const Now& now) {
  if (sack_ && board_.ReorderDeadline() <= now.mono) OnReorderTimeout(now);
  if (probe_at_ <= now.mono) {
    probe_at_ = Instant::Never();
    if (phase_ == Phase::kRecovery) {
      NudgeRecovery();
      return true;
    }
    probe_due_ = true;
    if (now.mono < Patience()) ArmRetransmission(now);  // RFC 8985 §7.3: the probe goes first
  }
  if (persist_at_ <= now.mono && !HandlePersistTimeout(now)) return false;
  if (retransmit_at_ <= now.mono) {
    if (now.mono >= Patience()) return false;
    OnRetransmissionTimeout(now);
  }
  return true;
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
