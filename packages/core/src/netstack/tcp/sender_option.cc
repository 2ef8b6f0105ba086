// Options and statistics of the sending half.
#include <algorithm>

#include "netstack/tcp/sender.h"

namespace zt::netstack {

uint64_t Sender::buffer() const {
  if (fixed_buffer_ != 0) return fixed_buffer_;
  // Twice the congestion window keeps the pipe full while the application is woken.
  return std::clamp<uint64_t>(2 * congestion_->window(), kMinBuffer, kMaxBuffer);
}

// What waits already is not to wait longer than that.
void Sender::SetUserTimeout(const Now& now, Millis patience) {
  user_timeout_ = patience;
  if (patience <= 0) return;
  const auto shorten = [&](Instant& timer, Instant end) {
    if (timer != Instant::Never()) timer = std::min(timer, std::max(now.mono, end));
  };
  shorten(persist_at_, persist_since_ + patience);
  shorten(retransmit_at_, Patience());
}

void Sender::SetCongestion(Congestion kind) {
  if (kind == congestion_->kind()) return;
  std::unique_ptr<CongestionControl> next = MakeCongestionControl(kind);
  next->Adopt(*congestion_);
  congestion_ = std::move(next);
}

void Sender::FillInfo(const Now& now, TcpInfo& out) const {
  out.congestion = congestion_->kind();
  out.in_recovery = phase_ != Phase::kOpen;
  out.in_slow_start = congestion_->InSlowStart();
  out.rtt_us = static_cast<uint64_t>(rto_.srtt_us());
  out.rtt_variance_us = static_cast<uint64_t>(rto_.variance_us());
  out.min_rtt_us = static_cast<uint64_t>(board_.min_rtt() * 1000);
  out.rto_us = static_cast<uint64_t>(rto_.Timeout() * 1000);
  out.send_mss = mss_;
  out.congestion_window = congestion_->window();
  out.slow_start_threshold = congestion_->threshold();
  out.send_window = window_edge_ > una_ ? window_edge_ - una_ : 0;
  out.bytes_in_flight = Pipe();
  out.bytes_lost = board_.lost();
  out.bytes_not_sent = nxt_ < data_end_ ? data_end_ - nxt_ : 0;
  out.bytes_sent = counters_.bytes_sent;
  out.bytes_retransmitted = counters_.bytes_resent;
  out.segments_retransmitted = counters_.segments_resent;
  out.fast_recoveries = counters_.fast_recoveries;
  out.timeouts = counters_.timeouts;
  out.undone_recoveries = counters_.undone;
  out.tail_loss_probes = counters_.probes;
  out.duplicate_acks_received = counters_.duplicate_acks;
  out.ms_since_sent = last_sent_ == Instant::LongAgo() ? 0 : static_cast<uint64_t>(now.mono - last_sent_);
}

}  // namespace zt::netstack
