#include "netstack/group/report_packet.h"

#include "netstack/header/checksum.h"
#include "netstack/header/igmp.h"
#include "netstack/header/ipv4.h"
#include "netstack/header/ipv6.h"
#include "netstack/header/mld.h"
#include "netstack/header/protocol.h"
#include "netstack/ip/source_selection.h"

namespace zt::netstack {
namespace {

using Kind = GroupReporter::Message::Kind;

constexpr uint8_t kInternetControl = 0xc0;                        // RFC 3376 §4: TOS of every report
constexpr uint8_t kRouterAlert4[] = {0x94, 4, 0, 0};              // RFC 2113 §2.1
constexpr uint8_t kRouterAlert6[] = {0, 0, 5, 2, 0, 0, 1, 0};     // RFC 2711 §2.1 and PadN; next header comes first
constexpr uint32_t kAllRouters4 = 0xe0000002;                     // 224.0.0.2, RFC 2236 §3
constexpr uint32_t kAllReports4 = 0xe0000016;                     // 224.0.0.22, RFC 3376 §4.2.14

IpAddress LinkScope(uint8_t last) {
  const uint8_t bytes[16] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last};
  return IpAddress::FromV6Bytes(bytes);
}

}  // namespace

void SendIgmp(const Interface& interface, const GroupReporter::Message& message, OutputQueue& out) {
  Ipv4Header header;
  // RFC 3376 §4.2.13: 0.0.0.0 when the interface has no address yet.
  header.source = SelectSource(interface, IpAddress::V4(kAllReports4));
  if (header.source.IsNone()) header.source = IpAddress::V4(0);
  header.protocol = kProtocolIgmp;
  header.ttl = 1;
  header.tos = kInternetControl;
  Bytes body;
  switch (message.kind) {
    case Kind::kRecords:
      header.destination = IpAddress::V4(kAllReports4);
      body = Igmp::SerializeReport(message.records);
      break;
    case Kind::kReport:
      header.destination = message.group;
      body = Igmp::Serialize(message.version == 1 ? Igmp::kReportV1 : Igmp::kReportV2, message.group);
      break;
    case Kind::kLeave:
      header.destination = IpAddress::V4(kAllRouters4);
      body = Igmp::Serialize(Igmp::kLeave, message.group);
      break;
  }
  constexpr size_t kOptionsSize = sizeof kRouterAlert4;
  Bytes packet(Ipv4Header::kSize + kOptionsSize + body.size());
  header.Write(packet.data(), kOptionsSize + body.size());
  packet[0] = 0x46;
  std::memcpy(&packet[Ipv4Header::kSize], kRouterAlert4, kOptionsSize);
  StoreU16(&packet[10], 0);
  StoreU16(&packet[10], ChecksumOf(ByteSpan(packet).first(Ipv4Header::kSize + kOptionsSize)));
  std::memcpy(&packet[Ipv4Header::kSize + kOptionsSize], body.data(), body.size());
  out.Push({interface.id, kEtherTypeIpv4, GroupMac(header.destination), {}, std::move(packet)});
}

void SendMld(const Interface& interface, const GroupReporter::Message& message, OutputQueue& out) {
  Ipv6Header header;
  switch (message.kind) {
    case Kind::kRecords: header.destination = LinkScope(0x16); break;  // RFC 3810 §5.2.14
    case Kind::kReport: header.destination = message.group; break;
    case Kind::kLeave: header.destination = LinkScope(2); break;       // RFC 2710 §3.7
  }
  // RFC 3810 §5.2.13: a link-local address; SelectSource prefers it for a link-scope destination.
  header.source = SelectSource(interface, LinkScope(0x16));
  if (header.source.IsNone()) header.source = IpAddress::FromV6Bytes(std::array<uint8_t, 16>{}.data());
  header.next_header = 0;  // hop-by-hop options
  header.hop_limit = 1;
  Bytes body;
  if (message.kind == Kind::kRecords) {
    body = Mld::SerializeReport(message.records, header.source, header.destination);
  } else {
    const uint8_t type = message.kind == Kind::kReport ? Mld::kReportV1 : Mld::kDone;
    body = Mld::Serialize(type, message.group, header.source, header.destination);
  }
  constexpr size_t kOptionsSize = sizeof kRouterAlert6;
  Bytes packet(Ipv6Header::kSize + kOptionsSize + body.size());
  header.Write(packet.data(), kOptionsSize + body.size());
  std::memcpy(&packet[Ipv6Header::kSize], kRouterAlert6, kOptionsSize);
  packet[Ipv6Header::kSize] = kProtocolIcmpv6;
  std::memcpy(&packet[Ipv6Header::kSize + kOptionsSize], body.data(), body.size());
  out.Push({interface.id, kEtherTypeIpv6, GroupMac(header.destination), {}, std::move(packet)});
}

}  // namespace zt::netstack
