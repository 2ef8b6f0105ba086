// Commands about packet captures.
#include <array>

#include "node/commands.h"

namespace zt::node {

namespace {

constexpr uint8_t kFrames = 1, kDatagrams = 2;

CaptureTerm ReadTerm(HostReader& in) {
  CaptureTerm term;
  term.network = {in.U64()};
  term.protocol = in.U8();
  term.host = in.Prefix();
  term.port = in.U16();
  term.ether_type = in.U16();
  return term;
}

Status CaptureStart(CommandContext& c, HostReader& in, HostWriter& out) {
  CaptureOptions options;
  const uint8_t points = in.U8();
  options.frames = (points & kFrames) != 0;
  options.datagrams = (points & kDatagrams) != 0;
  options.snaplen = in.U32();
  const size_t terms = in.U16();
  if (terms > Captures::kMaxTerms) return Status::kLimitReached;
  for (size_t i = 0; i < terms && in.ok(); ++i) options.filter.push_back(ReadTerm(in));
  if (!in.AtEnd() || points == 0 || points > (kFrames | kDatagrams)) return Status::kInvalidArgument;
  if (options.snaplen == 0 || options.snaplen > PcapngWriter::kMaxSnaplen) return Status::kInvalidArgument;
  uint32_t id = 0;
  const Status status = c.node.captures().Start(c.now, std::move(options), id);
  if (status == Status::kOk) out.U32(id);
  return status;
}

Status CaptureAck(CommandContext& c, HostReader& in, HostWriter&) {
  const uint32_t capture = in.U32(), bytes = in.U32();
  return in.AtEnd() ? c.node.captures().Acknowledge(capture, bytes) : Status::kInvalidArgument;
}

Status CaptureStop(CommandContext& c, HostReader& in, HostWriter&) {
  const uint32_t capture = in.U32();
  return in.AtEnd() ? c.node.captures().Stop(c.now, capture) : Status::kInvalidArgument;
}

constexpr std::array kCommands = {
    CommandEntry{Command::kCaptureStart, CaptureStart},
    CommandEntry{Command::kCaptureAck, CaptureAck},
    CommandEntry{Command::kCaptureStop, CaptureStop},
};

}  // namespace

std::span<const CommandEntry> CaptureCommands() { return kCommands; }

}  // namespace zt::node
