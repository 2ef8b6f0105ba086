// States of a connection (RFC 9293 §3.3.2), numbered as SocketInfo::tcp_state, and the transitions between them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace zt::netstack {

enum class TcpState : uint8_t {
  kClosed = 0,
  kListen = 1,
  kSynSent = 2,
  kSynReceived = 3,
  kEstablished = 4,
  kFinWait1 = 5,
  kFinWait2 = 6,
  kCloseWait = 7,
  kClosing = 8,
  kLastAck = 9,
  kTimeWait = 10
};
inline constexpr int kTcpStateCount = 11;

// What moves a connection on. A segment that is several of these counts in this order: RFC 9293 §3.10.7.
enum class TcpEvent : uint8_t {
  kConnect,   // active open
  kListen,    // passive open
  kSyn,       // a SYN that does not acknowledge ours
  kAckOfSyn,  // the handshake is done
  kShutdown,  // the application ends its stream: our FIN is queued
  kAckOfFin,  // the peer has all of our stream
  kFin,       // the peer's stream is over and received
  kEnd        // reset, abort, time-out, 2 MSL over
};
inline constexpr int kTcpEventCount = 8;

struct TcpTransition {
  TcpState from;
  TcpEvent event;
  TcpState to;
};

// All there are. What is not listed cannot happen: a FIN before the end of the handshake waits for it, on either side
// (RFC 9293 §3.10.4), and a listener does not return to LISTEN because it never left.
std::span<const TcpTransition> TcpTransitions();
// None: this event cannot happen in this state.
std::optional<TcpState> NextState(TcpState from, TcpEvent event);

std::string_view ToString(TcpState state);
std::string_view ToString(TcpEvent event);

// The handshake is over and the connection not yet closed.
inline bool IsSynchronized(TcpState s) { return s >= TcpState::kEstablished; }

}  // namespace zt::netstack
