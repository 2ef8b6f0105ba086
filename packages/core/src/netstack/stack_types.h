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
  IpAddress via;        // none: on-link
  uint16_t metric = 0;  // among routes of one prefix length the lowest wins
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

// Per-connection facts (HOST_PROTOCOL.md §8, in that order). Times in µs where named so, else ms; sizes in bytes.
struct TcpInfo {
  uint8_t state = 0;
  Congestion congestion = Congestion::kCubic;
  bool timestamps = false, sack = false, scaling = false, in_recovery = false, in_slow_start = false;
  uint8_t send_scale = 0, receive_scale = 0;
  uint64_t rtt_us = 0, rtt_variance_us = 0, min_rtt_us = 0, rto_us = 0;
  uint64_t send_mss = 0, receive_mss = 0, path_mtu = 0;
  uint64_t congestion_window = 0, slow_start_threshold = 0, send_window = 0, receive_window = 0;
  uint64_t bytes_in_flight = 0, bytes_lost = 0, bytes_not_sent = 0, bytes_to_read = 0;
  uint64_t bytes_sent = 0, bytes_acknowledged = 0, bytes_received = 0, bytes_retransmitted = 0;
  uint64_t segments_sent = 0, segments_received = 0, segments_retransmitted = 0;
  uint64_t fast_recoveries = 0, timeouts = 0, undone_recoveries = 0, tail_loss_probes = 0;
  uint64_t duplicate_acks_received = 0, out_of_order_received = 0, zero_windows_announced = 0;
  uint64_t ms_since_sent = 0, ms_since_received = 0;
};

// Readiness and results. Coalesced: a socket posts no second readable or writable event before the application acted on
// the first.
enum class StackEventKind : uint8_t {
  kTcpConnected,  // connect finished
  kTcpAccepted,   // `socket` is the new connection, `listener` where it came in
  kTcpReadable,   // data or end of stream; re-armed by a read that returned less than asked
  kTcpWritable,   // room again after a write that was cut short
  kTcpClosed,     // the connection is gone; `status` says why (kOk: orderly, both directions)
  kUdpReadable,
  kUdpError,      // an ICMP error for a datagram sent; `status`, `remote`
  kPingReply,     // `token`, `remote`, `rtt_ms`; status kOk, kHostUnreachable, kTimedOut, kNetworkDown
  kNetifUp, kNetifDown,
  kGroupsChanged,    // Groups(`interface`) has a new answer
  kAddressConflict   // somebody else on `interface` has our address `local.ip` (RFC 4862 §5.4, RFC 5227 §2.4)
};
struct StackEvent {
  StackEventKind kind;
  SocketId socket;
  SocketId listener;
  Status status = Status::kOk;
  NetworkId interface;
  Endpoint local, remote;
  Mac mac;             // kAddressConflict: whose frame it was
  uint32_t token = 0;  // kPingReply
  Millis rtt_ms = 0;
};

}  // namespace zt::netstack
