// The types at both borders of the stack: frames below, events above.
#pragma once

#include <compare>
#include <span>

#include "zt/bytes.h"
#include "zt/generated/enums.h"
#include "zt/ids.h"
#include "zt/inet.h"
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
  kPingReply,     // `token`, `remote`, `rtt_ms`; status kOk, kHostUnreachable, kTimedOut, kNetworkDown
  kNetifUp, kNetifDown
};
struct StackEvent {
  StackEventKind kind;
  SocketId socket;
  SocketId listener;
  Status status = Status::kOk;
  NetworkId interface;
  Endpoint local, remote;
  uint32_t token = 0;  // kPingReply
  Millis rtt_ms = 0;
};

}  // namespace zt::netstack
