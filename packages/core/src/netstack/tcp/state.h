// States of a connection (RFC 9293 §3.3.2), numbered as SocketInfo::tcp_state.
#pragma once

#include <cstdint>

namespace zt::netstack {

//   CLOSED -> SYN_SENT (connect) | SYN_RECEIVED (SYN at a listener)
//   SYN_SENT -> ESTABLISHED (SYN+ACK) | SYN_RECEIVED (SYN alone: simultaneous open)
//   SYN_RECEIVED -> ESTABLISHED (ACK)
//   ESTABLISHED -> FIN_WAIT_1 (we close) | CLOSE_WAIT (peer closes)
//   FIN_WAIT_1 -> FIN_WAIT_2 (ACK of FIN) | CLOSING (FIN) | TIME_WAIT (FIN and ACK of FIN)
//   FIN_WAIT_2 -> TIME_WAIT (FIN)    CLOSING -> TIME_WAIT (ACK of FIN)    CLOSE_WAIT -> LAST_ACK (we close)
//   LAST_ACK -> CLOSED (ACK of FIN)    TIME_WAIT -> CLOSED (2 MSL)
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

// The handshake is over and the connection not yet closed.
inline bool IsSynchronized(TcpState s) { return s >= TcpState::kEstablished; }

}  // namespace zt::netstack
