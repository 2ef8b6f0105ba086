// Commands about sockets of the stack. Payload does not travel here (node.h, hot paths).
#include "node/commands.h"

namespace zt::node {

namespace {

Status Answer(const netstack::Stack::Opened& opened, HostWriter& out) {
  if (opened.status != Status::kOk) return opened.status;
  out.U32(opened.socket.value);
  out.Ep(opened.local);
  return Status::kOk;
}

Status TcpConnect(CommandContext& c, HostReader& in, HostWriter& out) {
  const NetworkId network{in.U64()};
  const Endpoint local = in.Ep(), remote = in.Ep();
  const Millis timeout = in.U32();
  if (!in.AtEnd() || remote.IsNone() || remote.port == 0) return Status::kInvalidArgument;
  return Answer(c.node.stack().TcpConnect(c.now, network, local, remote, timeout), out);
}

Status TcpListen(CommandContext& c, HostReader& in, HostWriter& out) {
  const NetworkId network{in.U64()};
  const Endpoint local = in.Ep();
  const uint32_t backlog = in.U32();
  if (!in.AtEnd()) return Status::kInvalidArgument;
  return Answer(c.node.stack().TcpListen(network, local, backlog), out);
}

Status TcpShutdown(CommandContext& c, HostReader& in, HostWriter&) {
  const SocketId socket{in.U32()};
  return in.AtEnd() ? c.node.stack().TcpShutdown(c.now, socket) : Status::kInvalidArgument;
}

Status TcpAbort(CommandContext& c, HostReader& in, HostWriter&) {
  const SocketId socket{in.U32()};
  return in.AtEnd() ? c.node.stack().TcpAbort(c.now, socket) : Status::kInvalidArgument;
}

Status SocketClose(CommandContext& c, HostReader& in, HostWriter&) {
  const SocketId socket{in.U32()};
  return in.AtEnd() ? c.node.stack().Close(c.now, socket) : Status::kInvalidArgument;
}

Status SocketInfo(CommandContext& c, HostReader& in, HostWriter& out) {
  const SocketId socket{in.U32()};
  if (!in.AtEnd()) return Status::kInvalidArgument;
  const auto info = c.node.stack().Info(socket);
  if (!info.has_value()) return Status::kNotFound;
  out.U8(static_cast<uint8_t>(info->kind));
  out.U64(info->interface.value);
  out.Ep(info->local);
  out.Ep(info->remote);
  out.U8(info->tcp_state);
  out.U32(info->receive_queue);
  out.U32(info->send_queue);
  return Status::kOk;
}

Status UdpBind(CommandContext& c, HostReader& in, HostWriter& out) {
  const NetworkId network{in.U64()};
  const Endpoint local = in.Ep();
  if (!in.AtEnd()) return Status::kInvalidArgument;
  return Answer(c.node.stack().UdpBind(network, local), out);
}

Status UdpConnect(CommandContext& c, HostReader& in, HostWriter& out) {
  const SocketId socket{in.U32()};
  const Endpoint remote = in.Ep();
  if (!in.AtEnd()) return Status::kInvalidArgument;
  Endpoint local;
  const Status status = c.node.stack().UdpConnect(socket, remote, local);
  if (status == Status::kOk) out.Ep(local);
  return status;
}

Status GroupJoin(CommandContext& c, HostReader& in, HostWriter&) {
  const SocketId socket{in.U32()};
  const NetworkId network{in.U64()};
  const IpAddress group = in.Ip();
  return in.AtEnd() ? c.node.stack().JoinGroup(c.now, socket, network, group) : Status::kInvalidArgument;
}

Status GroupLeave(CommandContext& c, HostReader& in, HostWriter&) {
  const SocketId socket{in.U32()};
  const NetworkId network{in.U64()};
  const IpAddress group = in.Ip();
  return in.AtEnd() ? c.node.stack().LeaveGroup(c.now, socket, network, group) : Status::kInvalidArgument;
}

Status Ping(CommandContext& c, HostReader& in, HostWriter&) {
  const NetworkId network{in.U64()};
  const IpAddress to = in.Ip();
  const uint32_t token = in.U32();
  const size_t payload = in.U16();
  const Millis timeout = in.U32();
  if (!in.AtEnd() || to.IsUnspecified()) return Status::kInvalidArgument;
  return c.node.stack().Ping(c.now, network, to, token, payload, timeout);
}

constexpr CommandEntry kTable[] = {
    {Command::kTcpConnect, TcpConnect},
    {Command::kTcpListen, TcpListen},
    {Command::kTcpShutdown, TcpShutdown},
    {Command::kTcpAbort, TcpAbort},
    {Command::kSocketClose, SocketClose},
    {Command::kSocketInfo, SocketInfo},
    {Command::kUdpBind, UdpBind},
    {Command::kUdpConnect, UdpConnect},
    {Command::kGroupJoin, GroupJoin},
    {Command::kGroupLeave, GroupLeave},
    {Command::kPing, Ping},
};

}  // namespace

std::span<const CommandEntry> SocketCommands() { return kTable; }

}  // namespace zt::node
