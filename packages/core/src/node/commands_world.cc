// Commands about moons (vl1.md §6.5).
#include "node/commands.h"

namespace zt::node {

namespace {

Status Orbit(CommandContext& c, HostReader& in, HostWriter&) {
  const uint64_t moon = in.U64();
  const NodeAddress seed = in.Address();
  if (!in.AtEnd()) return Status::kInvalidArgument;
  return c.node.vl1().Orbit(c.now, moon, seed);
}

Status Deorbit(CommandContext& c, HostReader& in, HostWriter&) {
  const uint64_t moon = in.U64();
  if (!in.AtEnd()) return Status::kInvalidArgument;
  return c.node.vl1().Deorbit(c.now, moon);
}

Status Moons(CommandContext& c, HostReader& in, HostWriter& out) {
  if (!in.AtEnd()) return Status::kInvalidArgument;
  const std::vector<vl1::MoonInfo> moons = c.node.vl1().Moons();
  out.Count(moons.size());
  for (const vl1::MoonInfo& moon : moons) {
    out.U64(moon.id);
    out.I64(static_cast<int64_t>(moon.timestamp));
    out.Address(moon.seed);
    out.Count(moon.roots.size());
    for (NodeAddress root : moon.roots) out.Address(root);
  }
  return Status::kOk;
}

constexpr CommandEntry kTable[] = {
    {Command::kOrbit, Orbit},
    {Command::kDeorbit, Deorbit},
    {Command::kMoons, Moons},
};

}  // namespace

std::span<const CommandEntry> WorldCommands() { return kTable; }

}  // namespace zt::node
