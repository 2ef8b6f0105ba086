// From a transport message to frames: fragmentation, neighbour resolution, loopback.
#include "base/check.h"
#include "netstack/header/protocol.h"
#include "netstack/ip/ip_layer.h"
#include "netstack/ip/quote.h"
#include "netstack/neighbor/arp.h"
#include "netstack/neighbor/nd.h"

namespace zt::netstack {
namespace {

uint16_t EtherTypeOf(const IpAddress& ip) { return ip.IsV4() ? kEtherTypeIpv4 : kEtherTypeIpv6; }

Bytes Flatten(std::span<const ByteSpan> pieces) {
  size_t size = 0;
  for (ByteSpan piece : pieces) size += piece.size();
  Bytes out;
  out.reserve(size);
  for (ByteSpan piece : pieces) out.insert(out.end(), piece.begin(), piece.end());
  return out;
}

}  // namespace

Status IpLayer::Enqueue(const Now& now, const Path& path, const IpAddress& remote, uint8_t protocol,
                        std::span<const ByteSpan> pieces, const PacketOptions& options) {
  Interface* interface = Find(path.interface);
  if (interface == nullptr) return Status::kNetworkUnreachable;
  const IpFields fields{path.source, remote, protocol, options.hop_limit, options.dont_fragment, options.tos};
  const uint32_t mtu = path_mtu_.For(now, remote, interface->mtu);
  size_t size = 0;
  for (ByteSpan piece : pieces) size += piece.size();
  if (options.dont_fragment && IpHeaderSize(remote.family) + size > mtu) return Status::kMessageTooBig;
  const size_t packets = size / (mtu - 64) + 2;
  if (!queue_.HasRoom(packets, size + packets * 64)) {
    Refuse(remote.IsV4() ? StackProtocol::kIp4 : StackProtocol::kIp6, &ProtocolCounters::memerr,
           DropReason::kQueueFull);
    return Status::kWouldBlock;
  }
  const bool group =
      remote.IsMulticast() || remote.IsBroadcastV4() || interface->IsSubnetBroadcast(remote);
  const bool loops = group && options.loop && (!remote.IsMulticast() || interface->AcceptsGroup(remote));
  std::optional<Mac> mac;
  if (group) mac = GroupMac(remote);
  std::vector<Bytes> built = BuildPackets(fields, pieces, mtu, identification_);
  const StackProtocol fragments = remote.IsV4() ? StackProtocol::kIp4Frag : StackProtocol::kIp6Frag;
  if (built.size() > 1) counters_[fragments].xmit += built.size();
  for (Bytes& packet : built) {
    if (loops) Loop(path.interface, packet);
    if (group && options.hop_limit == 0) continue;  // RFC 1112 §6.1: not beyond this host
    queue_.Push({path.interface, EtherTypeOf(remote), mac, path.next_hop, std::move(packet)});
  }
  ++identification_;
  return Status::kOk;
}

void IpLayer::Loop(NetworkId interface, Bytes packet) {
  if (loopback_.size() >= kMaxLoopbackPackets) return drops_.Count(DropReason::kQueueFull);
  loopback_.push_back({interface, std::move(packet)});
}

void IpLayer::Transmit(const Now& now, const Path& path, const IpAddress& remote, uint8_t protocol,
                       std::span<ByteSpan> pieces, uint8_t* headroom, const PacketOptions& options) {
  Interface* interface = Find(path.interface);
  ZT_CHECK(interface != nullptr);
  size_t size = 0;
  for (ByteSpan piece : pieces) size += piece.size();
  const size_t header = IpHeaderSize(remote.family);
  uint8_t* start = headroom + kHeadroom - header;
  WriteIpHeader({path.source, remote, protocol, options.hop_limit, options.dont_fragment, options.tos}, size,
                static_cast<uint16_t>(identification_++), start);
  ZT_CHECK(pieces[0].data() == headroom + kHeadroom);
  pieces[0] = {start, pieces[0].size() + header};
  if (interface->loopback) {
    loopback_.push_back({NetworkId{}, Flatten(pieces)});
    return;
  }
  const std::optional<Mac> mac = interface->neighbors.Lookup(now, path.next_hop);
  if (mac) {
    ++counters_[StackProtocol::kLink].xmit;
    ++counters_[remote.IsV4() ? StackProtocol::kIp4 : StackProtocol::kIp6].xmit;
    sink_.SendFrame(now, interface->id, interface->mac, *mac, EtherTypeOf(remote), pieces);
    return;
  }
  if (!interface->neighbors.Hold(path.next_hop, Flatten(pieces))) {
    drops_.Count(DropReason::kNoNeighbor);
  }
  DrainNeighbors(now, *interface);
}

bool IpLayer::FlushQueue(const Now& now) {
  while (!queue_.empty()) {
    if (!HasRoom()) return true;
    SendPacket(now, queue_.Pop());
  }
  return false;
}

void IpLayer::SendPacket(const Now& now, QueuedPacket packet) {
  Interface* interface = Find(packet.interface);
  if (interface == nullptr) return drops_.Count(DropReason::kNoRoute);
  if (interface->loopback) {
    loopback_.push_back({NetworkId{}, std::move(packet.payload)});
    return;
  }
  if (!packet.mac) {
    packet.mac = interface->neighbors.Lookup(now, packet.next_hop);
    if (!packet.mac) {
      if (!interface->neighbors.Hold(packet.next_hop, std::move(packet.payload))) {
        drops_.Count(DropReason::kNoNeighbor);
      }
      DrainNeighbors(now, *interface);
      return;
    }
  }
  const ByteSpan pieces[] = {packet.payload};
  ++counters_[StackProtocol::kLink].xmit;
  if (packet.ether_type == kEtherTypeIpv4) ++counters_[StackProtocol::kIp4].xmit;
  if (packet.ether_type == kEtherTypeIpv6) ++counters_[StackProtocol::kIp6].xmit;
  sink_.SendFrame(now, interface->id, interface->mac, *packet.mac, packet.ether_type, pieces);
}

void IpLayer::DrainNeighbors(const Now& now, Interface& interface) {
  NeighborCache& cache = interface.neighbors;
  if (!cache.HasOutput()) return;
  NeighborIo io{now, random_, queue_, counters_, {}};
  for (const NeighborCache::Solicitation& ask : cache.TakeSolicitations()) {
    if (ask.target.IsV4()) {
      SendArpRequest(io, interface, ask);
    } else {
      SendNeighborSolicitation(io, interface, ask);
    }
  }
  for (NeighborCache::Released& released : cache.TakeReleased()) {
    const uint16_t type = released.packet[0] >> 4 == 4 ? kEtherTypeIpv4 : kEtherTypeIpv6;
    queue_.Push({interface.id, type, released.mac, {}, std::move(released.packet)});
  }
  for (const Bytes& packet : cache.TakeFailed()) {
    drops_.Count(DropReason::kNoNeighbor);
    // As a router would report it (RFC 4861 §7.2.2).
    std::optional<TransportError> error = ParseQuote(packet);
    if (!error) continue;
    error->interface = interface.id;
    error->status = Status::kHostUnreachable;
    transports_.HandleError(now, *error);
  }
}

void IpLayer::DrainAllNeighbors(const Now& now) {
  for (auto& [id, interface] : interfaces_) DrainNeighbors(now, *interface);
}

}  // namespace zt::netstack
