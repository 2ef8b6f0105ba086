// Events of the netstack as the application gets them.
#include "node/event_encoder.h"

namespace zt::node {

void EventEncoder::Socket(const netstack::StackEvent& event) {
  using netstack::StackEventKind;
  HostWriter out = Begin();
  switch (event.kind) {
    case StackEventKind::kTcpConnected:
      out.U32(event.socket.value);
      out.Ep(event.local);
      out.Ep(event.remote);
      return Post(Event::kTcpConnected);
    case StackEventKind::kTcpAccepted:
      out.U32(event.listener.value);
      out.U32(event.socket.value);
      out.U64(event.interface.value);
      out.Ep(event.local);
      out.Ep(event.remote);
      return Post(Event::kTcpAccepted);
    case StackEventKind::kTcpReadable: out.U32(event.socket.value); return Post(Event::kTcpReadable);
    case StackEventKind::kTcpWritable: out.U32(event.socket.value); return Post(Event::kTcpWritable);
    case StackEventKind::kUdpReadable: out.U32(event.socket.value); return Post(Event::kUdpReadable);
    case StackEventKind::kTcpClosed:
      out.U32(event.socket.value);
      out.I32(static_cast<int32_t>(event.status));
      return Post(Event::kTcpClosed);
    case StackEventKind::kUdpError:
      out.U32(event.socket.value);
      out.I32(static_cast<int32_t>(event.status));
      out.Ep(event.remote);
      return Post(Event::kUdpError);
    case StackEventKind::kPingReply:
      out.U32(event.token);
      out.I32(static_cast<int32_t>(event.status));
      out.Ip(event.remote.ip);
      out.U32(static_cast<uint32_t>(event.rtt_ms));
      return Post(Event::kPingReply);
    case StackEventKind::kNetifUp:
    case StackEventKind::kNetifDown:
    case StackEventKind::kGroupsChanged:
    case StackEventKind::kAddressConflict:
      return;  // NetworkPorts reports interfaces, in order with the addresses on them
  }
}

}  // namespace zt::node
