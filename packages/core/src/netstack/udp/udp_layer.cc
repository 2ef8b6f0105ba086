#include "netstack/udp/udp_layer.h"

#include <algorithm>

#include "netstack/header/protocol.h"
#include "netstack/header/udp.h"
#include "netstack/socket/port_allocator.h"

namespace zt::netstack {
namespace {

// The IPv4 endpoint that ::ffff:a.b.c.d names (RFC 4291 §2.5.5.2); others as they are. Such addresses never travel.
Endpoint Unmapped(const Endpoint& endpoint) {
  const std::array<uint8_t, 16>& b = endpoint.ip.bytes;
  const bool mapped = endpoint.ip.IsV6() && b[10] == 0xff && b[11] == 0xff &&
                      std::all_of(b.begin(), b.begin() + 10, [](uint8_t byte) { return byte == 0; });
  return mapped ? Endpoint{IpAddress::FromV4Bytes(&b[12]), endpoint.port} : endpoint;
}

}  // namespace

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
  Account(it->second.queue.capacity(), 0);
  sockets_.erase(it);
  return true;
}

Status UdpLayer::CheckRemote(const Socket& socket, const Endpoint& remote) {
  const bool family_fits = socket.local.ip.IsNone() || remote.ip.family == socket.local.ip.family;
  if (remote.port == 0 || remote.ip.IsNone() || !family_fits) return Status::kInvalidArgument;
  return socket.broadcast || !ip_.IsBroadcast(remote.ip) ? Status::kOk : Status::kAccessDenied;
}

Status UdpLayer::Connect(SocketId id, const Endpoint& wanted, Endpoint& local) {
  auto it = sockets_.find(id);
  if (it == sockets_.end()) return Status::kNotFound;
  Socket& socket = it->second;
  if (wanted.IsNone()) {
    socket.peer = {};
    local = socket.local;
    return Status::kOk;
  }
  const Endpoint remote = Unmapped(wanted);
  if (const Status status = CheckRemote(socket, remote); status != Status::kOk) return status;
  Path path;
  const Status status = ip_.FindPath(socket.interface, socket.local.ip, remote.ip, path);
  if (status != Status::kOk) return status;
  socket.peer = remote;
  socket.source = path.source;
  local = socket.name();
  return Status::kOk;
}

Status UdpLayer::Send(const Now& now, SocketId id, const Endpoint& to, ByteSpan data) {
  auto it = sockets_.find(id);
  if (it == sockets_.end()) return Status::kNotFound;
  const Socket& socket = it->second;
  if (to.IsNone() && socket.peer.IsNone()) return Status::kNotConnected;
  const Endpoint remote = to.IsNone() ? socket.peer : Unmapped(to);
  if (!socket.peer.IsNone() && remote != socket.peer) return Status::kAlreadyConnected;
  if (const Status status = CheckRemote(socket, remote); status != Status::kOk) return status;
  const size_t limit = std::min<size_t>(remote.ip.IsV4() ? kMaxPayloadV4 : kMaxPayloadV6, socket.send_limit);
  if (data.size() > limit) return Status::kMessageTooBig;
  Path path;
  const IpAddress& local = socket.peer.IsNone() ? socket.local.ip : socket.source;
  if (const Status status = ip_.FindPath(socket.interface, local, remote.ip, path); status != Status::kOk) {
    ++counters_.rterr;
    return status;
  }
  uint8_t head[Udp::kSize];
  Udp{socket.local.port, remote.port, data}.Write(head, path.source, remote.ip);
  const ByteSpan pieces[] = {head, data};
  const bool multicast = remote.ip.IsMulticast();
  PacketOptions options;
  options.tos = socket.tos;
  options.hop_limit = multicast ? socket.multicast_ttl : socket.ttl;
  options.dont_fragment = socket.dont_fragment;
  // Only when one of ours is there to hear it; IP ignores it for a unicast destination.
  options.loop = (!multicast || socket.multicast_loop) && bindings_.HasPort(remote.port);
  const Status status = ip_.Enqueue(now, path, remote.ip, kProtocolUdp, pieces, options);
  if (status == Status::kOk) ++counters_.xmit;
  if (status == Status::kWouldBlock) ++counters_.memerr;
  return status;
}

int64_t UdpLayer::Receive(SocketId id, Endpoint& from, Endpoint& to, MutableBytes into) {
  auto it = sockets_.find(id);
  if (it == sockets_.end()) return -static_cast<int64_t>(Status::kNotFound);
  Socket& socket = it->second;
  if (socket.queue.empty()) {
    socket.readable_armed = true;
    return -static_cast<int64_t>(Status::kWouldBlock);
  }
  const size_t before = socket.queue.capacity();
  const size_t size = socket.queue.Pop(from, to, into);
  Account(before, socket.queue.capacity());
  return static_cast<int64_t>(size);
}

