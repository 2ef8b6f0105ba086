#include "node/tcp_relay.h"

#include <algorithm>
#include <string>

#include "base/check.h"

namespace zt::node {

void TcpRelay::Start(const Now& now) { started_ = now.mono; }

void TcpRelay::WokeUp(const Now& now) {
  if (unanswered_since_ != Instant::Never()) unanswered_since_ = now.mono;
  if (state_ == State::kConnecting) connect_until_ = now.mono + kConnectTimeout;
  if (state_ == State::kOpen) return;
  started_ = now.mono;
  last_send_ = Instant::LongAgo();
}

void TcpRelay::Moved(const Now& now) {
  if (state_ != State::kOpen) return;
  moved_ = true;
  if (unanswered_since_ != Instant::Never()) unanswered_since_ = now.mono;
}

Millis TcpRelay::Patience() const {
  if (moved_) return kSilentAfterMove;
  return proven_ ? kSilent : kSilentFromStart;
}

Instant TcpRelay::SilentAt() const {
  if (unanswered_since_ == Instant::Never()) return unanswered_since_;
  return unanswered_since_ + Patience();
}

bool TcpRelay::Engaged(Instant now) const {
  if (settings_.mode != TcpRelayMode::kAutomatic) return forced();
  return now - direct_ > settings_.engage_after && now - started_ > settings_.engage_after;
}

bool TcpRelay::Relayable(const Transmit& datagram) const {
  const IpAddress& ip = datagram.to.ip;
  if (!ip.IsV4() || datagram.to.port == 0 || datagram.bytes.size() < kMinDatagram) return false;
  return ip.Scope() == IpScope::kGlobal || settings_.any_scope;
}

void TcpRelay::Send(const Now& now, std::span<const Transmit> batch) {
  if (!Engaged(now.mono)) return;
  for (const Transmit& datagram : batch) {
    if (!Relayable(datagram)) {
      if (forced()) drops_.Count(DropReason::kNoRoute);
      continue;
    }
    if (!Carries()) WantConnection(now.mono);
    if (Carries()) {
      Enqueue(now, datagram);
    } else if (forced()) {
      drops_.Count(DropReason::kNoRoute);
    }
  }
}

void TcpRelay::Enqueue(const Now& now, const Transmit& datagram) {
  if (Output().size() > kMaxQueued || !wire::AppendRelayDatagram(out_, datagram.to, datagram.bytes)) {
    drops_.Count(DropReason::kTransmitFull);
    return;
  }
  unanswered_since_ = std::min(unanswered_since_, now.mono);
}

// One send alone proves nothing: UDP gets a moment to answer it (vl1.md §10.3). The moment is counted from the first of
// the unanswered sends, so that a node that sends all the time connects too.
void TcpRelay::WantConnection(Instant now) {
  if (state_ == State::kConnecting) return;
  if (now - last_send_ >= kWindowMax) window_start_ = now;
  last_send_ = now;
  if (!forced() && now - window_start_ <= kWindowMin) return;
  if (state_ == State::kOpen) {  // what was direct is gone before the farewell is over
    close_at_ = Instant::Never();
    return;
  }
  if (now < retry_at_) return;
  state_ = State::kConnecting;
  connect_until_ = now + kConnectTimeout;
}

void TcpRelay::HeardDirectly(const Now& now, Instant at) {
  if (at <= direct_ || settings_.mode != TcpRelayMode::kAutomatic) return;
  direct_ = at;
  last_send_ = Instant::LongAgo();  // what was sent is answered
  unanswered_since_ = Instant::Never();
  if (state_ == State::kConnecting) return Close();
  if (state_ == State::kOpen && close_at_ == Instant::Never()) close_at_ = now.mono + kFarewell;
}

void TcpRelay::HandleTimeout(const Now& now) {
  if (now.mono >= connect_until_) return Fail(now, "no connection within 10 s");
  if (now.mono >= SilentAt()) {
    return Fail(now, "nothing came back within " + std::to_string(Patience() / 1000) + " s");
  }
  if (now.mono < close_at_) return;
  close_at_ = Instant::Never();
  if (now.mono - direct_ < kDirectAgain) Close();
}

Deadline TcpRelay::NextTimeout() const {
  return {std::min({connect_until_, close_at_, SilentAt()}), "TCP relay"};
}

void TcpRelay::Shutdown() {
  if (state_ == State::kOpen) events_.Tunnel(Event::kTunnelDown, settings_.server);
  state_ = State::kIdle;
  connect_until_ = close_at_ = unanswered_since_ = Instant::Never();
}

void TcpRelay::HandleOpen(const Now&) {
  if (state_ == State::kIdle) return;  // given up meanwhile: the host finds nothing wanted and closes it
  Close();                             // a new connection replaces an older one (vl1.md §10.3)
  state_ = State::kOpen;
  proven_ = moved_ = false;
  wire::AppendRelayGreeting(out_);
  events_.Tunnel(Event::kTunnelUp, settings_.server);
}

void TcpRelay::HandleData(ByteSpan bytes) {
  if (state_ == State::kOpen) reader_.Append(bytes);
}

std::optional<InboundDatagram> TcpRelay::NextDatagram(const Now& now) {
  if (state_ != State::kOpen) return std::nullopt;
  const std::optional<InboundDatagram> datagram = reader_.Next();
  if (reader_.malformed()) {
    Fail(now, "what it sends is malformed");
    return std::nullopt;
  }
  if (!datagram.has_value()) return std::nullopt;
  unanswered_since_ = Instant::Never();
  proven_ = true;
  moved_ = false;
  retry_after_ = kRetryMin;
  return datagram;
}

void TcpRelay::HandleClosed(const Now& now) {
  if (state_ == State::kConnecting) Fail(now, "it does not accept the connection");
  if (state_ == State::kOpen) Fail(now, "it closed the connection");
}

void TcpRelay::Consumed(size_t bytes) {
  ZT_CHECK(bytes <= out_.size() - out_head_);
  out_head_ += bytes;
  if (out_head_ == out_.size()) {
    out_.clear();
    out_head_ = 0;
  } else if (out_head_ > kMaxQueued) {
    out_.erase(out_.begin(), out_.begin() + static_cast<ptrdiff_t>(out_head_));
    out_head_ = 0;
  }
}

void TcpRelay::Fail(const Now& now, std::string_view why) {
  events_.Warn(Warning::kTunnelFailed, std::string("TCP relay ") + settings_.server.ToString() + ": " +
                                           std::string(why));
  Close();
  // Not all clients of a relay that was restarted come back in the same moment.
  retry_at_ = now.mono + retry_after_ + static_cast<Millis>(random_.Below(static_cast<uint64_t>(retry_after_ / 4)));
  retry_after_ = std::min(retry_after_ * 2, kRetryMax);
}

void TcpRelay::Close() {
  Shutdown();
  out_.clear();
  out_head_ = 0;
  reader_.Clear();
}

}  // namespace zt::node
