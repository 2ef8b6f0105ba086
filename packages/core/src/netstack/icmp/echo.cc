#include "netstack/icmp/echo.h"

#include <algorithm>

#include "netstack/header/protocol.h"

namespace zt::netstack {

Status Echo::Ping(const Now& now, NetworkId interface, const IpAddress& to, uint32_t token,
                  size_t payload_size, Millis timeout) {
  if (to.IsUnspecified() || payload_size > kMaxPayload || timeout < 0) {
    return Status::kInvalidArgument;
  }
  if (pending_.size() >= kMaxPings) return Status::kLimitReached;
  Path path;
  const Status status = ip_.FindPath(interface, {}, to, path);
  if (status != Status::kOk) return status;
  do {
    ++sequence_;
  } while (pending_.count(sequence_) != 0);
  Bytes body(payload_size);
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<uint8_t>(i);
  const uint32_t rest = uint32_t{identifier_} << 16 | sequence_;
  const Bytes message =
      to.IsV4() ? Icmpv4{Icmpv4::kEchoRequest, 0, rest, body}.Serialize()
                : Icmpv6{Icmpv6::kEchoRequest, 0, rest, body}.Serialize(path.source, to);
  const Status queued = Send(now, path, to, message);
  if (queued != Status::kOk) return queued;
  const Millis wait = timeout == 0 ? kDefaultTimeout : timeout;
  pending_[sequence_] = {token, path.interface, to, now.mono, now.mono + wait};
  return Status::kOk;
}

Status Echo::Send(const Now& now, const Path& path, const IpAddress& to, ByteSpan message) {
  const bool v4 = to.IsV4();
  const Status status = ip_.Enqueue(now, path, to, v4 ? kProtocolIcmpv4 : kProtocolIcmpv6, message);
  ProtocolCounters& counts = counters_[v4 ? StackProtocol::kIcmp4 : StackProtocol::kIcmp6];
  ++(status == Status::kOk ? counts.xmit : counts.memerr);
  return status;
}

void Echo::HandleReply(const Now& now, const IpPacket& packet, uint32_t rest) {
  if (rest >> 16 != identifier_) return;
  auto it = pending_.find(static_cast<uint16_t>(rest));
  if (it == pending_.end()) return;
  const IpAddress& asked = it->second.remote;
  // A group or broadcast request is answered by members under their own addresses.
  if (asked != packet.source && !asked.IsMulticast() && !ip_.IsBroadcast(asked)) return;
  it->second.remote = packet.source;
  Finish(it, Status::kOk, now.mono - it->second.sent);
}

std::optional<Path> Echo::PathBack(const Now& now, const IpPacket& packet) {
  if (!answers_.Allow(now)) {
    drops_.Count(DropReason::kRateLimited);
    return std::nullopt;
  }
  Path path;
  const NetworkId interface = packet.arrival->loopback ? NetworkId{} : packet.arrival->id;
  // RFC 1122 §3.2.2.6: the source of the answer is the address asked, unless that is a group.
  const bool group = packet.destination.IsMulticast() || ip_.IsBroadcast(packet.destination);
  const IpAddress local = group ? IpAddress{} : packet.destination;
  if (ip_.FindPath(interface, local, packet.source, path) != Status::kOk) return std::nullopt;
  return path;
}

void Echo::AnswerV4(const Now& now, const IpPacket& packet, const Icmpv4& request) {
  // RFC 1122 §3.2.2.6 allows silence for broadcasts; answering would amplify.
  if (packet.group) return;
  const std::optional<Path> path = PathBack(now, packet);
  if (!path) return;
  Send(now, *path, packet.source, Icmpv4{Icmpv4::kEchoReply, 0, request.rest, request.body}.Serialize());
}

void Echo::AnswerV6(const Now& now, const IpPacket& packet, const Icmpv6& request) {
  const std::optional<Path> path = PathBack(now, packet);
  if (!path) return;
  const Icmpv6 reply{Icmpv6::kEchoReply, 0, request.rest, request.body};
  Send(now, *path, packet.source, reply.Serialize(path->source, packet.source));
}

// The request of ours that an error is about.
std::map<uint16_t, Echo::Pending>::iterator Echo::Quoted(const TransportError& error) {
  const uint8_t request = error.local.IsV4() ? Icmpv4::kEchoRequest : Icmpv6::kEchoRequest;
  if (error.header[0] != request || LoadU16(&error.header[4]) != identifier_) return pending_.end();
  auto it = pending_.find(LoadU16(&error.header[6]));
  return it != pending_.end() && it->second.remote == error.remote ? it : pending_.end();
}

void Echo::HandleError(const Now& now, const TransportError& error) {
  if (error.mtu != 0) return;
  auto it = Quoted(error);
  if (it == pending_.end()) return;
  Finish(it, Status::kHostUnreachable, now.mono - it->second.sent);
}

void Echo::HandleTimeout(const Now& now) {
  for (auto it = pending_.begin(); it != pending_.end();) {
    auto current = it++;
    if (now.mono < current->second.expires) continue;
    Finish(current, Status::kTimedOut, now.mono - current->second.sent);
  }
}

Deadline Echo::NextTimeout() const {
  Deadline deadline{Instant::Never(), "ping"};
  for (const auto& [sequence, ping] : pending_) {
    if (ping.expires < deadline.at) deadline.at = ping.expires;
  }
  return deadline;
}

void Echo::Forget(NetworkId interface) {
  for (auto it = pending_.begin(); it != pending_.end();) {
    auto current = it++;
    if (current->second.interface == interface) Finish(current, Status::kNetworkDown, 0);
  }
}

void Echo::Finish(std::map<uint16_t, Pending>::iterator it, Status status, Millis rtt) {
  StackEvent event;
  event.kind = StackEventKind::kPingReply;
  event.status = status;
  event.token = it->second.token;
  event.interface = it->second.interface;
  event.remote = {it->second.remote, 0};
  event.rtt_ms = rtt;
  pending_.erase(it);
  events_.Push(event);
}

}  // namespace zt::netstack
