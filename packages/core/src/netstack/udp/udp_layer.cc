#include "netstack/udp/udp_layer.h"

#include <algorithm>

#include "netstack/header/protocol.h"
#include "netstack/header/udp.h"
#include "netstack/socket/port_allocator.h"

namespace zt::netstack {

Status UdpLayer::Bind(SocketId id, NetworkId interface, Endpoint& local) {
  if (local.ip.IsMulticast()) return Status::kInvalidArgument;
  if (interface.value != 0 && ip_.Find(interface) == nullptr) return Status::kNotFound;
  if (!local.ip.IsUnspecified() && !ip_.Owns(interface, local.ip)) {
    return Status::kAddressNotAvailable;
  }
  if (local.port == 0) {
    local.port = AllocatePort(random_, [&](uint16_t port) {
      return bindings_.IsFree(interface, {local.ip, port});
    });
    if (local.port == 0) return Status::kAddressInUse;
  }
  if (!bindings_.IsFree(interface, local)) return Status::kAddressInUse;
  bindings_.Add(interface, local, id);
  Socket& socket = sockets_[id];
  socket.interface = interface;
  socket.local = local;
  return Status::kOk;
}

bool UdpLayer::Close(SocketId id) {
  auto it = sockets_.find(id);
  if (it == sockets_.end()) return false;
  bindings_.Remove(it->second.local, id);
  sockets_.erase(it);
  return true;
}

Status UdpLayer::Send(const Now& now, SocketId id, const Endpoint& to, ByteSpan data) {
  auto it = sockets_.find(id);
  if (it == sockets_.end()) return Status::kNotFound;
  const Socket& socket = it->second;
  const bool family_fits = socket.local.ip.IsNone() || to.ip.family == socket.local.ip.family;
  if (to.port == 0 || to.ip.IsNone() || !family_fits) return Status::kInvalidArgument;
  if (data.size() > kMaxPayload) return Status::kMessageTooBig;
  Path path;
  const Status status = ip_.FindPath(socket.interface, socket.local.ip, to.ip, path);
  if (status != Status::kOk) return status;
  Bytes message(Udp::kSize + data.size());
  if (!data.empty()) std::memcpy(&message[Udp::kSize], data.data(), data.size());
  const Udp header{socket.local.port, to.port, ByteSpan(message).subspan(Udp::kSize)};
  header.Write(message.data(), path.source, to.ip);
  return ip_.Enqueue(now, path, to.ip, kProtocolUdp, message);
}

int64_t UdpLayer::Receive(SocketId id, Endpoint& from, Endpoint& to, MutableBytes into) {
  auto it = sockets_.find(id);
  if (it == sockets_.end()) return -static_cast<int64_t>(Status::kNotFound);
  Socket& socket = it->second;
  if (socket.queue.empty()) {
    socket.readable_armed = true;
    return -static_cast<int64_t>(Status::kWouldBlock);
  }
  const Datagram datagram = std::move(socket.queue.front());
  socket.queue.pop_front();
  socket.queued_cost -= datagram.data.size() + kDatagramCost;
  socket.queued_bytes -= static_cast<uint32_t>(datagram.data.size());
  from = datagram.from;
  to = datagram.to;
  const size_t n = std::min(into.size(), datagram.data.size());
  if (n != 0) std::memcpy(into.data(), datagram.data.data(), n);
  return static_cast<int64_t>(n);
}

std::optional<SocketInfo> UdpLayer::Info(SocketId id) const {
  auto it = sockets_.find(id);
  if (it == sockets_.end()) return std::nullopt;
  SocketInfo info{id, SocketKind::kUdp, it->second.interface, it->second.local, {}};
  info.receive_queue = it->second.queued_bytes;
  return info;
}

void UdpLayer::HandlePacket(const Now& now, const IpPacket& packet) {
  const auto header = Udp::Parse(packet.payload, packet.source, packet.destination);
  if (!header) return drops_.Count(DropReason::kBadChecksum);
  const Datagram datagram{{packet.source, header->source_port},
                          {packet.destination, header->destination_port},
                          Bytes(header->payload.begin(), header->payload.end())};
  const SocketId exact = bindings_.Find(packet.owner->id, datagram.to);
  if (packet.group && !packet.owner->Owns(packet.destination)) {
    const auto all = bindings_.FindAll(packet.owner->id, packet.source.family, datagram.to.port);
    bool heard = false;
    for (SocketId id : all) {
      // RFC 1112 §7.2: only who joined there hears a group; everybody hears a broadcast.
      const bool wants = !packet.destination.IsMulticast() || ip_.HearsGroup(*packet.arrival, packet.destination, id);
      if (wants) Deliver(id, datagram);
      heard |= wants;
    }
    if (!heard) drops_.Count(DropReason::kNoSocket);
    return;
  }
  if (exact) return Deliver(exact, datagram);
  drops_.Count(DropReason::kNoSocket);
  errors_.SendPortUnreachable(now, packet);  // RFC 1122 §4.1.3.1
}

void UdpLayer::Deliver(SocketId id, const Datagram& datagram) {
  Socket& socket = sockets_.at(id);
  const size_t cost = datagram.data.size() + kDatagramCost;
  if (socket.queued_cost + cost > kReceiveBytes) return drops_.Count(DropReason::kReceiveBufferFull);
  socket.queue.push_back(datagram);
  socket.queued_cost += cost;
  socket.queued_bytes += static_cast<uint32_t>(datagram.data.size());
  if (!socket.readable_armed) return;
  socket.readable_armed = false;
  StackEvent event;
  event.kind = StackEventKind::kUdpReadable;
  event.socket = id;
  events_.Push(event);
}

void UdpLayer::HandleError(const TransportError& error) {
  if (error.mtu != 0) return;  // the next datagram is fragmented to the new size
  const Endpoint local{error.local, LoadU16(&error.header[0])};
  const Endpoint remote{error.remote, LoadU16(&error.header[2])};
  Interface* owner = ip_.OwnerOf(error.local);
  if (owner == nullptr) return;
  const SocketId id = bindings_.Find(owner->id, local);
  if (!id || sockets_.at(id).error_pending) return;
  sockets_.at(id).error_pending = true;
  StackEvent event;
  event.kind = StackEventKind::kUdpError;
  event.socket = id;
  event.status = error.status;
  event.remote = remote;
  events_.Push(event);
}

void UdpLayer::Delivered(const StackEvent& event) {
  auto it = sockets_.find(event.socket);
  if (it != sockets_.end() && event.kind == StackEventKind::kUdpError) {
    it->second.error_pending = false;
  }
}

}  // namespace zt::netstack
