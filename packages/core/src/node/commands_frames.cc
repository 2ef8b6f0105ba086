// Commands about ports for Ethernet frames. Frames do not travel here (node.h, hot paths).
#include <array>

#include "node/commands.h"

namespace zt::node {

namespace {

Status FramesOpen(CommandContext& c, HostReader& in, HostWriter& out) {
  const NetworkId network{in.U64()};
  const bool exclusive = in.Bool();
  const size_t queue_bytes = in.U32();
  if (!in.AtEnd()) return Status::kInvalidArgument;
  uint32_t id = 0;
  const Status status = c.node.OpenFrames(c.now, network, exclusive, queue_bytes, id);
  if (status == Status::kOk) out.U32(id);
  return status;
}

Status FramesClose(CommandContext& c, HostReader& in, HostWriter&) {
  const uint32_t port = in.U32();
  return in.AtEnd() ? c.node.CloseFrames(c.now, port) : Status::kInvalidArgument;
}

Status FramesGroups(CommandContext& c, HostReader& in, HostWriter&) {
  const uint32_t port = in.U32();
  const size_t count = in.U16();
  if (count > FramePorts::kMaxGroups) return Status::kLimitReached;
  std::vector<vl2::MulticastGroup> groups;
  for (size_t i = 0; i < count && in.ok(); ++i) {
    const Mac mac = in.MacAddress();
    groups.push_back({mac, in.U32()});
    if (!mac.IsMulticast()) return Status::kInvalidArgument;
  }
  return in.AtEnd() ? c.node.SetFrameGroups(c.now, port, std::move(groups)) : Status::kInvalidArgument;
}

Status FramesInfo(CommandContext& c, HostReader& in, HostWriter& out) {
  const FramePort* port = c.node.frames().Find(in.U32());
  if (!in.AtEnd()) return Status::kInvalidArgument;
  if (port == nullptr) return Status::kNotFound;
  const FrameCounters& counters = port->counters;
  for (const uint64_t count : {counters.received, counters.received_bytes, counters.dropped, counters.sent,
                               counters.sent_bytes, counters.no_configuration, counters.bad_source,
                               counters.not_a_bridge, counters.too_big, counters.no_room}) {
    out.U64(count);
  }
  out.U32(static_cast<uint32_t>(port->in.size()));
  out.U32(static_cast<uint32_t>(port->out.size()));
  return Status::kOk;
}

constexpr std::array kCommands = {
    CommandEntry{Command::kFramesOpen, FramesOpen},
    CommandEntry{Command::kFramesClose, FramesClose},
    CommandEntry{Command::kFramesGroups, FramesGroups},
    CommandEntry{Command::kFramesInfo, FramesInfo},
};

}  // namespace

std::span<const CommandEntry> FrameCommands() { return kCommands; }

}  // namespace zt::node
