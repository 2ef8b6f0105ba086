#include "netstack/icmp/error.h"

#include <algorithm>

#include "netstack/header/protocol.h"
#include "netstack/ip/quote.h"

namespace zt::netstack {
namespace {

constexpr size_t kQuoteV4 = 576 - 20 - 8;   // RFC 1812 §4.3.2.3
constexpr size_t kQuoteV6 = 1280 - 40 - 8;  // RFC 4443 §2.4 (c)

Status StatusOfV4(uint8_t code) {
  switch (code) {
    case 0:
    case 6:
    case 11: return Status::kNetworkUnreachable;
    case 2:
    case 3: return Status::kConnectionRefused;
    case 9:
    case 10:
    case 13: return Status::kAccessDenied;
    default: return Status::kHostUnreachable;
  }
}

Status StatusOfV6(uint8_t code) {
  switch (code) {
    case 0: return Status::kNetworkUnreachable;
    case 1:
    case 5:
    case 6: return Status::kAccessDenied;
    case 4: return Status::kConnectionRefused;
    default: return Status::kHostUnreachable;
  }
}

}  // namespace

void IcmpErrors::Send(const Now& now, const IpPacket& packet, uint8_t type, uint8_t code,
                      uint32_t rest) {
  if (packet.group || packet.source.IsUnspecified() || packet.source.IsMulticast()) return;
  const bool v4 = packet.source.IsV4();
  // No error about an error, nor about a redirect.
  if (v4 && packet.protocol == kProtocolIcmpv4) return;
  if (!v4 && packet.protocol == kProtocolIcmpv6 &&
      (packet.payload.empty() || packet.payload[0] < 128 || packet.payload[0] == Icmpv6::kRedirect)) {
    return;
  }
  if (!limit_.Allow(now)) return drops_.Count(DropReason::kRateLimited);
  Path path;
  // The source is the address the packet came to; of a packet to a group one of ours (RFC 4443 §2.2).
  const IpAddress local = packet.destination.IsMulticast() ? IpAddress{} : packet.destination;
  const NetworkId interface = packet.arrival->loopback ? NetworkId{} : packet.arrival->id;
  if (ip_.FindPath(interface, local, packet.source, path) != Status::kOk) return;
  const ByteSpan quote =
      packet.whole.first(std::min(packet.whole.size(), v4 ? kQuoteV4 : kQuoteV6));
  const Bytes message = v4 ? Icmpv4{type, code, rest, quote}.Serialize()
                           : Icmpv6{type, code, rest, quote}.Serialize(path.source, packet.source);
  if (ip_.Enqueue(now, path, packet.source, v4 ? kProtocolIcmpv4 : kProtocolIcmpv6, message) != Status::kOk) return;
  ++counters_[v4 ? StackProtocol::kIcmp4 : StackProtocol::kIcmp6].xmit;
}

void IcmpErrors::SendPortUnreachable(const Now& now, const IpPacket& packet) {
  if (packet.source.IsV4()) {
    Send(now, packet, Icmpv4::kUnreachable, Icmpv4::kCodePortUnreachable, 0);
  } else {
    Send(now, packet, Icmpv6::kUnreachable, Icmpv6::kCodePortUnreachable, 0);
  }
}

void IcmpErrors::SendProtocolUnreachable(const Now& now, const IpPacket& packet) {
  if (packet.source.IsV4()) {
    Send(now, packet, Icmpv4::kUnreachable, Icmpv4::kCodeProtocolUnreachable, 0);
  } else {
    // RFC 8200 §4: the pointer names the next-header field.
    Send(now, packet, Icmpv6::kParameterProblem, Icmpv6::kCodeUnknownNextHeader, packet.next_header_at);
  }
}

std::optional<TransportError> IcmpErrors::Interpret(const Icmpv4& message) {
  std::optional<TransportError> error = ParseQuote(message.body);
  if (!error || !error->local.IsV4()) return std::nullopt;
  switch (message.type) {
    case Icmpv4::kUnreachable:
      if (message.code == Icmpv4::kCodeFragmentationNeeded) {
        error->mtu = std::max<uint32_t>(message.rest & 0xffff, PathMtu::kMinV4);
      }
      error->status = StatusOfV4(message.code);
      return error;
    case Icmpv4::kTimeExceeded:
    case Icmpv4::kParameterProblem: error->status = Status::kHostUnreachable; return error;
    default: return std::nullopt;
  }
}

std::optional<TransportError> IcmpErrors::Interpret(const Icmpv6& message) {
  std::optional<TransportError> error = ParseQuote(message.body);
  if (!error || !error->local.IsV6()) return std::nullopt;
  switch (message.type) {
    case Icmpv6::kUnreachable: error->status = StatusOfV6(message.code); return error;
    case Icmpv6::kPacketTooBig:
      error->mtu = std::max<uint32_t>(message.rest, PathMtu::kMinV6);
      error->status = Status::kMessageTooBig;
      return error;
    case Icmpv6::kTimeExceeded:
    case Icmpv6::kParameterProblem: error->status = Status::kHostUnreachable; return error;
    default: return std::nullopt;
  }
}

}  // namespace zt::netstack
