// A segment arrives (RFC 9293 §3.10.7).
#include <algorithm>

#include "netstack/tcp/connection.h"

namespace zt::netstack {

void Connection::HandleSegment(const Now& now, const TcpSegment& segment) {
  if (state_ == TcpState::kClosed) return;
  ++segments_received_;
  if (state_ == TcpState::kSynSent) return HandleSynSent(now, segment);
  const Seq seq = UnwrapSeq(segment.seq, receiver_.next());
  if (!segment.Has(kTcpRst) && !PassesPaws(now, segment)) return;
  if (!IsAcceptable(segment, seq)) return HandleUnacceptable(now, segment, seq);
  heard_at_ = now.mono;
  if (segment.Has(kTcpRst)) return HandleReset(now, seq);
  if (segment.Has(kTcpSyn)) return Challenge(now);  // RFC 5961 §4.2
  if (!segment.Has(kTcpAck)) return;
  if (state_ == TcpState::kSynReceived) return HandleSynReceived(now, segment, seq);
  if (!HandleAck(now, segment, seq)) return;
  HandleData(now, segment, seq);
}

// An old duplicate, a probe, or an acknowledgment of ours that was lost: say where we are.
void Connection::HandleUnacceptable(const Now& now, const TcpSegment& segment, Seq seq) {
  if (segment.Has(kTcpRst)) return;
  context_.Wake(*this);
  if (state_ == TcpState::kSynReceived) {
    if (!segment.Has(kTcpSyn) || seq != peer_initial_) return Challenge(now);
    if (segment.Has(kTcpAck) && segment.ack == WireSeq(initial_seq_ + 1)) {
      ack_now_ = Establish(now, segment, seq);  // the other half of a simultaneous open
    } else {
      syn_due_ = true;  // our SYN+ACK was lost
    }
    return;
  }
  if (segment.Has(kTcpSyn)) return Challenge(now);  // RFC 5961 §4.2: wherever it is
  if (segment.SequenceLength() == 0) {
    if (now.mono - stray_answered_at_ < kStrayInterval) return;
    stray_answered_at_ = now.mono;
  }
  // The duplicate is noted for the report.
  if (!segment.payload.empty() && seq < receiver_.next()) receiver_.Accept(seq, segment.payload, false);
  ack_now_ = true;
  if (state_ == TcpState::kTimeWait && segment.Has(kTcpFin)) end_at_ = now.mono + kTimeWait;
}

// RFC 9293 §3.10.7.4 table 6. At a closed window the acknowledgment of a segment in place still counts.
bool Connection::IsAcceptable(const TcpSegment& segment, Seq seq) const {
  const Seq next = receiver_.next();
  const Seq edge = next + receiver_.window();
  const uint32_t length = segment.SequenceLength();
  if (seq == next) return true;
  if (length == 0) return seq > next && seq < edge;
  return seq < edge && seq + length > next;
}

// RFC 7323 §5.3 R1.
bool Connection::PassesPaws(const Now& now, const TcpSegment& segment) {
  if (!timestamps_) return true;
  if (!segment.options.has_timestamps) return segment.Has(kTcpSyn);
  const int32_t age = static_cast<int32_t>(segment.options.timestamp - timestamp_recent_);
  if (age >= 0 || now.mono - timestamp_recent_at_ >= kPawsIdle) return true;
  Challenge(now);
  return false;
}

// RFC 7323 §4.3 (2), §5.3 R3: only of a segment in the window and with a credible acknowledgment (RFC 5961 §5.2), or
// anybody could move the clock forward and so shut the peer out.
void Connection::NoteTimestamp(const Now& now, const TcpSegment& segment, Seq seq) {
  if (!timestamps_ || !segment.options.has_timestamps || segment.Has(kTcpRst) || seq > acked_) return;
  timestamp_recent_ = segment.options.timestamp;
  timestamp_recent_at_ = now.mono;
}

// RFC 5961 §3.2: exactly in place it is believed, elsewhere in the window it is questioned.
void Connection::HandleReset(const Now& now, Seq seq) {
  if (state_ == TcpState::kTimeWait) return;  // RFC 1337
  if (seq != receiver_.next()) return Challenge(now);
  const bool handshake = state_ == TcpState::kSynReceived;
  Finish(handshake ? Status::kConnectionRefused : Status::kConnectionReset);
}

void Connection::Challenge(const Now& now) {
  if (now.mono - challenges_since_ >= 1000) {
    challenges_since_ = now.mono;
    challenges_ = 0;
  }
  if (++challenges_ > kChallengesPerSecond) return;
  ack_now_ = true;
  context_.Wake(*this);
}

std::optional<Instant> Connection::EchoTime(const Now& now, const TcpSegment& segment) const {
  if (!timestamps_ || !segment.options.has_timestamps) return std::nullopt;
  const int32_t age = static_cast<int32_t>(TimestampNow(now) - segment.options.timestamp_echo);
  if (age < 0) return std::nullopt;
  return now.mono - age;
}

uint32_t Connection::ScaledWindow(const TcpSegment& segment) const {
  return uint32_t{segment.window} << peer_scale_;
}

// False: the segment is not to be read further.
bool Connection::HandleAck(const Now& now, const TcpSegment& segment, Seq seq) {
  const Seq ack = UnwrapSeq(segment.ack, sender_.una());
  if (ack > sender_.nxt() || ack + sender_.largest_window() < sender_.una()) {  // RFC 5961 §5.2
    Challenge(now);
    return false;
  }
  NoteTimestamp(now, segment, seq);
  sender_.PeerIsAlive(now);
  keep_alive_probes_ = 0;
  if (ack < sender_.una()) return true;
  const bool bare = segment.payload.empty() && !segment.Has(kTcpFin);
  const bool progress = sender_.HandleAck(
      now, {ack, seq, ScaledWindow(segment), bare, EchoTime(now, segment), &segment.options});
  context_.Wake(*this);
  if (!progress) return true;
  context_.OnProgress(now, *this);
  AnnounceWritable();
  if (!has_handle_ && end_at_ != Instant::Never() && settings_.linger < 0) end_at_ = now.mono + kOrphanLife;
  if (!sender_.fin_acked()) return true;
  switch (state_) {
    case TcpState::kFinWait1:
    case TcpState::kClosing:
    case TcpState::kLastAck: Step(TcpEvent::kAckOfFin); break;
    default: return true;
  }
  if (state_ == TcpState::kTimeWait) EnterTimeWait(now);
  if (state_ == TcpState::kClosed) Finish(Status::kOk);
  return state_ != TcpState::kClosed;
}

void Connection::HandleData(const Now& now, const TcpSegment& segment, Seq seq) {
  const bool fin = segment.Has(kTcpFin);
  if (segment.payload.empty() && !fin) return;
  const bool open = state_ == TcpState::kEstablished || state_ == TcpState::kFinWait1 ||
                    state_ == TcpState::kFinWait2;
  if (!open) {
    ack_now_ = true;
    return;
  }
  // RFC 1122 §4.2.2.13: nobody will ever read this.
  if (!has_handle_ && seq + segment.payload.size() > receiver_.next() && !segment.payload.empty()) {
    return Abort(now, Status::kConnectionReset);
  }
  if (const auto sent = EchoTime(now, segment)) receiver_.SampleRoundTrip(now.mono - *sent);
  const Receiver::Outcome outcome = receiver_.Accept(seq, segment.payload, fin);
  if (outcome.dropped) context_.CountDrop(DropReason::kReceiveBufferFull);
  out_of_order_received_ += outcome.out_of_order && !outcome.advanced;
  ScheduleAck(now, outcome, segment);
  data_at_ = now.mono;
  if (outcome.advanced) AnnounceReadable();
  if (outcome.fin) HandleFin(now);
}

// The size of the peer's full segments, as they come: it may fall with the path MTU. A segment that is not the last of
// a write is full.
void Connection::MeasureSegments(const TcpSegment& segment) {
  const uint32_t size = static_cast<uint32_t>(std::min<size_t>(segment.payload.size(), 65535));
  const bool full = size >= kMinMss && !segment.Has(kTcpPsh) && !segment.Has(kTcpFin);
  if (size > receive_mss_ || full) receive_mss_ = size;
}

// RFC 9293 §3.8.6.3, RFC 5681 §4.2.
void Connection::ScheduleAck(const Now& now, const Receiver::Outcome& outcome, const TcpSegment& segment) {
  MeasureSegments(segment);
  unacked_bytes_ += segment.payload.size();
  // RFC 5681 §4.2: each of these its own acknowledgment. The peer counts them, and one for all of a batch may be lost.
  if (outcome.out_of_order || outcome.duplicate || outcome.dropped) {
    quick_acks_ = kQuickAcks;  // the sender's window grows again, by acknowledgments
    return QueueAck(now);
  }
  if (!outcome.advanced) return;
  if (unacked_bytes_ > kSegmentsPerAck * receive_mss_ && !outcome.fin) return QueueAck(now);
  // After a pause the sender starts slowly (RFC 5681 §4.1).
  if (!answers_at_once_ && now.mono - data_at_ > sender_.rto().Timeout()) quick_acks_ = kQuickAcks;
  if (outcome.fin || unacked_bytes_ >= 2 * size_t{receive_mss_} || quick_acks_ > 0) {
    quick_acks_ = std::max(0, quick_acks_ - 1);
    ack_now_ = true;
  } else if (delayed_ack_at_ == Instant::Never()) {
    delayed_ack_at_ = now.mono + kDelayedAck;
  }
}

void Connection::HandleFin(const Now& now) {
  Step(TcpEvent::kFin);  // with our FIN acknowledged before, FIN_WAIT_1 is left already
  if (state_ == TcpState::kTimeWait) EnterTimeWait(now);
}

bool Connection::MayBeReusedBy(const TcpSegment& syn) const {
  if (state_ != TcpState::kTimeWait || !syn.Has(kTcpSyn) || syn.Has(kTcpAck) || syn.Has(kTcpRst)) {
    return false;
  }
  if (timestamps_ && syn.options.has_timestamps) {
    const int32_t newer = static_cast<int32_t>(syn.options.timestamp - timestamp_recent_);
    if (newer != 0) return newer > 0;
  }
  return UnwrapSeq(syn.seq, receiver_.next()) > receiver_.next();
}

}  // namespace zt::netstack
