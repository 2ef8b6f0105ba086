// IPv4 and IPv6: interfaces, routes, neighbours, fragments. Packets for us go up to Transports; messages of the
// transports go down to the frame sink. Nothing reaches the sink outside Flush.
#pragma once

#include <array>
#include <map>
#include <memory>

#include "base/drop_counters.h"
#include "netstack/counters.h"
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
  // Destinations whose path is remembered: a datagram costs a look at one slot, not at every route.
  static constexpr size_t kCachedPaths = 64;
  static constexpr size_t kMaxAddresses = 64;  // vl2.md §17 allows 32 per network

  IpLayer(RandomSource& random, DropCounters& drops, StackCounters& counters, FrameSink& sink,
          Transports& transports);

  // Configuration. Every change gives generation() a new value: cached paths are void.
  bool Add(const Now& now, NetworkId id, Mac mac, uint32_t mtu, uint32_t segment_hint);
  void Remove(NetworkId id);
  void SetMtu(Interface& interface, uint32_t mtu);
  void SetAddresses(const Now& now, Interface& interface, std::span<const IpPrefix> addresses);
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
  PathSize TcpPacketSize(const Now& now, const Path& path, const IpAddress& remote);
  bool IsBroadcast(const IpAddress& ip);
  bool LowerPathMtu(const Now& now, const IpAddress& remote, uint32_t mtu);
  // TCP found out what arrives (RFC 4821).
  void ProvePathMtu(const Now& now, const Path& path, const IpAddress& remote, uint32_t mtu);
  void ConfirmNeighbor(const Now& now, const Path& path);

  // Groups of a socket (`interface` 0: the first that has the family). kInvalidArgument: not a group; kNotFound: no
  // such interface or membership; kAlreadyExists; kLimitReached.
  Status JoinGroup(const Now& now, SocketId socket, NetworkId interface, const IpAddress& group);
  Status LeaveGroup(const Now& now, SocketId socket, NetworkId interface, const IpAddress& group);
  // The socket is closed: all its memberships end.
  void LeaveGroups(const Now& now, SocketId socket);
  // Whether a datagram to `group` that arrived on `interface` is for the socket: it joined there, or the group is
  // all-hosts or all-nodes. Broadcasts are not groups.
  bool HearsGroup(const Interface& interface, const IpAddress& group, SocketId socket) const;

  // Input.
  void HandleFrame(const Now& now, NetworkId interface, Mac source, Mac destination,
                   uint16_t ether_type, ByteSpan payload);
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;

  // Queues one transport message given in pieces, fragmented if need be. kOk; kWouldBlock: no room; kMessageTooBig:
  // only with dont_fragment; kNetworkUnreachable: the interface is gone.
  Status Enqueue(const Now& now, const Path& path, const IpAddress& remote, uint8_t protocol,
                 std::span<const ByteSpan> pieces, const PacketOptions& options = {});
  Status Enqueue(const Now& now, const Path& path, const IpAddress& remote, uint8_t protocol, ByteSpan message,
                 const PacketOptions& options = {}) {
    return Enqueue(now, path, remote, protocol, {&message, 1}, options);
  }
  // Sends one message that fits a packet, at once. Only from Flush. The first piece has `kHeadroom` bytes before it.
  static constexpr size_t kHeadroom = 40;
  void Transmit(const Now& now, const Path& path, const IpAddress& remote, uint8_t protocol,
                std::span<ByteSpan> pieces, uint8_t* headroom,
                const PacketOptions& options = {.dont_fragment = true});
  bool HasRoom() const { return sink_.HasRoom() && loopback_.size() < kMaxLoopbackPackets; }
  // True: stopped for want of room below.
  bool FlushQueue(const Now& now);
  // Hands waiting loopback packets to the transports. True if there was any.
  bool DeliverLoopback(const Now& now);
  bool HasLoopback() const { return !loopback_.empty(); }
  bool HasQueued() const { return !queue_.empty(); }
  // RFC 4862 §5.1 DupAddrDetectTransmits: off means 0, and then our own addresses' groups are not announced either.
  void SetAddressDetection(bool on) { detect_ = on; }
  // Messages for us of IGMP, MLD (false: malformed) and neighbor discovery.
  bool HandleIgmp(const Now& now, const IpPacket& packet);
  bool HandleMld(const Now& now, const IpPacket& packet, const struct Icmpv6& message);
  void HandleNeighbor(const Now& now, const IpPacket& packet, const struct Icmpv6& message);

 private:
  struct Match {
    int bits = -1;
    uint16_t metric = 0;
    IpAddress next_hop;
    bool Beats(const Match& other) const {
      return bits != other.bits ? bits > other.bits : bits >= 0 && metric < other.metric;
    }
  };
  struct CachedPath {
    uint64_t generation = 0;
    NetworkId interface;
    IpAddress local, remote;
    Path path;
  };
  Status SearchPath(NetworkId interface, const IpAddress& local, const IpAddress& remote, Path& out);
  // A refused packet: the protocol's counters and the reason.
  void Refuse(StackProtocol protocol, uint64_t ProtocolCounters::*why, DropReason reason);
  struct Looped {
    NetworkId interface;  // 0, or where a group or broadcast of our own was sent
    Bytes packet;
  };
  static Match BestRoute(const Interface& interface, const IpAddress& remote);
  Interface* OnlyInterface();
  Interface* GroupInterface(NetworkId id, const IpAddress& group);
  struct Arrival {
    Interface& interface;
    bool link_group = false;  // the frame went to a group
    bool own = false;         // our own packet to a group that we are in
    Mac source;
  };
  void HandleIpv4(const Now& now, const Arrival& arrival, ByteSpan packet);
  void HandleIpv6(const Now& now, const Arrival& arrival, ByteSpan packet);
  void HandleIpv6Fragment(const Now& now, IpPacket& packet, const struct Ipv6Extensions& outer);
  bool RefuseIpv6Fragment(const Now& now, const IpPacket& packet, const Ipv6Extensions& outer,
                          const Ipv6Extensions& inner);
  void DispatchIpv6(const Now& now, IpPacket& packet, const Ipv6Extensions& walk);
  void ReportExpired(const Now& now);
  void RefuseOptions(const Now& now, const IpPacket& packet, const struct Ipv4Options& options);
  bool Accept(const Arrival& arrival, const IpAddress& source, const IpAddress& destination,
              IpPacket& out);
  void SendPacket(const Now& now, QueuedPacket packet);
  void Loop(NetworkId interface, Bytes packet);
  void GroupsChanged(const Now& now, Interface& interface);
  void ReportGroups(const Now& now, Interface& interface, bool quiet);
  void DrainReports(Interface& interface);
  void FinishNeighbor(Interface& interface, const struct NeighborIo& io, StackProtocol protocol,
                      std::optional<DropReason> dropped);
  void CheckAddresses(const Now& now, Interface& interface);
  void DrainChecks(const Now& now, Interface& interface);
  void DrainNeighbors(const Now& now, Interface& interface);
  void DrainAllNeighbors(const Now& now);

  RandomSource& random_;
  DropCounters& drops_;
  StackCounters& counters_;
  FrameSink& sink_;
  Transports& transports_;
  std::map<NetworkId, std::unique_ptr<Interface>> interfaces_;
  OutputQueue queue_;
  Reassembly reassembly_;
  PathMtu path_mtu_;
  std::array<CachedPath, kCachedPaths> paths_;
  std::deque<Looped> loopback_;
  uint64_t generation_ = 1;
  uint32_t identification_;
  bool detect_ = true;
};

}  // namespace zt::netstack
