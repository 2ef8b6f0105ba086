// Commands about the node itself and its peers.
#include <algorithm>
#include <array>

#include "node/commands.h"

namespace zt::node {

namespace {

// Local interface addresses a host may report: more than any real machine has.
constexpr size_t kMaxLocalEndpoints = 256;
// A user message travels in one packet (vl1.md §5.9): what can be delivered, less the header and the 8-byte type.
constexpr size_t kUserMessageHead = 8;
constexpr size_t kMaxUserMessage = limits::kMaxDeliverablePacketSize - 28 - kUserMessageHead;

Status NodeInfo(CommandContext& c, HostReader& in, HostWriter& out) {
  if (!in.AtEnd()) return Status::kInvalidArgument;
  vl1::Vl1& vl1 = c.node.vl1();
  out.Address(vl1.self().address());
  out.Bool(vl1.online());
  out.Str16(vl1.self().identity().ToText());
  out.U64(vl1.planet_id());
  out.I64(vl1.planet_timestamp());
  const std::vector<Endpoint> surface = vl1.SurfaceEndpoints();
  out.Count(surface.size());
  for (const Endpoint& ep : surface) out.Ep(ep);
  return Status::kOk;
}

Status Peers(CommandContext& c, HostReader& in, HostWriter& out) {
  if (!in.AtEnd()) return Status::kInvalidArgument;
  std::vector<vl1::PeerInfo> peers = c.node.vl1().Peers(c.now);
  if (peers.size() > 0xffff) peers.resize(0xffff);  // what the count of a list can say
  out.Count(peers.size());
  for (const vl1::PeerInfo& peer : peers) EncodePeer(out, peer);
  return Status::kOk;
}

Status SetLocalEndpoints(CommandContext& c, HostReader& in, HostWriter&) {
  const size_t count = in.U16();
  if (count > kMaxLocalEndpoints) return Status::kLimitReached;
  std::vector<Endpoint> endpoints;
  for (size_t i = 0; i < count && in.ok(); ++i) endpoints.push_back(in.Ep());
  if (!in.AtEnd()) return Status::kInvalidArgument;
  c.node.vl1().SetLocalEndpoints(c.now, endpoints);
  c.node.captures().SetLocalEndpoints(endpoints);
  return Status::kOk;
}

Status SetLocalSockets(CommandContext& c, HostReader& in, HostWriter&) {
  const size_t count = in.U16();
  if (count > vl1::kMaxLocalSockets) return Status::kLimitReached;
  std::vector<vl1::BoundSocket> sockets;
  for (size_t i = 0; i < count && in.ok(); ++i) {
    const LocalSocket socket{static_cast<int32_t>(in.U32())};
    if (socket.value < 0) return Status::kInvalidArgument;  // -1 stands for all of them
    sockets.push_back({socket, in.Ep()});
  }
  if (!in.AtEnd()) return Status::kInvalidArgument;
  // With the relay forced there are none, and need be none: everything goes through it (vl1.md §10.3).
  if (!c.node.relay().forced()) c.node.vl1().SetLocalSockets(c.now, sockets);
  c.node.relay().Moved(c.now);
  return Status::kOk;
}

Status Counters(CommandContext& c, HostReader& in, HostWriter& out) {
  if (!in.AtEnd()) return Status::kInvalidArgument;
  const auto& counts = c.node.drops().all();
  size_t used = 0;
  for (uint64_t count : counts) used += count != 0;
  out.Count(used);
  for (size_t reason = 0; reason < counts.size(); ++reason) {
    if (counts[reason] == 0) continue;
    out.U16(static_cast<uint16_t>(reason));
    out.U64(counts[reason]);
  }
  return Status::kOk;
}

Status StackCounters(CommandContext& c, HostReader& in, HostWriter& out) {
  if (!in.AtEnd()) return Status::kInvalidArgument;
  const netstack::StackCounters& counters = c.node.stack().counters();
  out.Count(netstack::StackCounters::kProtocols);
  for (size_t i = 0; i < netstack::StackCounters::kProtocols; ++i) {
    const auto protocol = static_cast<StackProtocol>(i);
    const netstack::ProtocolCounters& n = counters[protocol];
    out.U8(static_cast<uint8_t>(protocol));
    for (uint64_t count : {n.xmit, n.recv, n.fw, n.drop, n.chkerr, n.lenerr, n.memerr, n.rterr, n.proterr, n.opterr,
                           n.err, n.cachehit}) {
      out.U64(count);
    }
  }
  return Status::kOk;
}

Status Diagnose(CommandContext& c, HostReader& in, HostWriter& out) {
  if (!in.AtEnd()) return Status::kInvalidArgument;
  EncodeConnectivity(out, c.node.vl1().Diagnose(c.now));
  return Status::kOk;
}

Status SendUserMessage(CommandContext& c, HostReader& in, HostWriter&) {
  const NodeAddress to = in.Address();
  const uint64_t type = in.U64();
  const ByteSpan data = in.Blob16();
  if (!in.AtEnd() || !to.IsValid() || to == c.node.vl1().self().address()) return Status::kInvalidArgument;
  const size_t deliverable = c.node.vl1().MaxPayload(c.now, to) - kUserMessageHead;
  if (data.size() > std::min(kMaxUserMessage, deliverable)) return Status::kMessageTooBig;
  if (!c.node.vl1().HasRoom()) return Status::kWouldBlock;  // the host drains the queue after this command
  std::array<uint8_t, kUserMessageHead> head;
  for (size_t i = 0; i < kUserMessageHead; ++i) head[i] = static_cast<uint8_t>(type >> (56 - 8 * i));
  const std::array<ByteSpan, 2> pieces{ByteSpan(head), data};
  c.node.vl1().Send(c.now, to, Verb::kUserMessage, pieces);
  return Status::kOk;
}

Status SnapshotPeers(CommandContext& c, HostReader& in, HostWriter&) {
  if (!in.AtEnd()) return Status::kInvalidArgument;
  c.node.vl1().SavePeers(c.now);
  return Status::kOk;
}

constexpr CommandEntry kTable[] = {
    {Command::kNodeInfo, NodeInfo},
    {Command::kPeers, Peers},
    {Command::kSetLocalEndpoints, SetLocalEndpoints},
    {Command::kSetLocalSockets, SetLocalSockets},
    {Command::kCounters, Counters},
    {Command::kStackCounters, StackCounters},
    {Command::kDiagnose, Diagnose},
    {Command::kSendUserMessage, SendUserMessage},
    {Command::kSnapshotPeers, SnapshotPeers},
};

}  // namespace

std::span<const CommandEntry> NodeCommands() { return kTable; }

}  // namespace zt::node
