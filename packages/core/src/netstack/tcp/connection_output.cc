// A connection's turn to send.
#include <algorithm>

#include "netstack/tcp/connection.h"

namespace zt::netstack {

Connection::Turn Connection::Flush(const Now& now) {
  if (state_ == TcpState::kClosed) return Turn::kDone;
  if (state_ == TcpState::kSynSent || state_ == TcpState::kSynReceived) {
    if (!syn_due_ && !ack_now_) return Turn::kDone;
    if (!context_.HasRoom()) return Turn::kNoRoom;
    if (syn_due_) {
      SendSyn(now);
    } else {
      SendAck(now, initial_seq_ + 1);
    }
    ack_now_ = false;
    return Turn::kDone;
  }
  UpdateSegmentSize(now);
  for (int sent = 0; auto chunk = sender_.Next(now, settings_.no_delay); ++sent) {
    if (!context_.HasRoom()) return Turn::kNoRoom;
    if (sent == kSegmentsPerTurn) return Turn::kMore;
    SendChunk(now, *chunk);
  }
  if (IsSynchronized(state_) && state_ != TcpState::kTimeWait) sender_.Settle(now);
  if (sender_.TakePersistProbe()) probe_due_ = true;
  if (probe_due_) {
    if (!context_.HasRoom()) return Turn::kNoRoom;
    probe_due_ = false;
    SendAck(now, sender_.una() - 1);  // RFC 1122 §4.2.3.6: old enough to make the peer answer
  }
  if (ack_now_) {
    if (!context_.HasRoom()) return Turn::kNoRoom;
    ack_now_ = false;
    SendAck(now, sender_.nxt());
  }
  return Turn::kDone;
}

TcpSegment Connection::Header(const Now& now, uint8_t flags, Seq seq) {
  TcpSegment segment;
  segment.seq = WireSeq(seq);
  segment.flags = flags | kTcpAck;
  const uint8_t scale = scaling_ ? Receiver::kWindowScale : 0;
  segment.window = static_cast<uint16_t>(receiver_.Offer(scale, receive_mss_) >> scale);
  if (receiver_.short_of_memory()) context_.AwaitMemory(*this);
  zero_windows_ += segment.window == 0;
  acked_ = receiver_.next();
  segment.ack = WireSeq(acked_);
  if (timestamps_) {
    segment.options.has_timestamps = true;
    segment.options.timestamp = TimestampNow(now);
    segment.options.timestamp_echo = timestamp_recent_;
  }
  return segment;
}

void Connection::AckSent() {
  unacked_bytes_ = 0;
  delayed_ack_at_ = Instant::Never();
}

void Connection::SendChunk(const Now& now, const Sender::Chunk& chunk) {
  uint8_t flags = chunk.fin ? kTcpFin : 0;
  if (chunk.push) flags |= kTcpPsh;
  TcpSegment segment = Header(now, flags, chunk.seq);
  // Gaps are reported by an acknowledgment of its own: blocks would make this segment too large.
  if (!receiver_.has_gap()) ack_now_ = false;
  if (delayed_ack_at_ != Instant::Never()) answers_at_once_ = true;
  AckSent();
  ++segments_sent_;
  context_.Emit(now, *this, segment, sender_.Data(chunk));
  sender_.Sent(now, chunk);
}

void Connection::SendAck(const Now& now, Seq seq) {
  TcpSegment segment = Header(now, 0, seq);
  if (sack_) receiver_.FillSack(segment.options);
  AckSent();
  ++segments_sent_;
  context_.Emit(now, *this, segment, {});
}

void Connection::QueueAck(const Now& now) {
  TcpSegment segment = Header(now, 0, sender_.nxt());
  if (sack_) receiver_.FillSack(segment.options);
  AckSent();
  ack_now_ = false;
  ++segments_sent_;
  context_.EmitLater(now, *this, segment);
}

void Connection::SendReset(const Now& now) {
  TcpSegment segment;
  segment.flags = kTcpRst | kTcpAck;
  segment.seq = WireSeq(state_ == TcpState::kSynReceived ? initial_seq_ + 1 : sender_.nxt());
  segment.ack = WireSeq(receiver_.next());
  context_.EmitLater(now, *this, segment);
}

void Connection::UpdateSegmentSize(const Now& now) {
  if (!IsSynchronized(state_) || state_ == TcpState::kTimeWait) return;
  if (const auto packet = sender_.TakePathMtu()) context_.SetPathMtu(now, *this, *packet);
  const PathSize path = context_.PacketSize(now, *this);
  const size_t options = timestamps_ ? TcpOptions::kTimestampsSize : 0;
  const auto data = [&](size_t packet) {
    return static_cast<uint32_t>(std::max<size_t>(SegmentBound(packet), kMinMss) - options);
  };
  sender_.SetPath(now, {data(path.ceiling), data(path.proven), static_cast<uint32_t>(IpAndTcpHeader() + options),
                        name_.local.ip.IsV4()});
}

}  // namespace zt::netstack
