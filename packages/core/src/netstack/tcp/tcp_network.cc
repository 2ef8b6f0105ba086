// Network side of TCP: which connection a segment is for, resets for none, events for the application.
#include "netstack/header/protocol.h"
#include "netstack/tcp/tcp_layer.h"

namespace zt::netstack {
namespace {

PacketOptions OptionsOf(const Connection& connection) {
  const TcpSettings& settings = connection.settings();
  return {.tos = settings.tos, .hop_limit = settings.hop_limit, .dont_fragment = true};
}

}  // namespace

void TcpLayer::HandlePacket(const Now& now, const IpPacket& packet) {
  // RFC 9293 §3.9.2.3: neither from nor to a group, nor from nobody.
  ++counters_.recv;
  if (packet.group || packet.source.IsUnspecified()) return Drop(DropReason::kNotForUs, counters_.proterr);
  const auto segment = TcpSegment::Parse(packet.payload, packet.source, packet.destination);
  if (!segment) {
    const bool too_short = packet.payload.size() < TcpSegment::kSize;
    return Drop(DropReason::kBadChecksum, too_short ? counters_.lenerr : counters_.chkerr);
  }
  const NetworkId interface = packet.arrival->id;
  const Tuple tuple{interface,
                    {packet.destination, segment->destination_port},
                    {packet.source, segment->source_port}};
  auto it = tuples_.find(tuple);
  std::optional<uint32_t> after;
  if (it != tuples_.end()) {
    Connection& connection = *it->second;
    const bool reuse = connection.MayBeReusedBy(*segment) &&
                       bindings_.Find(packet.owner->id, tuple.local);
    if (!reuse) {
      connection.HandleSegment(now, *segment);
      return Update(connection);
    }
    after = connection.next_seq();
    connection.Fail(Status::kOk);
    Update(connection);
  }
  HandleSyn(now, packet, *segment, tuple, after);
}

void TcpLayer::Drop(DropReason reason, uint64_t& counter) {
  drops_.Count(reason);
  ++counters_.drop;
  ++counter;
}

// RFC 9293 §3.10.7.1 and §3.10.7.2.
void TcpLayer::HandleSyn(const Now& now, const IpPacket& packet, const TcpSegment& segment,
                         const Tuple& tuple, std::optional<uint32_t> after) {
  const SocketId listener = bindings_.Find(packet.owner->id, tuple.local);
  const bool bare = !segment.Has(kTcpAck) && !segment.Has(kTcpSyn) && !segment.Has(kTcpRst);
  if (listener && bare) return Drop(DropReason::kMalformed, counters_.proterr);  // §3.10.7.2, fourth
  if (!listener) {
    Drop(DropReason::kNoSocket, counters_.proterr);
    return SendResetFor(now, packet, segment);
  }
  Listener& state = listeners_.at(listener);
  if (segment.Has(kTcpAck) && AcceptCookie(now, segment, tuple, listener, state)) return;
  if (segment.Has(kTcpAck) || segment.Has(kTcpRst)) return SendResetFor(now, packet, segment);
  if (segment.Has(kTcpFin)) return Drop(DropReason::kMalformed, counters_.proterr);
  if (state.full()) return Drop(DropReason::kBacklogFull, counters_.memerr);
  if (state.flooded()) return SendCookie(now, packet, segment, tuple, state);
  const SocketId id = next_id_(id_context_);
  if (!id) return Drop(DropReason::kBacklogFull, counters_.memerr);
  ++state.half_open;
  const ConnectionName name{id, listener, tuple.interface, state.interface, tuple.local, tuple.remote};
  uint32_t initial_seq = InitialSeq(now, name);
  // RFC 1122 §4.2.2.13: beyond everything the connection before it has used.
  if (after && static_cast<int32_t>(initial_seq - *after) <= 0) initial_seq = *after + (1 << 16) + 1;
  Connection& connection = Create(name, state.settings, initial_seq);
  connection.AcceptSyn(now, segment);
  Update(connection);
}

// RFC 9293 §3.10.7.1.
void TcpLayer::SendResetFor(const Now& now, const IpPacket& packet, const TcpSegment& segment) {
  if (segment.Has(kTcpRst)) return;
  if (!resets_.Allow(now)) return drops_.Count(DropReason::kRateLimited);
  TcpSegment reset;
  reset.source_port = segment.destination_port;
  reset.destination_port = segment.source_port;
  if (segment.Has(kTcpAck)) {
    reset.flags = kTcpRst;
    reset.seq = segment.ack;
  } else {
    reset.flags = kTcpRst | kTcpAck;
    reset.ack = segment.seq + segment.SequenceLength();
  }
  Path path;
  const NetworkId interface = packet.arrival->loopback ? NetworkId{} : packet.arrival->id;
  if (ip_.FindPath(interface, packet.destination, packet.source, path) != Status::kOk) return;
  uint8_t bytes[TcpSegment::kMaxHeader];
  const size_t size = reset.Write(bytes, packet.destination, packet.source, {});
  if (ip_.Enqueue(now, path, packet.source, kProtocolTcp, {bytes, size}) == Status::kOk) ++counters_.xmit;
}

Connection* TcpLayer::FindByError(const TransportError& error) const {
  const Tuple tuple{error.interface,
                    {error.local, LoadU16(&error.header[0])},
                    {error.remote, LoadU16(&error.header[2])}};
  auto it = tuples_.find(tuple);
  return it == tuples_.end() ? nullptr : it->second;
}

bool TcpLayer::IsInFlight(const TransportError& error) const {
  const Connection* connection = FindByError(error);
  return connection != nullptr && connection->IsInFlight(LoadU32(&error.header[4]));
}

void TcpLayer::HandleError(const Now& now, const TransportError& error) {
  Connection* connection = FindByError(error);
  if (connection == nullptr) return;
  connection->HandleError(now, LoadU32(&error.header[4]), error.status, error.mtu);
  Update(*connection);
}

bool TcpLayer::RefreshPath(Connection& connection) {
  if (connection.path_generation == ip_.generation()) return true;
  const ConnectionName& name = connection.name();
  Path path;
  if (ip_.FindPath(name.interface, name.local.ip, name.remote.ip, path) != Status::kOk) return false;
  connection.path = path;
  connection.path_generation = ip_.generation();
  return true;
}

void TcpLayer::Emit(const Now& now, Connection& connection, TcpSegment& segment,
                    StreamBuffer::Pieces payload) {
  // A route that is gone for the moment is like loss: retransmission finds out.
  if (!RefreshPath(connection)) return Drop(DropReason::kNoRoute, counters_.rterr);
  ++counters_.xmit;
  const ConnectionName& name = connection.name();
  segment.source_port = name.local.port;
  segment.destination_port = name.remote.port;
  uint8_t room[IpLayer::kHeadroom + TcpSegment::kMaxHeader];
  uint8_t* header = room + IpLayer::kHeadroom;
  const ByteSpan data[] = {payload.first, payload.second};
  const size_t size = segment.Write(header, name.local.ip, name.remote.ip, data);
  ByteSpan pieces[] = {{header, size}, payload.first, payload.second};
  const size_t count = payload.first.empty() ? 1 : payload.second.empty() ? 2 : 3;
  ip_.Transmit(now, connection.path, name.remote.ip, kProtocolTcp, std::span(pieces, count), room,
               OptionsOf(connection));
}

void TcpLayer::EmitLater(const Now& now, Connection& connection, TcpSegment& segment) {
  if (!RefreshPath(connection)) return Drop(DropReason::kNoRoute, counters_.rterr);
  ++counters_.xmit;
  const ConnectionName& name = connection.name();
  segment.source_port = name.local.port;
  segment.destination_port = name.remote.port;
  uint8_t bytes[TcpSegment::kMaxHeader];
  const size_t size = segment.Write(bytes, name.local.ip, name.remote.ip, {});
  ip_.Enqueue(now, connection.path, name.remote.ip, kProtocolTcp, {bytes, size}, OptionsOf(connection));
}

PathSize TcpLayer::PacketSize(const Now& now, Connection& connection) {
  RefreshPath(connection);
  return ip_.TcpPacketSize(now, connection.path, connection.name().remote.ip);
}

void TcpLayer::SetPathMtu(const Now& now, Connection& connection, uint32_t packet) {
  ip_.ProvePathMtu(now, connection.path, connection.name().remote.ip, packet);
}

uint32_t TcpLayer::LinkMtu(Connection& connection) {
  Interface* interface = ip_.Find(connection.name().interface);
  return interface == nullptr ? 1280 : interface->mtu;
}

bool TcpLayer::OnEstablished(Connection& connection) {
  const SocketId id = connection.name().listener;
  if (id) {
    auto it = listeners_.find(id);
    if (it == listeners_.end() || it->second.waiting >= it->second.backlog) {
      drops_.Count(DropReason::kBacklogFull);
      return false;
    }
    --it->second.half_open;
    ++it->second.waiting;
    connection.GiveHandle();
  }
  Notify(connection, id ? StackEventKind::kTcpAccepted : StackEventKind::kTcpConnected, Status::kOk);
  return true;
}

void TcpLayer::OnReadable(Connection& connection) {
  Notify(connection, StackEventKind::kTcpReadable, Status::kOk);
}

void TcpLayer::OnWritable(Connection& connection) {
  Notify(connection, StackEventKind::kTcpWritable, Status::kOk);
}

void TcpLayer::OnClosed(Connection& connection, Status status, bool first) {
  if (connection.state() == TcpState::kTimeWait) {
    // They leave in the order they came, so what is over is at the front.
    while (!time_wait_.empty()) {
      const Connection* oldest = Lookup({time_wait_.front()});
      if (oldest != nullptr && oldest->state() == TcpState::kTimeWait) break;
      time_wait_.pop_front();
    }
    time_wait_.push_back(connection.name().id.value);
  } else {
    // The name is free again; the handle may live on until the application closes it.
    auto it = tuples_.find(TupleOf(connection.name()));
    if (it != tuples_.end() && it->second == &connection) tuples_.erase(it);
  }
  if (first) Notify(connection, StackEventKind::kTcpClosed, status);
}

void TcpLayer::OnProgress(const Now& now, Connection& connection) {
  if (RefreshPath(connection)) ip_.ConfirmNeighbor(now, connection.path);
}

void TcpLayer::Notify(Connection& connection, StackEventKind kind, Status status) {
  if (!connection.has_handle()) return;
  const ConnectionName& name = connection.name();
  StackEvent event;
  event.kind = kind;
  event.socket = name.id;
  event.status = status;
  if (kind == StackEventKind::kTcpAccepted) event.listener = name.listener;
  event.interface = name.interface;
  event.local = name.local;
  event.remote = name.remote;
  events_.Push(event);
}

void TcpLayer::Delivered(const StackEvent& event) {
  if (event.kind != StackEventKind::kTcpAccepted) return;
  auto it = listeners_.find(event.listener);
  Connection* connection = Lookup(event.socket);
  if (connection != nullptr) connection->Taken();
  if (it != listeners_.end() && it->second.waiting > 0) --it->second.waiting;
}

// A half-open connection, or one nobody took, gives its place back.
void TcpLayer::LeaveListener(Connection& connection) {
  auto it = listeners_.find(connection.name().listener);
  if (it == listeners_.end()) return;
  uint32_t& places = connection.was_established() ? it->second.waiting : it->second.half_open;
  if (places > 0) --places;
}

}  // namespace zt::netstack
