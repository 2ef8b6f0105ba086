// Commands about joined networks.
#include "node/commands.h"

namespace zt::node {

namespace {

Status Join(CommandContext& c, HostReader& in, HostWriter&) {
  const NetworkId id{in.U64()};
  if (in.AtEnd()) return c.node.Join(c.now, id, {});
  NetworkPermissions permissions;
  if (const Status status = NetworkPermissions::Read(in, permissions); status != Status::kOk) return status;
  return c.node.Join(c.now, id, {}, &permissions);
}

Status Leave(CommandContext& c, HostReader& in, HostWriter&) {
  const NetworkId id{in.U64()};
  if (!in.AtEnd()) return Status::kInvalidArgument;
  return c.node.Leave(c.now, id);
}

Status NetworkInfo(CommandContext& c, HostReader& in, HostWriter& out) {
  const NetworkId id{in.U64()};
  if (!in.AtEnd()) return Status::kInvalidArgument;
  const auto info = c.node.vl2().Info(id);
  if (!info.has_value()) return Status::kNotFound;
  EncodeNetwork(out, *info);
  return Status::kOk;
}

Status Networks(CommandContext& c, HostReader& in, HostWriter& out) {
  if (!in.AtEnd()) return Status::kInvalidArgument;
  const std::vector<NetworkId> ids = c.node.vl2().Networks();
  out.Count(ids.size());
  for (NetworkId id : ids) EncodeNetwork(out, *c.node.vl2().Info(id));
  return Status::kOk;
}

constexpr CommandEntry kTable[] = {
    {Command::kJoin, Join},
    {Command::kLeave, Leave},
    {Command::kNetworkInfo, NetworkInfo},
    {Command::kNetworks, Networks},
};

}  // namespace

std::span<const CommandEntry> NetworkCommands() { return kTable; }

}  // namespace zt::node
