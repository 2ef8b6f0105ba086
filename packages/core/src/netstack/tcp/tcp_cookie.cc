// A listener whose half-open places are taken: SYNs are answered by cookies, and what comes back is believed.
#include <algorithm>

#include "netstack/header/protocol.h"
#include "netstack/tcp/tcp_layer.h"

namespace zt::netstack {

void TcpLayer::SendCookie(const Now& now, const IpPacket& packet, const TcpSegment& syn, const Tuple& tuple,
                          Listener& listener) {
  Path path;
  const NetworkId interface = packet.arrival->loopback ? NetworkId{} : packet.arrival->id;
  if (ip_.FindPath(interface, packet.destination, packet.source, path) != Status::kOk) return;
  listener.cookies_until = now.mono + SynCookies::kLife;
  const TcpSettings& settings = listener.settings;
  const size_t headers = (packet.source.IsV4() ? 20 : 40) + TcpSegment::kSize;
  const uint16_t peer_mss = syn.options.mss.value_or(packet.source.IsV4() ? 536 : 1220);
  TcpSegment answer;
  answer.source_port = syn.destination_port;
  answer.destination_port = syn.source_port;
  answer.flags = kTcpSyn | kTcpAck;
  answer.seq = cookies_.Make(now, {tuple.interface, tuple.local, tuple.remote, syn.seq}, peer_mss);
  answer.ack = syn.seq + 1;
  const uint32_t window = settings.receive_buffer != 0 ? settings.receive_buffer : Receiver::kInitialWindow;
  answer.window = static_cast<uint16_t>(std::min<uint32_t>(window, 0xffff));
  answer.options.mss = static_cast<uint16_t>(settings.OfferedMss(packet.arrival->mtu - headers));
  // Without timestamps there is nowhere to remember the other options: the connection has none.
  if (syn.options.has_timestamps) {
    const uint32_t clock = static_cast<uint32_t>(now.mono.ms) + TimestampOffset(tuple);
    answer.options.has_timestamps = true;
    answer.options.timestamp = SynCookies::PutOptions(clock, syn.options);
    answer.options.timestamp_echo = syn.options.timestamp;
    answer.options.sack_permitted = syn.options.sack_permitted;
    if (syn.options.window_scale) answer.options.window_scale = Receiver::kWindowScale;
  }
  uint8_t bytes[TcpSegment::kMaxHeader];
  const size_t size = answer.Write(bytes, packet.destination, packet.source, {});
  const PacketOptions options{.tos = settings.tos, .hop_limit = settings.hop_limit, .dont_fragment = true};
  if (ip_.Enqueue(now, path, packet.source, kProtocolTcp, {bytes, size}, options) == Status::kOk) ++counters_.xmit;
}

// False: not an acknowledgment of a cookie of ours.
bool TcpLayer::AcceptCookie(const Now& now, const TcpSegment& segment, const Tuple& tuple, SocketId listener_id,
                            Listener& listener) {
  if (now.mono >= listener.cookies_until || segment.Has(kTcpSyn) || segment.Has(kTcpRst)) return false;
  const uint32_t cookie = segment.ack - 1;
  const auto mss = cookies_.Check(now, {tuple.interface, tuple.local, tuple.remote, segment.seq - 1}, cookie);
  if (!mss) {
    drops_.Count(DropReason::kBadSynCookie);
    return false;
  }
  // The peer believes it is connected: it will repeat itself until there is a place.
  const SocketId id = listener.waiting < listener.backlog ? next_id_(id_context_) : SocketId{};
  if (!id) {
    drops_.Count(DropReason::kBacklogFull);
    return true;
  }
  TcpSegment syn;
  syn.seq = segment.seq - 1;
  syn.options.mss = *mss;
  if (segment.options.has_timestamps) {
    SynCookies::TakeOptions(segment.options.timestamp_echo, syn.options);
    syn.options.has_timestamps = true;
    syn.options.timestamp = segment.options.timestamp;
  }
  ++listener.half_open;  // for the moment until it is established
  const ConnectionName name{id, listener_id, tuple.interface, listener.interface, tuple.local, tuple.remote};
  Connection& connection = Create(name, listener.settings, cookie);
  connection.AcceptCookie(now, syn, segment);
  Update(connection);
  return true;
}

}  // namespace zt::netstack
