// Commands about moons (vl1.md §6.5), and what a node counts as a root.
#include <optional>
#include <utility>

#include "node/commands.h"
#include "wire/world.h"

namespace zt::node {

namespace {

// A stored moon is believed as it is and goes before the seed (vl1.md §6.5).
Status Orbit(CommandContext& c, HostReader& in, HostWriter&) {
  const uint64_t moon = in.U64();
  const NodeAddress seed = in.Address();
  const ByteSpan stored = in.Rest();
  if (!in.ok()) return Status::kInvalidArgument;
  if (stored.empty()) return c.node.vl1().Orbit(c.now, moon, seed);
  const std::optional<World> world = World::Parse(stored);
  const bool named = world && world->type == WorldType::kMoon && world->id == moon;
  // Asked before the file is believed: a call that is refused leaves no moon behind.
  if (!named || !c.node.vl1().MayOrbit(moon, seed)) return Status::kInvalidArgument;
  if (!c.node.vl1().OfferMoon(c.now, stored)) return Status::kInvalidArgument;
  // What was offered is held now, unless there was no room.
  const Status status = c.node.vl1().Orbit(c.now, moon, seed);
  return status == Status::kNotFound ? Status::kLimitReached : status;
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

Status NodeCounters(CommandContext& c, HostReader& in, HostWriter& out) {
  if (!in.AtEnd()) return Status::kInvalidArgument;
  const Traffic& traffic = c.node.traffic();
  const vl1::Activity& activity = c.node.vl1().activity();
  const std::pair<NodeCounter, uint64_t> counters[] = {
      {NodeCounter::kDatagramsReceived, traffic.datagrams_received},
      {NodeCounter::kBytesReceived, traffic.bytes_received},
      {NodeCounter::kDatagramsSent, traffic.datagrams_sent},
      {NodeCounter::kBytesSent, traffic.bytes_sent},
      {NodeCounter::kPacketsRelayed, activity.packets_relayed},
      {NodeCounter::kBytesRelayed, activity.bytes_relayed},
      {NodeCounter::kRelayLimited, activity.relay_limited},
      {NodeCounter::kIntroductions, activity.introductions},
      {NodeCounter::kHellosAnswered, activity.hellos_answered},
      {NodeCounter::kWhoisAnswered, activity.whois_answered},
      {NodeCounter::kWhoisUnknown, activity.whois_unknown},
      {NodeCounter::kWorldsSent, activity.worlds_sent},
      {NodeCounter::kPeers, c.node.vl1().peer_count()},
      {NodeCounter::kPaths, c.node.vl1().path_count()},
  };
  out.Count(std::size(counters));
  for (const auto& [counter, value] : counters) {
    out.U16(static_cast<uint16_t>(counter));
    out.U64(value);
  }
  return Status::kOk;
}

constexpr CommandEntry kTable[] = {
    {Command::kNodeCounters, NodeCounters},
    {Command::kOrbit, Orbit},
    {Command::kDeorbit, Deorbit},
    {Command::kMoons, Moons},
};

}  // namespace

std::span<const CommandEntry> WorldCommands() { return kTable; }

}  // namespace zt::node
