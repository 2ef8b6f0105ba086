#include "netstack/tcp/settings.h"

#include "netstack/tcp/receiver.h"
#include "netstack/tcp/sender.h"

namespace zt::netstack {
namespace {

// Takes `value` when it lies within the bounds.
template <typename Field>
Status Assign(Field& field, int64_t value, int64_t least, int64_t most) {
  if (value < least || value > most) return Status::kInvalidArgument;
  field = static_cast<Field>(value);
  return Status::kOk;
}

}  // namespace

Status TcpSettings::Set(SocketOption option, int64_t value) {
  switch (option) {
    case SocketOption::kSoKeepalive: return Assign(keep_alive, value, 0, 1);
    case SocketOption::kSoLinger: return Assign(linger, value, -1, kMaxTime);
    case SocketOption::kSoRcvbuf: return Assign(receive_buffer, value, kMinBuffer, kMaxBuffer);
    case SocketOption::kSoSndbuf: return Assign(send_buffer, value, kMinBuffer, kMaxBuffer);
    case SocketOption::kIpTos: return Assign(tos, value, 0, 255);
    case SocketOption::kIpTtl: return Assign(hop_limit, value, 1, 255);
    case SocketOption::kTcpNodelay: return Assign(no_delay, value, 0, 1);
    case SocketOption::kTcpMaxseg: return Assign(max_segment, value, kMinMss, 65535);
    case SocketOption::kTcpKeepidle: return Assign(keep_idle, value, 1, kMaxTime);
    case SocketOption::kTcpKeepintvl: return Assign(keep_interval, value, 1, kMaxTime);
    case SocketOption::kTcpKeepcnt: return Assign(keep_count, value, 1, 127);
    case SocketOption::kTcpUserTimeout: return Assign(user_timeout, value, 0, kMaxTime);
    case SocketOption::kTcpCongestion: return Assign(congestion, value, 0, kCongestionCount - 1);
    default: return Status::kInvalidArgument;
  }
}

Status TcpSettings::Get(SocketOption option, int64_t& value) const {
  switch (option) {
    case SocketOption::kSoKeepalive: value = keep_alive; break;
    case SocketOption::kSoLinger: value = linger; break;
    case SocketOption::kSoRcvbuf: value = receive_buffer != 0 ? receive_buffer : Receiver::kInitialWindow; break;
    case SocketOption::kSoSndbuf: value = send_buffer != 0 ? send_buffer : Sender::kMinBuffer; break;
    case SocketOption::kIpTos: value = tos; break;
    case SocketOption::kIpTtl: value = hop_limit; break;
    case SocketOption::kTcpNodelay: value = no_delay; break;
    case SocketOption::kTcpMaxseg: value = max_segment != 0 ? max_segment : 536; break;  // RFC 9293 §3.7.1
    case SocketOption::kTcpKeepidle: value = keep_idle; break;
    case SocketOption::kTcpKeepintvl: value = keep_interval; break;
    case SocketOption::kTcpKeepcnt: value = keep_count; break;
    case SocketOption::kTcpUserTimeout: value = user_timeout; break;
    case SocketOption::kTcpCongestion: value = static_cast<int64_t>(congestion); break;
    default: return Status::kInvalidArgument;
  }
  return Status::kOk;
}

}  // namespace zt::netstack
