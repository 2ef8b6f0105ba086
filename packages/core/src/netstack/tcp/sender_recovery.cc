// Loss recovery: RFC 6675 in the form of RFC 8985, rate reduction (RFC 6937), and the undo of what was wrong (RFC 3522
// and RFC 4015 with timestamps, RFC 5682 without, RFC 3708 by D-SACK).
#include <algorithm>

#include "netstack/tcp/sender.h"

namespace zt::netstack {

void Sender::EnterRecovery(const Now& now, uint64_t flight) {
  ++counters_.fast_recoveries;
  phase_ = Phase::kRecovery;
  recover_ = nxt_;
  // Several acknowledgments may come before there is a turn to send: the window was full all the same.
  congestion_->OnLoss(now, window_limited_ ? std::max(flight, congestion_->window()) : flight);
  prr_flight_ = std::max<uint64_t>(nxt_ - una_, mss_);
  prr_delivered_ = prr_out_ = 0;
  prr_quota_ = mss_;
  probe_sent_ = false;
  StartUndoEpisode();
}

void Sender::LeaveRecovery() {
  if (phase_ == Phase::kRecovery) congestion_->LeaveRecovery();
  phase_ = Phase::kOpen;
  frto_ = Frto::kOff;
  duplicates_ = 0;
  board_.OnRecoveryEnd();
}

void Sender::StartUndoEpisode() {
  undo_from_ = una_;
  undo_retransmissions_ = 0;
  may_undo_ = true;
}

// RFC 6937 §3.1 with RFC 9937's rule for the bound: slow start's (SSRB) when the acknowledgment shows progress without
// new loss, else the conservative one (CRB).
void Sender::UpdateQuota(const Delivery& delivery, bool progress, uint64_t lost) {
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

// RFC 3522 §3.2 step 5: the echo is older than the first retransmission, so an original caused it.
bool Sender::OriginalArrived(const Ack& ack, const Delivery& delivery) const {
  return delivery.first_was_resent && ack.echo && *ack.echo < resent_since_ && resent_since_ != Instant::Never();
}

// RFC 5682 §3.1, the form for SACK. With timestamps OriginalArrived knows better and sooner.
void Sender::CheckFrto(const Now& now, const Ack& ack, const Delivery& delivery, bool progress) {
  if (frto_ == Frto::kOff || (!progress && delivery.bytes == 0 && !ack.bare)) return;
  if (frto_ == Frto::kFirstAck) {
    const bool part = progress && una_ < recover_;
    frto_ = part ? Frto::kSecondAck : Frto::kOff;  // step 2
    frto_sent_ = 0;
  } else if (delivery.first_original_end <= recover_) {
    Undo(now, delivery.rtt);  // step 3b: data that was sent once only arrives
  } else {
    frto_ = Frto::kOff;  // step 3a
  }
}

void Sender::Undo(const Now& now, std::optional<Millis> rtt) {
  ++counters_.undone;
  may_undo_ = false;
  congestion_->Undo();
  if (phase_ == Phase::kOpen) return;
  board_.UnmarkLost();
  if (phase_ == Phase::kRecovery) board_.OnReordering();
  if (phase_ == Phase::kTimeout) {
    if (rtt) rto_.OnSpuriousTimeout(*rtt);
    board_.RestartRack();
    ArmRetransmission(now);
  }
  phase_ = Phase::kOpen;
  frto_ = Frto::kOff;
  resend_at_ = 0;
  resend_first_ = false;
  duplicates_ = 0;
}

void Sender::OnReorderTimeout(const Now& now) {
  const uint64_t flight = nxt_ - una_;
  const uint64_t lost = board_.DetectLoss(now, rto_.srtt(), phase_ != Phase::kOpen);
  if (lost == 0 || !IsCongestion(lost)) return;
  if (phase_ == Phase::kOpen) {
    EnterRecovery(now, flight);
  } else if (phase_ == Phase::kRecovery) {
    UpdateQuota({}, false, lost);
    prr_quota_ = std::max<uint64_t>(prr_quota_, mss_);
  }
}

void Sender::OnRetransmissionTimeout(const Now& now) {
  ++counters_.timeouts;
  const uint64_t flight = nxt_ - una_;
  const bool reneged = board_.DropRenegedSacks();
  // One reduction per window of data (RFC 5681 §4.3); a timer that fires again says nothing new about the rate.
  const bool again = phase_ != Phase::kOpen;
  congestion_->OnTimeout(now, flight, again);
  if (!again) StartUndoEpisode();
  frto_ = !again && sack_ && !timestamps_ && !reneged ? Frto::kFirstAck : Frto::kOff;
  phase_ = Phase::kTimeout;
  recover_ = nxt_;
  if (sack_ && !reneged) {
    board_.MarkLostOnTimeout(now, rto_.srtt());
  } else {
    board_.MarkAllLost();
  }
  resend_at_ = 0;
  resend_first_ = true;
  SuspectSize(now);
  duplicates_ = 0;
  probe_due_ = companion_due_ = probe_sent_ = false;
  probe_at_ = Instant::Never();
  rto_.BackOff();  // RFC 6298 §5.5
  ArmRetransmission(now);
}

}  // namespace zt::netstack
