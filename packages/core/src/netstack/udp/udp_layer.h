// UDP sockets (RFC 768): bind, send, a bounded receive queue each.
#pragma once

#include <deque>
#include <map>

#include "netstack/icmp/error.h"
#include "netstack/ip/ip_layer.h"
#include "netstack/socket/bind_table.h"
#include "netstack/socket/event_queue.h"

namespace zt::netstack {

class UdpLayer {
 public:
  static constexpr size_t kMaxPayload = 65507;  // RFC 768 with an IPv4 header
  static constexpr size_t kReceiveBytes = 1 << 20;  // Stack::kUdpReceiveBuffer
  static constexpr size_t kDatagramCost = 128;      // what an empty datagram counts: tiny ones must not pile up

  UdpLayer(IpLayer& ip, IcmpErrors& errors, EventQueue& events, DropCounters& drops,
           RandomSource& random)
      : ip_(ip), errors_(errors), events_(events), drops_(drops), random_(random) {}

  Status Bind(SocketId id, NetworkId interface, Endpoint& local);
  bool Close(SocketId id);
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
  void Delivered(const StackEvent& event);  // the application took this event

 private:
  struct Datagram {
    Endpoint from, to;
    Bytes data;
  };
  struct Socket {
    NetworkId interface;
    Endpoint local;
    std::deque<Datagram> queue;
    size_t queued_cost = 0;
    uint32_t queued_bytes = 0;
    bool readable_armed = true;
    bool error_pending = false;
  };
  void Deliver(SocketId id, const Datagram& datagram);

  IpLayer& ip_;
  IcmpErrors& errors_;
  EventQueue& events_;
  DropCounters& drops_;
  RandomSource& random_;
  std::map<SocketId, Socket> sockets_;
  BindTable bindings_;
};

}  // namespace zt::netstack
