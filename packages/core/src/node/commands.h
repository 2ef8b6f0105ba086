// The commands of the host protocol (HOST_PROTOCOL.md §3): one handler per operation, in files by subject.
#pragma once

#include <span>

#include "node/composition.h"
#include "node/host_codec.h"

namespace zt::node {

struct CommandContext {
  const Now& now;
  Composition& node;
};

// Parses the whole request, acts, writes the reply's body. The body counts only when the status is kOk.
using CommandHandler = Status (*)(CommandContext& context, HostReader& in, HostWriter& out);

struct CommandEntry {
  Command op;
  CommandHandler run;
};

std::span<const CommandEntry> NodeCommands();
std::span<const CommandEntry> NetworkCommands();
std::span<const CommandEntry> RuleCommands();
std::span<const CommandEntry> SocketCommands();
std::span<const CommandEntry> OptionCommands();
std::span<const CommandEntry> ControllerCommands();
std::span<const CommandEntry> CaptureCommands();
std::span<const CommandEntry> FrameCommands();
std::span<const CommandEntry> WorldCommands();

// Runs one request and writes status and body to `reply`, which is cleared first. Unknown operations, missing or
// surplus bytes: kInvalidArgument.
void RunCommand(const Now& now, Composition& node, ByteSpan request, Bytes& reply);

}  // namespace zt::node
