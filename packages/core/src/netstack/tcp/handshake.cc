// Opening a connection: SYN exchange in both directions, options, time-outs (RFC 9293 §3.5, RFC 7323, RFC 2018).
#include <algorithm>

#include "netstack/tcp/connection.h"

namespace zt::netstack {

void Connection::Connect(const Now& now, Millis timeout) {
  Step(TcpEvent::kConnect);
  has_handle_ = true;
  connect_until_ = now.mono + (timeout == 0 ? kConnectTimeout : timeout);
  syn_due_ = true;
  context_.Wake(*this);
}

void Connection::AcceptSyn(const Now& now, const TcpSegment& syn) {
  passive_ = true;
  ++segments_received_;
  Step(TcpEvent::kListen);
  Step(TcpEvent::kSyn);
  TakeSynOptions(now, syn);
  syn_due_ = true;
  context_.Wake(*this);
}

// The handshake was done without us (tcp_cookie.cc): `syn` is what the peer's must have been.
void Connection::AcceptCookie(const Now& now, const TcpSegment& syn, const TcpSegment& segment) {
  passive_ = true;
  Step(TcpEvent::kListen);
  Step(TcpEvent::kSyn);
  TakeSynOptions(now, syn);
  receiver_.Offer(0, OwnMss());  // the window the cookie announced
  acked_ = receiver_.next();
  syn_tries_ = 1;  // nobody measured the round trip
  HandleSegment(now, segment);
}

// What both sides offered holds; what one did not mention does not (RFC 7323 §1.3, RFC 2018 §2).
void Connection::TakeSynOptions(const Now& now, const TcpSegment& syn) {
  peer_initial_ = FirstSeq(syn.seq);
  receiver_.Start(peer_initial_ + 1);
  const uint16_t unsaid = name_.local.ip.IsV4() ? 536 : 1220;  // RFC 9293 §3.7.1
  peer_mss_ = static_cast<uint16_t>(std::max<uint32_t>(syn.options.mss.value_or(unsaid), kMinMss));
  scaling_ = scaling_ && syn.options.window_scale.has_value();
  peer_scale_ = scaling_ ? *syn.options.window_scale : 0;
  sack_ = sack_ && syn.options.sack_permitted;
  timestamps_ = timestamps_ && syn.options.has_timestamps;
  timestamp_recent_ = syn.options.timestamp;
  timestamp_recent_at_ = now.mono;
  heard_at_ = now.mono;
}

uint32_t Connection::OwnMss() {
  // RFC 6691 §2: from the link, without options.
  const size_t mtu = context_.LinkMtu(*this);
  return settings_.OfferedMss(mtu - IpAndTcpHeader());
}

// The largest segment, options included, for packets of this size.
size_t Connection::SegmentBound(size_t packet) const {
  const size_t most = settings_.max_segment != 0 ? std::min(settings_.max_segment, peer_mss_) : peer_mss_;
  return std::min(most, packet - IpAndTcpHeader());
}

void Connection::SendSyn(const Now& now) {
  const bool answer = state_ == TcpState::kSynReceived;
  TcpSegment syn;
  syn.seq = WireSeq(initial_seq_);
  syn.flags = kTcpSyn;
  if (answer) {
    syn.flags |= kTcpAck;
    acked_ = receiver_.next();
    syn.ack = WireSeq(acked_);
    syn.window = static_cast<uint16_t>(receiver_.Offer(0, OwnMss()));  // never scaled (RFC 7323 §2.2)
  } else {
    syn.window = 0xffff;
  }
  syn.options.mss = static_cast<uint16_t>(OwnMss());
  if (scaling_) syn.options.window_scale = Receiver::kWindowScale;
  syn.options.sack_permitted = sack_;
  if (timestamps_) {
    syn.options.has_timestamps = true;
    syn.options.timestamp = TimestampNow(now);
    syn.options.timestamp_echo = answer ? timestamp_recent_ : 0;
  }
  syn_due_ = false;
  if (syn_tries_ == 0) syn_sent_at_ = now.mono;
  syn_at_ = now.mono + (RtoEstimator::kInitial << std::min(syn_tries_, 6));
  ++segments_sent_;
  context_.Emit(now, *this, syn, {});
}

void Connection::RetrySyn(const Now&) {
  ++syn_tries_;
  if (passive_ && syn_tries_ > kMaxSynAckRetries) return Finish(Status::kTimedOut);
  syn_at_ = Instant::Never();
  syn_due_ = true;
}

// RFC 9293 §3.10.7.3.
void Connection::HandleSynSent(const Now& now, const TcpSegment& segment) {
  const bool acknowledges = segment.Has(kTcpAck);
  if (acknowledges && segment.ack != WireSeq(initial_seq_ + 1)) {
    if (segment.Has(kTcpRst)) return;
    TcpSegment reset;
    reset.flags = kTcpRst;
    reset.seq = segment.ack;
    context_.EmitLater(now, *this, reset);
    return;
  }
  if (segment.Has(kTcpRst)) {
    if (acknowledges) Finish(Status::kConnectionRefused);
    return;
  }
  if (!segment.Has(kTcpSyn)) return;
  TakeSynOptions(now, segment);
  if (!acknowledges) {  // simultaneous open
    Step(TcpEvent::kSyn);
    syn_due_ = true;
    context_.Wake(*this);
    return;
  }
  receiver_.Offer(0, OwnMss());  // the window our SYN announced
  Establish(now, segment, peer_initial_);
  ack_now_ = true;
  if (!segment.payload.empty() || segment.Has(kTcpFin)) HandleData(now, segment, peer_initial_ + 1);
}

void Connection::HandleSynReceived(const Now& now, const TcpSegment& segment, Seq seq) {
  if (segment.ack != WireSeq(initial_seq_ + 1)) {
    TcpSegment reset;
    reset.flags = kTcpRst;
    reset.seq = segment.ack;
    context_.EmitLater(now, *this, reset);
    return;
  }
  NoteTimestamp(now, segment, seq);
  if (!Establish(now, segment, seq)) return;
  HandleData(now, segment, seq);
}

// False: the listener's queue is full; the peer will repeat itself, or we our SYN+ACK.
bool Connection::Establish(const Now& now, const TcpSegment& segment, Seq seq) {
  if (!context_.OnEstablished(*this)) return false;
  Step(TcpEvent::kAckOfSyn);
  if (sender_.fin_queued()) Step(TcpEvent::kShutdown);
  connect_until_ = syn_at_ = Instant::Never();
  syn_due_ = false;
  if (syn_tries_ == 0) sender_.rto().Sample(now.mono - syn_sent_at_);  // RFC 6298 §3
  const uint32_t window = segment.Has(kTcpSyn) ? segment.window : ScaledWindow(segment);
  const size_t packet = context_.PacketSize(now, *this).proven;
  const size_t mss = SegmentBound(packet);
  sender_.Establish(now,
                    static_cast<uint32_t>(std::max<size_t>(mss, kMinMss)) -
                        (timestamps_ ? static_cast<uint32_t>(TcpOptions::kTimestampsSize) : 0),
                    sack_, window, seq);
  heard_at_ = now.mono;
  RestartKeepAlive();
  context_.OnProgress(now, *this);
  context_.Wake(*this);
  return true;
}

}  // namespace zt::netstack
