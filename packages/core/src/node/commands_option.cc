// Commands about options and statistics of sockets (HOST_PROTOCOL.md §7, §8).
#include "node/commands.h"

namespace zt::node {

namespace {

Status SetOption(CommandContext& c, HostReader& in, HostWriter&) {
  const SocketId socket{in.U32()};
  const auto option = static_cast<SocketOption>(in.U8());
  const int64_t value = in.I64();
  if (!in.AtEnd()) return Status::kInvalidArgument;
  return c.node.stack().SetOption(c.now, socket, option, value);
}

Status GetOption(CommandContext& c, HostReader& in, HostWriter& out) {
  const SocketId socket{in.U32()};
  const auto option = static_cast<SocketOption>(in.U8());
  if (!in.AtEnd()) return Status::kInvalidArgument;
  int64_t value = 0;
  const Status status = c.node.stack().GetOption(c.now, socket, option, value);
  if (status == Status::kOk) out.I64(value);
  return status;
}

uint8_t FlagsOf(const netstack::TcpInfo& info) {
  const bool flags[] = {info.timestamps, info.sack, info.scaling, info.in_recovery, info.in_slow_start};
  uint8_t bits = 0;
  for (size_t i = 0; i < std::size(flags); ++i) bits |= static_cast<uint8_t>(flags[i] ? 1 << i : 0);
  return bits;
}

Status TcpInfo(CommandContext& c, HostReader& in, HostWriter& out) {
  const SocketId socket{in.U32()};
  if (!in.AtEnd()) return Status::kInvalidArgument;
  const std::optional<netstack::TcpInfo> found = c.node.stack().GetTcpInfo(c.now, socket);
  if (!found) return Status::kNotFound;
  const netstack::TcpInfo& i = *found;
  out.U8(i.state);
  out.U8(static_cast<uint8_t>(i.congestion));
  out.U8(FlagsOf(i));
  out.U8(i.send_scale);
  out.U8(i.receive_scale);
  const uint64_t numbers[] = {
      i.rtt_us, i.rtt_variance_us, i.min_rtt_us, i.rto_us, i.send_mss, i.receive_mss, i.path_mtu,
      i.congestion_window, i.slow_start_threshold, i.send_window, i.receive_window, i.bytes_in_flight, i.bytes_lost,
      i.bytes_not_sent, i.bytes_to_read, i.bytes_sent, i.bytes_acknowledged, i.bytes_received, i.bytes_retransmitted,
      i.segments_sent, i.segments_received, i.segments_retransmitted, i.fast_recoveries, i.timeouts,
      i.undone_recoveries, i.tail_loss_probes, i.duplicate_acks_received, i.out_of_order_received,
      i.zero_windows_announced, i.ms_since_sent, i.ms_since_received};
  for (uint64_t number : numbers) out.U64(number);
  return Status::kOk;
}

constexpr CommandEntry kTable[] = {
    {Command::kSocketSetOption, SetOption},
    {Command::kSocketGetOption, GetOption},
    {Command::kTcpInfo, TcpInfo},
};

}  // namespace

std::span<const CommandEntry> OptionCommands() { return kTable; }

}  // namespace zt::node
