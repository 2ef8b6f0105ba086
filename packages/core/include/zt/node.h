// One ZeroTier-compatible node as a pure state machine.
//
// Law: after every input (HandleDatagrams, HandleTimeout, Command, TcpWrite, RelayConsumed, ...) drain: PollTransmit
// until it is empty, RelayWanted and RelayOutput, DrainEvents until it is empty; then wait no longer than
// NextTimeout(). Nothing here blocks, starts threads, reads a clock or touches a socket. Not thread-safe: one caller
// at a time. Nodes are independent.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "zt/bytes.h"
#include "zt/generated/enums.h"
#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/time.h"
#include "zt/transmit.h"

namespace zt {

class Node {
 public:
  // `options` as in HOST_PROTOCOL.md §2. On failure returns null and sets `status`.
  static std::unique_ptr<Node> Create(const Now& now, ByteSpan options, Status& status);
  ~Node();

  // Inputs.
  void HandleDatagrams(const Now& now, std::span<const InboundDatagram> batch);
  void HandleTimeout(const Now& now);  // safe to call early
  // One command of HOST_PROTOCOL.md §3. The reply (status and body) is written to `reply`, which is cleared first.
  void Command(const Now& now, ByteSpan request, Bytes& reply);
  // Hot paths of sockets; results as in netstack::Stack (count, or negative Status).
  int64_t TcpWrite(const Now& now, SocketId socket, ByteSpan data);
  int64_t TcpRead(const Now& now, SocketId socket, MutableBytes into);
  int64_t UdpSend(const Now& now, SocketId socket, const Endpoint& to, ByteSpan data);
  int64_t UdpReceive(const Now& now, SocketId socket, Endpoint& from, Endpoint& to, MutableBytes into);
  // Frames of a port (HOST_PROTOCOL.md §12), as records: u16 length, frame. Bytes of the whole records taken or given,
  // or a negative Status.
  int64_t FramesSend(const Now& now, uint32_t port, ByteSpan records);
  int64_t FramesReceive(const Now& now, uint32_t port, MutableBytes into);
  // The stream to the TCP relay (vl1.md §10), which the host makes when RelayWanted names a server and ends when it
  // names none: it is open; bytes came over it; it could not be made, or ended.
  void HandleRelayOpen(const Now& now);
  void HandleRelayData(const Now& now, ByteSpan bytes);
  void HandleRelayClosed(const Now& now);
  // Ends the node: posts node_down, saves peers as store events. After it only DrainEvents and PollTransmit are useful.
  void Shutdown(const Now& now);

  // Outputs.
  // Datagrams to send now, in order; valid until the next PollTransmit, so that a host may send them while other calls
  // go on. Empty: drained.
  std::span<const Transmit> PollTransmit(const Now& now);
  // Where a stream has to be open or under way; none: there must be none.
  Endpoint RelayWanted() const;
  // Bytes to write to the open stream; valid until the next PollTransmit, HandleRelay* or RelayConsumed. Bounded: what
  // a slow stream does not take is dropped before it gets here.
  ByteSpan RelayOutput() const;
  void RelayConsumed(size_t bytes);  // so many of them were written
  bool HasEvents() const;
  // Appends events encoded as in HOST_PROTOCOL.md §4 until `max_bytes` would be passed (at least one is always taken).
  void DrainEvents(Bytes& out, size_t max_bytes);
  Deadline NextTimeout() const;
  // How many datagrams came from endpoints at which no peer is reached, since the start.
  uint64_t DatagramsOfStrangers() const;
  // The others: paths of peers and stable endpoints of roots, each once. None: there are more than `max`, or this node
  // is a root, whose work is with strangers. For hosts that let only a part of a flood through.
  std::optional<std::vector<Endpoint>> KnownEndpoints(size_t max) const;
  // A root was heard lately, or this node is one (vl1.md §7.10).
  bool Online() const;

 private:
  struct Impl;
  explicit Node(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace zt
