#include "netstack/tcp/connection.h"

#include <algorithm>

#include "base/check.h"

namespace zt::netstack {

Connection::Connection(ConnectionContext& context, BlockPool& pool, const ConnectionName& name,
                       const TcpSettings& settings, uint32_t initial_seq, uint32_t timestamp_offset)
    : context_(context),
      name_(name),
      settings_(settings),
      initial_seq_(FirstSeq(initial_seq)),
      sender_(pool, FirstSeq(initial_seq) + 1),
      receiver_(pool),
      timestamp_offset_(timestamp_offset) {
  timer.owner = name.id.value;
  sender_.SetBuffer(settings.send_buffer);
  sender_.SetUserTimeout({}, settings.user_timeout);
  if (settings.congestion != sender_.congestion_kind()) sender_.SetCongestion(settings.congestion);
  if (settings.receive_buffer != 0) receiver_.SetBuffer(settings.receive_buffer);
}

void Connection::Step(TcpEvent event) {
  const std::optional<TcpState> next = NextState(state_, event);
  ZT_CHECK(next);
  state_ = *next;
}

int64_t Connection::Write(const Now& now, ByteSpan data) {
  if (state_ == TcpState::kClosed) {
    const Status status = closed_status_ == Status::kOk ? Status::kBrokenPipe : closed_status_;
    return -static_cast<int64_t>(status);
  }
  if (sender_.fin_queued() || state_ == TcpState::kTimeWait) {
    return -static_cast<int64_t>(Status::kBrokenPipe);
  }
  const size_t n = sender_.Write(now, data);
  if (n < data.size()) {
    writable_wanted_ = true;
    if (sender_.short_of_memory()) context_.AwaitMemory(*this);
  }
  if (n != 0) context_.Wake(*this);
  return static_cast<int64_t>(n);
}

int64_t Connection::Read(const Now& now, MutableBytes into) {
  const size_t n = receiver_.Read(now, into, receive_mss_);
  if (n == 0) return into.empty() && receiver_.readable() != 0 ? 0 : NothingToRead();
  AfterRead(n < into.size());
  return static_cast<int64_t>(n);
}

int64_t Connection::Peek(StreamBuffer::Pieces& out) {
  out = receiver_.Peek();
  const size_t n = out.first.size() + out.second.size();
  return n != 0 ? static_cast<int64_t>(n) : NothingToRead();
}

Status Connection::Consume(const Now& now, size_t size) {
  if (size > receiver_.readable()) return Status::kInvalidArgument;
  if (size == 0) return Status::kOk;
  receiver_.Consume(now, size, receive_mss_);
  AfterRead(receiver_.readable() == 0);
  return Status::kOk;
}

void Connection::OnMemory() {
  AnnounceWritable();
  AfterRead(false);
}

// 0 at the end of the stream, else why there is nothing.
int64_t Connection::NothingToRead() {
  if (state_ == TcpState::kSynSent || state_ == TcpState::kSynReceived) {
    return -static_cast<int64_t>(Status::kNotConnected);
  }
  // A reset took what was not read yet: that is no end, even when the peer's FIN had come before it.
  const bool cut_short = closed_announced_ && closed_status_ != Status::kOk && !end_read_;
  if (receiver_.at_end() && !cut_short) {
    end_read_ = true;
    return 0;
  }
  if (state_ == TcpState::kClosed) {
    const Status status = closed_status_ == Status::kOk ? Status::kClosed : closed_status_;
    return -static_cast<int64_t>(status);
  }
  readable_armed_ = true;
  return -static_cast<int64_t>(Status::kWouldBlock);
}

void Connection::AfterRead(bool all) {
  if (all) readable_armed_ = true;
  if (IsSynchronized(state_) && receiver_.UpdateDue(scaling_ ? Receiver::kWindowScale : 0, receive_mss_)) {
    ack_now_ = true;
    context_.Wake(*this);
  }
  // The reader learns of the end by another read: it must be told to make it.
  if (receiver_.at_end() && all) AnnounceReadable();
}

Status Connection::Shutdown(const Now&) {
  switch (state_) {
    case TcpState::kClosed:
      return closed_status_ == Status::kOk ? Status::kClosed : closed_status_;
    case TcpState::kEstablished:
    case TcpState::kCloseWait: Step(TcpEvent::kShutdown); break;
    case TcpState::kSynSent:
    case TcpState::kSynReceived: break;  // the FIN waits for the handshake
    default: return Status::kOk;         // it is queued already
  }
  sender_.QueueFin();
  context_.Wake(*this);
  return Status::kOk;
}

void Connection::Abort(const Now& now, Status status) {
  if (state_ == TcpState::kClosed) return;
  // RFC 9293 §3.10.5: a peer that has not answered our SYN needs no reset.
  if (state_ != TcpState::kSynSent && state_ != TcpState::kTimeWait) SendReset(now);
  Finish(status);
}

void Connection::Fail(Status status) {
  if (state_ != TcpState::kClosed) Finish(status);
}

void Connection::Close(const Now& now) {
  has_handle_ = false;
  if (state_ == TcpState::kClosed) return;
  const bool handshake = state_ == TcpState::kSynSent || state_ == TcpState::kSynReceived;
  // RFC 1122 §4.2.2.13: unread data is lost, and the peer must know.
  if (handshake || (receiver_.readable() != 0 && state_ != TcpState::kTimeWait)) {
    Abort(now, Status::kConnectionAborted);
    return;
  }
  if (state_ == TcpState::kTimeWait) {
    receiver_.Discard();
    return;
  }
  if (settings_.linger == 0) return Abort(now, Status::kConnectionAborted);
  Shutdown(now);
  end_at_ = now.mono + (settings_.linger > 0 ? settings_.linger : kOrphanLife);
}

// RFC 5927 §4.
bool Connection::IsInFlight(uint32_t wire_seq) const {
  if (state_ == TcpState::kSynSent) return WireSeq(initial_seq_) == wire_seq;
  if (!IsSynchronized(state_)) return false;
  const Seq seq = UnwrapSeq(wire_seq, sender_.una());
  return seq >= sender_.una() && seq < sender_.nxt();
}

void Connection::HandleError(const Now& now, uint32_t wire_seq, Status status, uint32_t mtu) {
  if (!IsInFlight(wire_seq)) return;
  if (state_ == TcpState::kSynSent) {
    if (mtu != 0) return;
    if (status == Status::kAccessDenied) status = Status::kConnectionRefused;
    Finish(status);  // RFC 9293 §3.9.2.2: hard before the connection is there
    return;
  }
  // Everything else is a hint that retransmission will outlive (RFC 9293 §3.9.2.2, soft errors).
  if (mtu != 0) {
    UpdateSegmentSize(now);
    context_.Wake(*this);
  }
}

void Connection::HandleTimeout(const Now& now) {
  if (end_at_ <= now.mono) {
    if (state_ == TcpState::kTimeWait) {
      Finish(Status::kOk);
    } else if (state_ == TcpState::kFinWait2 && settings_.linger < 0) {
      Finish(Status::kTimedOut);  // the peer has everything; what it still says is answered by a reset
    } else {
      Abort(now, Status::kTimedOut);
    }
    return;
  }
  if (connect_until_ <= now.mono) return Finish(Status::kTimedOut);
  if (syn_at_ <= now.mono) {
    RetrySyn(now);
    if (state_ == TcpState::kClosed) return;
  }
  if (delayed_ack_at_ <= now.mono) {
    delayed_ack_at_ = Instant::Never();
    answers_at_once_ = false;
    ack_now_ = true;
  }
  if (keep_alive_at_ <= now.mono) {
    HandleKeepAlive(now);
    if (state_ == TcpState::kClosed) return;
  }
  if (!sender_.HandleTimeout(now)) return Abort(now, Status::kTimedOut);
  context_.Wake(*this);
}

// RFC 9293 §3.8.4.
void Connection::HandleKeepAlive(const Now& now) {
  if (heard_at_ + settings_.keep_idle > now.mono) {
    keep_alive_probes_ = 0;
    keep_alive_at_ = heard_at_ + settings_.keep_idle;
    return;
  }
  // What is sent and not acknowledged asks the peer already, and has a patience of its own. Its pauses grow longer than
  // all probes together: they must not end a connection that a retransmission would still bring back.
  if (sender_.outstanding()) {
    keep_alive_probes_ = 0;
    // Not before the retransmission: a short idle time would only wake the host.
    keep_alive_at_ = std::max(now.mono + settings_.keep_idle, sender_.NextTimeout().at);
    return;
  }
  // RFC 5482 §4.2: a user timeout takes the place of the number of probes.
  const Millis patience = settings_.user_timeout;
  const bool over = patience != 0 ? keep_alive_probes_ > 0 && now.mono - heard_at_ >= patience
                                  : keep_alive_probes_ >= settings_.keep_count;
  if (over) return Abort(now, Status::kTimedOut);
  ++keep_alive_probes_;
  probe_due_ = !sender_.outstanding();  // retransmissions are probes enough
  keep_alive_at_ = now.mono + settings_.keep_interval;
}

Deadline Connection::NextTimeout() const {
  Deadline deadline{end_at_, state_ == TcpState::kTimeWait ? "tcp time-wait" : "tcp orphan"};
  deadline = Earliest(deadline, {connect_until_, "tcp connect"});
  deadline = Earliest(deadline, {syn_at_, "tcp syn"});
  deadline = Earliest(deadline, {delayed_ack_at_, "tcp delayed ack"});
  deadline = Earliest(deadline, {keep_alive_at_, "tcp keep-alive"});
  return Earliest(deadline, sender_.NextTimeout());
}

void Connection::Finish(Status status) {
  if (state_ != TcpState::kClosed) Step(TcpEvent::kEnd);
  sender_.Stop();
  if (status != Status::kOk) receiver_.Discard();
  syn_due_ = ack_now_ = probe_due_ = writable_wanted_ = false;
  syn_at_ = connect_until_ = delayed_ack_at_ = keep_alive_at_ = end_at_ = Instant::Never();
  const bool first = !std::exchange(closed_announced_, true);
  if (first) closed_status_ = status;
  context_.OnClosed(*this, status, first);
}

void Connection::EnterTimeWait(const Now& now) {
  sender_.Stop();
  writable_wanted_ = false;
  keep_alive_at_ = Instant::Never();
  end_at_ = now.mono + kTimeWait;
  context_.OnClosed(*this, Status::kOk, !std::exchange(closed_announced_, true));
}

void Connection::AnnounceReadable() {
  if (!readable_armed_ || end_read_) return;
  readable_armed_ = false;
  context_.OnReadable(*this);
}

void Connection::AnnounceWritable() {
  if (!writable_wanted_ || sender_.fin_queued()) return;
  if (!sender_.Writable()) {
    // No acknowledgment may follow that would ask again.
    if (sender_.short_of_memory()) context_.AwaitMemory(*this);
    return;
  }
  writable_wanted_ = false;
  context_.OnWritable(*this);
}

SocketInfo Connection::Info() const {
  SocketInfo info{name_.id, SocketKind::kTcpConnection, name_.interface, name_.local, name_.remote};
  info.tcp_state = static_cast<uint8_t>(state_);
  info.receive_queue = static_cast<uint32_t>(receiver_.readable());
  info.send_queue = static_cast<uint32_t>(sender_.queued());
  return info;
}

}  // namespace zt::netstack
