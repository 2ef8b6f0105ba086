// UDP sockets (RFC 768): bind, connect, send, a bounded receive queue each, options (HOST_PROTOCOL.md §7).
#pragma once

#include <map>
#include <optional>

#include "netstack/counters.h"
#include "netstack/icmp/error.h"
#include "netstack/ip/ip_layer.h"
#include "netstack/socket/bind_table.h"
#include "netstack/socket/buffer_budget.h"
#include "netstack/socket/event_queue.h"
#include "netstack/udp/datagram_queue.h"

namespace zt::netstack {

class UdpLayer {
 public:
  static constexpr size_t kMaxPayloadV4 = 65507;  // RFC 768 with an IPv4 header
  static constexpr size_t kMaxPayloadV6 = 65527;  // RFC 768: 16 bits of length, its header included
  static constexpr uint32_t kReceiveBytes = 1 << 20;  // Stack::kUdpReceiveBuffer, until so_rcvbuf says otherwise
  static constexpr uint32_t kSendBytes = 208 << 10;   // so_sndbuf; any datagram fits
  static constexpr size_t kDatagramCost = 128;        // what an empty datagram counts: tiny ones must not pile up
  // Of all receive queues together: the application may open thousands of sockets and read from none of them.
  static constexpr size_t kMaxReceiveMemory = 64 << 20;

  UdpLayer(IpLayer& ip, IcmpErrors& errors, EventQueue& events, DropCounters& drops, ProtocolCounters& counters,
           RandomSource& random, BufferBudget& budget)
      : ip_(ip),
        errors_(errors),
        events_(events),
        drops_(drops),
        counters_(counters),
        random_(random),
        budget_(budget) {}

  Status Bind(SocketId id, NetworkId interface, Endpoint& local);
  bool Close(SocketId id);
  // None disconnects. `local`: where the socket is now. What was queued before stays.
  Status Connect(SocketId id, const Endpoint& remote, Endpoint& local);
  // `to` none: the connected peer; another than the connected peer is kAlreadyConnected.
  Status Send(const Now& now, SocketId id, const Endpoint& to, ByteSpan data);
  int64_t Receive(SocketId id, Endpoint& from, Endpoint& to, MutableBytes into);
  // udp_option.cc
  Status SetOption(const Now& now, SocketId id, SocketOption option, int64_t value);
  Status GetOption(SocketId id, SocketOption option, int64_t& value) const;
  bool Has(SocketId id) const { return sockets_.count(id) != 0; }
  std::optional<SocketInfo> Info(SocketId id) const;
  size_t size() const { return sockets_.size(); }

  void HandlePacket(const Now& now, const IpPacket& packet);
  void HandleError(const TransportError& error);
  // A socket may have sent the datagram the error is about.
  bool IsOurs(const TransportError& error) const { return Quoted(error).value != 0; }
  void Delivered(const StackEvent& event);  // the application took this event

 private:
  struct Socket {
    NetworkId interface;
    Endpoint local;    // as bound
    Endpoint peer;     // none: not connected
    IpAddress source;  // our address while connected
    DatagramQueue queue;
    uint32_t receive_limit = kReceiveBytes, send_limit = kSendBytes;
    uint8_t tos = 0, ttl = 64;
    uint8_t multicast_ttl = 1;  // RFC 1112 §6.1
    bool multicast_loop = true, broadcast = true, dont_fragment = false;
    bool readable_armed = true;
    bool error_pending = false;

    Endpoint name() const { return peer.IsNone() ? local : Endpoint{source, local.port}; }
    // A connected socket hears its peer, and its peer only.
    bool Hears(const Endpoint& from, const Endpoint& to) const {
      return peer.IsNone() || (peer == from && source == to.ip);
    }
  };
  struct Arrived {
    Endpoint from, to;
    ByteSpan data;
  };
  Status CheckRemote(const Socket& socket, const Endpoint& remote);
  void DeliverToGroup(const IpPacket& packet, const Arrived& datagram);
  void Deliver(SocketId id, const Arrived& datagram);
  void Account(size_t before, size_t after);  // the memory of a queue
  SocketId Quoted(const TransportError& error) const;
  SocketId Find(NetworkId interface, const Endpoint& local, const Endpoint& remote) const;
  Status SetV6Only(SocketId id, Socket& socket, bool on);

  IpLayer& ip_;
  IcmpErrors& errors_;
  EventQueue& events_;
  DropCounters& drops_;
  ProtocolCounters& counters_;
  RandomSource& random_;
  BufferBudget& budget_;
  std::map<SocketId, Socket> sockets_;
  BindTable bindings_;
  size_t receive_memory_ = 0;
};

}  // namespace zt::netstack