std::optional<SocketInfo> UdpLayer::Info(SocketId id) const {
  auto it = sockets_.find(id);
  if (it == sockets_.end()) return std::nullopt;
  const Socket& socket = it->second;
  SocketInfo info{id, SocketKind::kUdp, socket.interface, socket.name(), socket.peer};
  info.receive_queue = static_cast<uint32_t>(socket.queue.data_bytes());
  return info;
}

SocketId UdpLayer::Find(NetworkId interface, const Endpoint& local, const Endpoint& remote) const {
  return bindings_.Find(interface, local, [&](SocketId id) { return sockets_.at(id).Hears(remote, local); });
}

void UdpLayer::HandlePacket(const Now& now, const IpPacket& packet) {
  ++counters_.recv;
  const auto header = Udp::Parse(packet.payload, packet.source, packet.destination);
  if (!header) {
    ++counters_.drop;
    const bool length_fits = Udp::HasGoodLength(packet.payload);
    ++(length_fits ? counters_.chkerr : counters_.lenerr);
    return drops_.Count(length_fits ? DropReason::kBadChecksum : DropReason::kMalformed);
  }
  const Arrived datagram{{packet.source, header->source_port},
                         {packet.destination, header->destination_port},
                         header->payload};
  if (packet.group && !packet.owner->Owns(packet.destination)) return DeliverToGroup(packet, datagram);
  const SocketId id = Find(packet.owner->id, datagram.to, datagram.from);
  if (id) return Deliver(id, datagram);
  ++counters_.drop;
  ++counters_.proterr;
  drops_.Count(DropReason::kNoSocket);
  errors_.SendPortUnreachable(now, packet);  // RFC 1122 §4.1.3.1
}

void UdpLayer::DeliverToGroup(const IpPacket& packet, const Arrived& datagram) {
  const IpAddress& group = packet.destination;
  bool heard = false;
  for (SocketId id : bindings_.FindAll(packet.arrival->id, packet.source.family, datagram.to.port)) {
    const Socket& socket = sockets_.at(id);
    // RFC 1112 §7.2: who joined there hears a group. A broadcast, and what all hosts are in, reaches every socket that
    // is not bound to one address.
    const bool to_all = !group.IsMulticast() || IsAllHosts(group);
    const bool wanted = to_all ? socket.local.ip.IsUnspecified() : ip_.HearsGroup(*packet.arrival, group, id);
    if (!wanted) continue;
    if (!socket.peer.IsNone() && socket.peer != datagram.from) continue;
    heard = true;
    Deliver(id, datagram);
  }
  if (heard) return;
  ++counters_.drop;
  drops_.Count(DropReason::kNoSocket);
}

void UdpLayer::Deliver(SocketId id, const Arrived& datagram) {
  Socket& socket = sockets_.at(id);
  DatagramQueue& queue = socket.queue;
  const size_t cost = queue.data_bytes() + datagram.data.size() + (queue.count() + 1) * kDatagramCost;
  const size_t before = queue.capacity();
  const size_t after = queue.CapacityWith(datagram.data.size());
  const bool affordable = after == before || (receive_memory_ - before + after <= kMaxReceiveMemory &&
                                              after <= budget_.Share());
  if (cost > socket.receive_limit || !affordable) {
    ++counters_.drop;
    ++counters_.memerr;
    return drops_.Count(DropReason::kReceiveBufferFull);
  }
  queue.Push(datagram.from, datagram.to, datagram.data);
  Account(before, after);
  if (!socket.readable_armed) return;
  socket.readable_armed = false;
  StackEvent event;
  event.kind = StackEventKind::kUdpReadable;
  event.socket = id;
  events_.Push(event);
}

void UdpLayer::Account(size_t before, size_t after) {
  receive_memory_ += after - before;
  budget_.Return(before);
  budget_.Charge(after);
}

// The socket that a received error is about, or 0. A connected socket hears of its own peer only.
SocketId UdpLayer::Quoted(const TransportError& error) const {
  const Interface* owner = ip_.OwnerOf(error.local);
  if (owner == nullptr) return {};
  return Find(owner->id, {error.local, LoadU16(&error.header[0])}, {error.remote, LoadU16(&error.header[2])});
}

void UdpLayer::HandleError(const TransportError& error) {
  const Endpoint remote{error.remote, LoadU16(&error.header[2])};
  auto it = sockets_.find(Quoted(error));  // RFC 1122 §4.1.3.3
  if (it == sockets_.end() || it->second.error_pending) return;
  // Too big: the next datagram is fragmented to the new size, unless the application wants to know.
  if (error.mtu != 0 && !it->second.dont_fragment) return;
  it->second.error_pending = true;
  StackEvent event;
  event.kind = StackEventKind::kUdpError;
  event.socket = it->first;
  event.status = error.mtu != 0 ? Status::kMessageTooBig : error.status;
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
