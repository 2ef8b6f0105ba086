// The user-space TCP/IP stack: Ethernet frames on one side, sockets on the other. Testable alone: knows no ZeroTier.
// Composition root of this directory. One interface per virtual network plus one loopback interface.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/drop_counters.h"
#include "netstack/counters.h"
#include "netstack/stack_types.h"
#include "zt/random.h"

namespace zt::netstack {

class Stack {
 public:
  // Limits (docs/security/limits.md).
  static constexpr size_t kMaxInterfaces = 256;
  static constexpr size_t kMaxSockets = 65536;
  static constexpr size_t kTcpSendBuffer = 16 << 20;    // grows to this; bytes held for retransmission
  static constexpr size_t kTcpReceiveBuffer = 65535 << 8;  // the largest window offered (RFC 7323 scaling)
  static constexpr size_t kMinBufferBytes = 1 << 20;  // of SetMaxBufferBytes
  static constexpr size_t kMaxBufferBytes = size_t{1} << 30;
  static constexpr size_t kUdpReceiveBuffer = 1 << 20;
  // vl2.md §17: MTU 1280 (the least IPv6 allows) to 10000. Others are refused.
  static constexpr uint32_t kMinMtu = 1280;
  static constexpr uint32_t kMaxMtu = 10000;

  Stack(RandomSource& random, DropCounters& drops, FrameSink& sink);
  ~Stack();

  // Interfaces. `segment_hint`: the IP packet size that fits one physical datagram; TCP sends segments no larger, to
  // avoid VL1 fragments. 0: use the MTU.
  bool AddInterface(const Now& now, NetworkId interface, Mac mac, uint32_t mtu, uint32_t segment_hint);
  // Its connections end with kNetworkDown, its pings too. Posts kNetifDown, as AddInterface posts kNetifUp.
  void RemoveInterface(const Now& now, NetworkId interface);
  void SetMtu(NetworkId interface, uint32_t mtu);  // ignored outside kMinMtu..kMaxMtu
  // Replaces the addresses, the link-local one aside; each with its on-link prefix. Connections of a removed address
  // end with kAddressNotAvailable.
  void SetAddresses(const Now& now, NetworkId interface, std::span<const IpPrefix> addresses);
  // Whether addresses are checked for duplicates (RFC 4862 §5.4, RFC 5227) and their groups announced when they are
  // set; on at first. Applies to what is added afterwards.
  void SetAddressDetection(bool on);
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

  // Sockets. `interface` 0 means any. An unspecified local address means all addresses of that
  // family; none means all of both (dual stack).
  // A handle lives until Close, also after kTcpClosed: what arrived before an orderly end can still be read. Listeners
  // and datagram sockets of an interface that is removed stay, and work again when it comes back.
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
  // Options by their BSD names; units and ranges in HOST_PROTOCOL.md §7. kInvalidArgument: out of range, or not an
  // option of this kind of socket.
  Status SetOption(const Now& now, SocketId socket, SocketOption option, int64_t value);
  Status GetOption(const Now& now, SocketId socket, SocketOption option, int64_t& value);
  std::optional<TcpInfo> GetTcpInfo(const Now& now, SocketId socket) const;
  // Bytes taken into the send buffer (a prefix; 0 when it is full), or a negative Status.
  int64_t TcpWrite(const Now& now, SocketId socket, ByteSpan data);
  // Bytes copied out; 0 at end of stream; negative Status (kWouldBlock when nothing is there).
  int64_t TcpRead(const Now& now, SocketId socket, MutableBytes into);
  // What is readable, in place, at most two pieces (there may be more behind them); valid until the next call.
  // TcpConsume gives back up to what is readable, else kInvalidArgument: together a TcpRead without the copy.
  int64_t TcpPeek(SocketId socket, ByteSpan& first, ByteSpan& second);
  Status TcpConsume(const Now& now, SocketId socket, size_t size);
  Opened UdpBind(NetworkId interface, const Endpoint& local);
  // Fixes the peer: others are not heard, errors reach the socket. None: any peer again. `local` is completed.
  Status UdpConnect(SocketId socket, const Endpoint& remote, Endpoint& local);
  // `to` none: the connected peer.
  Status UdpSend(const Now& now, SocketId socket, const Endpoint& to, ByteSpan data);
  // Multicast membership (RFC 1112 §7.1, RFC 3376 §3.1, RFC 3810 §3) of a UDP socket on an interface; `interface` 0:
  // the one it is bound to, else the first with that family. kAlreadyExists, kNotFound, kLimitReached.
  Status JoinGroup(const Now& now, SocketId socket, NetworkId interface, const IpAddress& group);
  Status LeaveGroup(const Now& now, SocketId socket, NetworkId interface, const IpAddress& group);
  // Bytes of the datagram (cut to `into`), negative Status when there is none.
  int64_t UdpReceive(SocketId socket, Endpoint& from, Endpoint& to, MutableBytes into);
  // ICMP echo; the answer or time-out comes as kPingReply with this token.
  Status Ping(const Now& now, NetworkId interface, const IpAddress& to, uint32_t token, size_t payload_size,
              Millis timeout);
  std::optional<SocketInfo> Info(SocketId socket) const;
  // Sockets, half-open and closing connections the stack still keeps; 0 when all is forgotten.
  size_t SocketCount() const;
  // Bytes of socket buffers in use (whole blocks).
  size_t BufferBytes() const;
  // What all socket buffers may hold together, kMinBufferBytes..kMaxBufferBytes, 512 MiB at first. Near it windows stop
  // growing and writers get 0; with nothing left received data is dropped, and a patient peer sends it again.
  void SetMaxBufferBytes(size_t bytes);
  const StackCounters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zt::netstack
