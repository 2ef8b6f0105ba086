// IPv4 and IPv6: interfaces, routes, neighbours, fragments. Packets for us go up to Transports; messages of the
// transports go down to the frame sink. Nothing reaches the sink outside Flush.
#pragma once

#include <map>
#include <memory>

#include "base/drop_counters.h"
#include "netstack/ip/fragmentation.h"
#include "netstack/ip/output_queue.h"
#include "netstack/ip/packet.h"
#include "netstack/ip/path_mtu.h"
#include "netstack/ip/reassembly.h"
#include "zt/random.h"

namespace zt::netstack {

class IpLayer {
 public:
  // Loopback packets that wait for the next round of Flush, and how large they may be: one send block of TCP.
  static constexpr size_t kMaxLoopbackPackets = 4096;
  static constexpr uint32_t kLoopbackMtu = 16384;
  static constexpr size_t kMaxRoutes = 1024;  // vl2.md §17 allows 128 per network
  static constexpr size_t kMaxAddresses = 64;  // vl2.md §17 allows 32 per network

  IpLayer(RandomSource& random, DropCounters& drops, FrameSink& sink, Transports& transports);

  // Configuration. Every change gives generation() a new value: cached paths are void.
  bool Add(NetworkId id, Mac mac, uint32_t mtu, uint32_t segment_hint);
  void Remove(NetworkId id);
  void SetMtu(Interface& interface, uint32_t mtu);
  void SetAddresses(Interface& interface, std::span<const IpPrefix> addresses);
  void SetRoutes(Interface& interface, std::span<const Route> routes);
  Interface* Find(NetworkId id);  // 0 is loopback
  size_t interface_count() const { return interfaces_.size() - 1; }
  uint64_t generation() const { return generation_; }

  // Whether `ip` is an address of ours, on that interface when it is not 0.
  bool Owns(NetworkId interface, const IpAddress& ip);
  Interface* OwnerOf(const IpAddress& ip);
  // kNetworkUnreachable, kAddressNotAvailable or kOk. `local` may be unspecified or none.
  Status FindPath(NetworkId interface, const IpAddress& local, const IpAddress& remote, Path& out);
  uint32_t PacketSize(const Now& now, const Path& path, const IpAddress& remote);  // the path MTU
  uint32_t TcpPacketSize(const Now& now, const Path& path, const IpAddress& remote);
  bool IsBroadcast(const IpAddress& ip);
  bool LowerPathMtu(const Now& now, const IpAddress& remote, uint32_t mtu);
  void ConfirmNeighbor(const Now& now, const Path& path);

  // Input.
  void HandleFrame(const Now& now, NetworkId interface, Mac source, Mac destination,
                   uint16_t ether_type, ByteSpan payload);
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;

  // Queues one transport message, fragmented if need be. False: no room.
  bool Enqueue(const Now& now, const Path& path, const IpAddress& remote, uint8_t protocol,
               ByteSpan message);
  // Sends one message that fits a packet, at once. Only from Flush. The first piece has `kHeadroom` bytes before it.
  static constexpr size_t kHeadroom = 40;
  void Transmit(const Now& now, const Path& path, const IpAddress& remote, uint8_t protocol,
                std::span<ByteSpan> pieces, uint8_t* headroom);
  bool HasRoom() const { return sink_.HasRoom() && loopback_.size() < kMaxLoopbackPackets; }
  // True: stopped for want of room below.
  bool FlushQueue(const Now& now);
  // Hands waiting loopback packets to the transports. True if there was any.
  bool DeliverLoopback(const Now& now);
  bool HasLoopback() const { return !loopback_.empty(); }
  bool HasQueued() const { return !queue_.empty(); }
  // False: malformed.
  bool HandleNeighbor(const Now& now, const IpPacket& packet, const struct Icmpv6& message);

 private:
  struct Match {
    int bits = -1;
    IpAddress next_hop;
  };
  static Match BestRoute(const Interface& interface, const IpAddress& remote);
  Interface* OnlyInterface();
  void HandleIpv4(const Now& now, Interface& interface, bool group, ByteSpan packet);
  void HandleIpv6(const Now& now, Interface& interface, bool group, ByteSpan packet);
  bool Accept(Interface& interface, bool link_group, const IpAddress& source,
              const IpAddress& destination, IpPacket& out);
  void SendPacket(const Now& now, QueuedPacket packet);
  void DrainNeighbors(const Now& now, Interface& interface);
  void DrainAllNeighbors(const Now& now);

  RandomSource& random_;
  DropCounters& drops_;
  FrameSink& sink_;
  Transports& transports_;
  std::map<NetworkId, std::unique_ptr<Interface>> interfaces_;
  OutputQueue queue_;
  Reassembly reassembly_;
  PathMtu path_mtu_;
  std::deque<Bytes> loopback_;
  uint64_t generation_ = 1;
  uint32_t identification_;
};

}  // namespace zt::netstack
