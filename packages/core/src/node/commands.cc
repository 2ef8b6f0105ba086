#include "node/commands.h"

namespace zt::node {

namespace {

CommandHandler Find(Command op) {
  for (const auto& table :
       {NodeCommands(), NetworkCommands(), RuleCommands(), SocketCommands(), OptionCommands(), ControllerCommands(),
        CaptureCommands(), WorldCommands(), FrameCommands()}) {
    for (const CommandEntry& entry : table) {
      if (entry.op == op) return entry.run;
    }
  }
  return nullptr;
}

Status Dispatch(const Now& now, Composition& node, ByteSpan request, HostWriter& out) {
  HostReader in(request);
  const CommandHandler handler = Find(static_cast<Command>(in.U16()));
  if (!in.ok() || handler == nullptr) return Status::kInvalidArgument;
  if (const Status status = node.Availability(); status != Status::kOk) return status;
  CommandContext context{now, node};
  return handler(context, in, out);
}

}  // namespace

void RunCommand(const Now& now, Composition& node, ByteSpan request, Bytes& reply) {
  reply.assign(4, 0);
  HostWriter out(reply);
  const auto status = static_cast<uint32_t>(Dispatch(now, node, request, out));
  if (status != 0) reply.resize(4);
  for (int i = 0; i < 4; ++i) reply[static_cast<size_t>(i)] = static_cast<uint8_t>(status >> (24 - 8 * i));
}

}  // namespace zt::node
