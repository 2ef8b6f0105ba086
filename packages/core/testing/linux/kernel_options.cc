// The kernel's socket options and TCP_INFO in the stack's units.
#include <linux/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "testing/linux/kernel_address.h"
#include "testing/linux/kernel_sockets.h"

namespace zt::linux_lab {

namespace {

struct Name {
  int level, option;
  int64_t divisor;  // ours is in milliseconds, the kernel's may be in seconds
};

std::optional<Name> NameOf(SocketOption option) {
  switch (option) {
    case SocketOption::kSoKeepalive: return Name{SOL_SOCKET, SO_KEEPALIVE, 1};
    case SocketOption::kSoRcvbuf: return Name{SOL_SOCKET, SO_RCVBUF, 1};
    case SocketOption::kSoSndbuf: return Name{SOL_SOCKET, SO_SNDBUF, 1};
    case SocketOption::kTcpNodelay: return Name{IPPROTO_TCP, TCP_NODELAY, 1};
    case SocketOption::kTcpMaxseg: return Name{IPPROTO_TCP, TCP_MAXSEG, 1};
    case SocketOption::kTcpKeepidle: return Name{IPPROTO_TCP, TCP_KEEPIDLE, 1000};
    case SocketOption::kTcpKeepintvl: return Name{IPPROTO_TCP, TCP_KEEPINTVL, 1000};
    case SocketOption::kTcpKeepcnt: return Name{IPPROTO_TCP, TCP_KEEPCNT, 1};
    case SocketOption::kTcpUserTimeout: return Name{IPPROTO_TCP, TCP_USER_TIMEOUT, 1};
    default: return std::nullopt;
  }
}

}  // namespace

Status KernelSockets::SetOption(SocketId socket, SocketOption option, int64_t value) {
  const auto name = NameOf(option);
  if (!name) return Status::kNotSupported;
  const int raw = static_cast<int>(value / name->divisor);
  return setsockopt(Fd(socket), name->level, name->option, &raw, sizeof raw) == 0 ? Status::kOk : StatusOf(errno);
}

Status KernelSockets::GetOption(SocketId socket, SocketOption option, int64_t& value) {
  const auto name = NameOf(option);
  if (!name) return Status::kNotSupported;
  int raw = 0;
  socklen_t size = sizeof raw;
  if (getsockopt(Fd(socket), name->level, name->option, &raw, &size) != 0) return StatusOf(errno);
  value = raw * name->divisor;
  return Status::kOk;
}

std::optional<TcpInfo> KernelSockets::Info(SocketId socket) {
  tcp_info raw{};
  socklen_t size = sizeof raw;
  if (getsockopt(Fd(socket), IPPROTO_TCP, TCP_INFO, &raw, &size) != 0) return std::nullopt;
  TcpInfo info;
  info.state = raw.tcpi_state;  // the kernel's numbers, not those of RFC 9293
  info.timestamps = (raw.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0;
  info.sack = (raw.tcpi_options & TCPI_OPT_SACK) != 0;
  info.scaling = (raw.tcpi_options & TCPI_OPT_WSCALE) != 0;
  info.send_scale = raw.tcpi_snd_wscale;
  info.receive_scale = raw.tcpi_rcv_wscale;
  info.rtt_us = raw.tcpi_rtt;
  info.rtt_variance_us = raw.tcpi_rttvar;
  info.min_rtt_us = raw.tcpi_min_rtt;
  info.rto_us = raw.tcpi_rto;
  info.send_mss = raw.tcpi_snd_mss;
  info.receive_mss = raw.tcpi_rcv_mss;
  info.path_mtu = raw.tcpi_pmtu;
  info.congestion_window = uint64_t{raw.tcpi_snd_cwnd} * raw.tcpi_snd_mss;
  info.slow_start_threshold = uint64_t{raw.tcpi_snd_ssthresh} * raw.tcpi_snd_mss;
  info.receive_window = raw.tcpi_rcv_space;
  info.bytes_in_flight = uint64_t{raw.tcpi_unacked} * raw.tcpi_snd_mss;
  info.bytes_lost = uint64_t{raw.tcpi_lost} * raw.tcpi_snd_mss;
  info.bytes_not_sent = raw.tcpi_notsent_bytes;
  info.bytes_sent = raw.tcpi_bytes_sent;
  info.bytes_acknowledged = raw.tcpi_bytes_acked;
  info.bytes_received = raw.tcpi_bytes_received;
  info.bytes_retransmitted = raw.tcpi_bytes_retrans;
  info.segments_sent = raw.tcpi_segs_out;
  info.segments_received = raw.tcpi_segs_in;
  info.segments_retransmitted = raw.tcpi_total_retrans;
  info.out_of_order_received = raw.tcpi_rcv_ooopack;
  return info;
}

}  // namespace zt::linux_lab
