// The user-space TCP/IP stack: Ethernet frames on one side, sockets on the other. Testable alone: knows no ZeroTier.
// Composition root of this directory. One interface per virtual network plus one loopback interface.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/drop_counters.h"
#include "zt/generated/enums.h"
#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/random.h"
#include "zt/time.h"

namespace zt::netstack {

// Where frames go. The pieces are the payload after the Ethernet header, in order.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void SendFrame(const Now& now, NetworkId interface, Mac source, Mac destination, uint16_t ether_type,
                         std::span<const ByteSpan> payload) = 0;
  // False: the transmit queue is full; Flush stops and is called again after the host drained.
  virtual bool HasRoom() const = 0;
};

struct Route {
  IpPrefix target;
  IpAddress via;  // none: on-link
  auto operator<=>(const Route&) const = default;
};

struct LinkGroup {  // a link-layer group the interface wants to receive, with the ARP address or 0 (vl2.md §11.1)
  Mac mac;
  uint32_t adi = 0;
  auto operator<=>(const LinkGroup&) const = default;
};

enum class SocketKind : uint8_t { kTcpListener = 1, kTcpConnection = 2, kUdp = 3 };

struct SocketInfo {
  SocketId id;
  SocketKind kind;
  NetworkId interface;  // 0 when bound to all
  Endpoint local, remote;
  uint8_t tcp_state = 0;       // RFC 9293 order: 0 CLOSED, 1 LISTEN, 2 SYN_SENT, 3 SYN_RECEIVED, 4 ESTABLISHED ...
  uint32_t receive_queue = 0;  // bytes ready to read
  uint32_t send_queue = 0;     // bytes not acknowledged or not sent
};

// Readiness and results. Coalesced: at most one readable and one writable event is pending per socket.
enum class StackEventKind : uint8_t {
  kTcpConnected,  // connect finished
  kTcpAccepted,   // `socket` is the new connection, `listener` where it came in
  kTcpReadable,   // data or end of stream; re-armed by a read that returned less than asked
  kTcpWritable,   // room again after a write that was cut short
  kTcpClosed,     // the connection is gone; `status` says why (kOk: orderly, both directions)
  kUdpReadable,
  kUdpError,      // an ICMP error for a datagram sent; `status`, `remote`
  kPingReply,     // `token`, `remote`, `rtt_us`; status kOk / kHostUnreachable / kTimedOut
  kNetifUp, kNetifDown
};
struct StackEvent {
  StackEventKind kind;
  SocketId socket;
  SocketId listener;
  Status status = Status::kOk;
  NetworkId interface;
  Endpoint local, remote;
  uint32_t token = 0;
  Millis rtt_ms = 0;
};

class Stack {
 public:
  // Limits (docs/security/limits.md).
  static constexpr size_t kMaxInterfaces = 256;
  static constexpr size_t kMaxSockets = 65536;
  static constexpr size_t kTcpSendBuffer = 4 << 20;     // grows to this; bytes held for retransmission
  static constexpr size_t kTcpReceiveBuffer = 4 << 20;  // the largest window offered (RFC 7323 scaling)
  static constexpr size_t kUdpReceiveBuffer = 1 << 20;

  Stack(RandomSource& random, DropCounters& drops, FrameSink& sink);
  ~Stack();

  // Interfaces. `segment_hint`: the IP packet size that fits one physical datagram; TCP sends segments no larger, to
  // avoid VL1 fragments. 0: use the MTU.
  bool AddInterface(const Now& now, NetworkId interface, Mac mac, uint32_t mtu, uint32_t segment_hint);
  void RemoveInterface(const Now& now, NetworkId interface);  // its connections end with kNetworkDown
  void SetMtu(NetworkId interface, uint32_t mtu);
  // Replaces the addresses; each with its on-link prefix. Connections bound to a removed address end.
  void SetAddresses(const Now& now, NetworkId interface, std::span<const IpPrefix> addresses);
  void SetRoutes(NetworkId interface, std::span<const Route> routes);
  // Groups the interface must receive: one per address for ARP and ND (vl2.md §11.1), all-nodes.
  std::vector<LinkGroup> Groups(NetworkId interface) const;

  // Inputs. HandleFrame queues answers; nothing is sent before Flush.
  void HandleFrame(const Now& now, NetworkId interface, Mac source, Mac destination, uint16_t ether_type,
                   ByteSpan payload);
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;
  // Sends everything that may be sent now through the sink. True: stopped because the sink had no room.
  bool Flush(const Now& now);
  std::optional<StackEvent> PollEvent();

  // Sockets. `interface` 0 means any. An unspecified local address means all addresses of that family.
  struct Opened {
    Status status = Status::kOk;
    SocketId socket;
    Endpoint local;
  };
  Opened TcpConnect(const Now& now, NetworkId interface, const Endpoint& local, const Endpoint& remote,
                    Millis timeout);  // timeout 0: the default, 30 s of SYN retransmission
  Opened TcpListen(NetworkId interface, const Endpoint& local, uint32_t backlog);
  Status TcpShutdown(const Now& now, SocketId socket);  // FIN after what is queued
  Status TcpAbort(const Now& now, SocketId socket);     // RST, at once
  // Forgets the handle: listener stops; connection: FIN after what is queued, then the stack finishes alone (unread
  // data: RST, RFC 1122 §4.2.2.13); no more events for it.
  Status Close(const Now& now, SocketId socket);
  Status SetTcpOption(SocketId socket, TcpOption option, int64_t value);
  // Bytes taken into the send buffer (a prefix), or a negative Status.
  int64_t TcpWrite(const Now& now, SocketId socket, ByteSpan data);
  // Bytes copied out; 0 at end of stream; negative Status (kWouldBlock when nothing is there).
  int64_t TcpRead(const Now& now, SocketId socket, MutableBytes into);
  Opened UdpBind(NetworkId interface, const Endpoint& local);
  Status UdpSend(const Now& now, SocketId socket, const Endpoint& to, ByteSpan data);
  // Bytes of the datagram (cut to `into`), negative Status when there is none.
  int64_t UdpReceive(SocketId socket, Endpoint& from, Endpoint& to, MutableBytes into);
  // ICMP echo; the answer or time-out comes as kPingReply with this token.
  Status Ping(const Now& now, NetworkId interface, const IpAddress& to, uint32_t token, size_t payload_size,
              Millis timeout);
  std::optional<SocketInfo> Info(SocketId socket) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zt::netstack
