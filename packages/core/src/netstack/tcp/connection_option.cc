// What the application sets and asks (HOST_PROTOCOL.md §7, §8).
#include "netstack/tcp/connection.h"

namespace zt::netstack {

Status Connection::SetOption(const Now& now, SocketOption option, int64_t value) {
  if (const Status status = settings_.Set(option, value); status != Status::kOk) return status;
  switch (option) {
    case SocketOption::kSoKeepalive:
    case SocketOption::kTcpKeepidle: RestartKeepAlive(); break;
    case SocketOption::kSoRcvbuf:
      receiver_.SetBuffer(settings_.receive_buffer);
      AfterRead(false);  // a larger window is news for the peer
      break;
    case SocketOption::kSoSndbuf:
      sender_.SetBuffer(settings_.send_buffer);
      AnnounceWritable();
      break;
    case SocketOption::kTcpUserTimeout: sender_.SetUserTimeout(now, settings_.user_timeout); break;
    case SocketOption::kTcpCongestion: sender_.SetCongestion(settings_.congestion); break;
    case SocketOption::kTcpNodelay: context_.Wake(*this); break;
    case SocketOption::kTcpMaxseg: UpdateSegmentSize(now); break;
    default: break;
  }
  return Status::kOk;
}

Status Connection::GetOption(SocketOption option, int64_t& value) const {
  switch (option) {
    case SocketOption::kSoRcvbuf: value = receiver_.limit(); return Status::kOk;
    case SocketOption::kSoSndbuf: value = static_cast<int64_t>(sender_.buffer()); return Status::kOk;
    case SocketOption::kTcpMaxseg:
      if (!IsSynchronized(state_)) break;
      value = sender_.segment_size();
      return Status::kOk;
    default: break;
  }
  return settings_.Get(option, value);
}

// Before the handshake is done and after the end there is nothing to keep alive; Establish starts it.
void Connection::RestartKeepAlive() {
  const bool running = settings_.keep_alive && IsSynchronized(state_) && state_ != TcpState::kTimeWait;
  keep_alive_probes_ = 0;
  keep_alive_at_ = running ? heard_at_ + settings_.keep_idle : Instant::Never();
}

TcpInfo Connection::Statistics(const Now& now) const {
  TcpInfo info;
  sender_.FillInfo(now, info);
  info.state = static_cast<uint8_t>(state_);
  info.congestion = settings_.congestion;
  info.timestamps = timestamps_;
  info.sack = sack_;
  info.scaling = scaling_;
  info.send_scale = peer_scale_;
  info.receive_scale = scaling_ ? Receiver::kWindowScale : 0;
  info.receive_mss = receive_mss_;
  info.path_mtu = info.send_mss + IpAndTcpHeader() + (timestamps_ ? TcpOptions::kTimestampsSize : 0);
  info.receive_window = receiver_.window();
  info.bytes_to_read = receiver_.readable();
  if (was_established_ || IsSynchronized(state_)) {
    info.bytes_acknowledged = sender_.una() - (initial_seq_ + 1) - (sender_.fin_acked() ? 1 : 0);
    info.bytes_received = receiver_.data_end() - (peer_initial_ + 1);
    info.ms_since_received = data_at_ == Instant::LongAgo() ? 0 : static_cast<uint64_t>(now.mono - data_at_);
  }
  info.segments_sent = segments_sent_;
  info.segments_received = segments_received_;
  info.out_of_order_received = out_of_order_received_;
  info.zero_windows_announced = zero_windows_;
  return info;
}

}  // namespace zt::netstack
