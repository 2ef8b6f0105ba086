#include "netstack/tcp/state.h"

namespace zt::netstack {
namespace {

using S = TcpState;
using E = TcpEvent;

// RFC 9293 §3.3.2, figure 5.
constexpr TcpTransition kTransitions[] = {
    {S::kClosed, E::kConnect, S::kSynSent},
    {S::kClosed, E::kListen, S::kListen},
    {S::kListen, E::kSyn, S::kSynReceived},
    {S::kListen, E::kEnd, S::kClosed},
    {S::kSynSent, E::kSyn, S::kSynReceived},  // simultaneous open
    {S::kSynSent, E::kAckOfSyn, S::kEstablished},
    {S::kSynSent, E::kEnd, S::kClosed},
    {S::kSynReceived, E::kAckOfSyn, S::kEstablished},
    {S::kSynReceived, E::kEnd, S::kClosed},
    {S::kEstablished, E::kShutdown, S::kFinWait1},
    {S::kEstablished, E::kFin, S::kCloseWait},
    {S::kEstablished, E::kEnd, S::kClosed},
    {S::kFinWait1, E::kAckOfFin, S::kFinWait2},
    {S::kFinWait1, E::kFin, S::kClosing},  // simultaneous close
    {S::kFinWait1, E::kEnd, S::kClosed},
    {S::kFinWait2, E::kFin, S::kTimeWait},
    {S::kFinWait2, E::kEnd, S::kClosed},
    {S::kCloseWait, E::kShutdown, S::kLastAck},
    {S::kCloseWait, E::kEnd, S::kClosed},
    {S::kClosing, E::kAckOfFin, S::kTimeWait},
    {S::kClosing, E::kEnd, S::kClosed},
    {S::kLastAck, E::kAckOfFin, S::kClosed},
    {S::kLastAck, E::kEnd, S::kClosed},
    {S::kTimeWait, E::kEnd, S::kClosed},
};

}  // namespace

std::span<const TcpTransition> TcpTransitions() { return kTransitions; }

std::optional<TcpState> NextState(TcpState from, TcpEvent event) {
  for (const TcpTransition& t : kTransitions) {
    if (t.from == from && t.event == event) return t.to;
  }
  return std::nullopt;
}

std::string_view ToString(TcpState state) {
  switch (state) {
    case S::kClosed: return "CLOSED";
    case S::kListen: return "LISTEN";
    case S::kSynSent: return "SYN-SENT";
    case S::kSynReceived: return "SYN-RECEIVED";
    case S::kEstablished: return "ESTABLISHED";
    case S::kFinWait1: return "FIN-WAIT-1";
    case S::kFinWait2: return "FIN-WAIT-2";
    case S::kCloseWait: return "CLOSE-WAIT";
    case S::kClosing: return "CLOSING";
    case S::kLastAck: return "LAST-ACK";
    case S::kTimeWait: return "TIME-WAIT";
  }
  return "unknown";
}

std::string_view ToString(TcpEvent event) {
  switch (event) {
    case E::kConnect: return "connect";
    case E::kListen: return "listen";
    case E::kSyn: return "SYN";
    case E::kAckOfSyn: return "ACK of SYN";
    case E::kShutdown: return "shutdown";
    case E::kAckOfFin: return "ACK of FIN";
    case E::kFin: return "FIN";
    case E::kEnd: return "end";
  }
  return "unknown";
}

}  // namespace zt::netstack
