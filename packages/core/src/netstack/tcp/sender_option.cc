// Options and statistics of the sending half.
#include <algorithm>

#include "netstack/tcp/sender.h"

namespace zt::netstack {

uint64_t Sender::buffer() const {
  if (fixed_buffer_ != 0) return fixed_buffer_;
  // Twice the congestion window keeps the pipe full while the application is woken.
  return std::clamp<uint64_t>(2 * congestion_->window(), kMinBuffer, kMaxBuffer);
}

void Sender::SetCongestion(Congestion kind) {
  std::unique_ptr<CongestionControl> next = kind == Congestion::kReno ? MakeNewReno() : MakeCubic();
  next->Adopt(*congestion_);
  congestion_ = std::move(next);
  congestion_kind_ = kind;
}

void Sender::FillInfo(const Now& now, TcpInfo& out) const {
  constexpr Millis kMicros = 1000;
  out.in_recovery = phase_ != Phase::kOpen;
  out.in_slow_start = congestion_->InSlowStart();
  out.rtt_us = static_cast<uint64_t>(rto_.srtt() * kMicros);
  out.min_rtt_us = static_cast<uint64_t>(board_.min_rtt() * kMicros);
  out.rto_us = static_cast<uint64_t>(rto_.Timeout() * kMicros);
  out.send_mss = mss_;
  out.congestion_window = congestion_->window();
  out.slow_start_threshold = congestion_->threshold();
  out.send_window = window_edge_ > una_ ? window_edge_ - una_ : 0;
  out.bytes_in_flight = Pipe();
  out.bytes_lost = board_.lost();
  out.bytes_not_sent = nxt_ < data_end_ ? data_end_ - nxt_ : 0;
  out.ms_since_sent = last_sent_ == Instant::LongAgo() ? 0 : static_cast<uint64_t>(now.mono - last_sent_);
}

}  // namespace zt::netstack
