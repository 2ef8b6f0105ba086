// MLD of both versions as a host sees it (RFC 2710 §3, RFC 3810 §5): bodies of ICMPv6 messages.
//
//   0 (ICMPv6) type, code, checksum   4 max response code, 0   8 group   24 (version 2: flags, counts, sources)
#pragma once

#include <optional>
#include <span>

#include "netstack/header/group_message.h"
#include "netstack/header/icmpv6.h"

namespace zt::netstack {

struct Mld {
  static constexpr uint8_t kQuery = 130;
  static constexpr uint8_t kReportV1 = 131;
  static constexpr uint8_t kDone = 132;
  static constexpr uint8_t kReportV2 = 143;

  // None: of no version (RFC 3810 §8.1).
  static std::optional<GroupQuery> ParseQuery(const Icmpv6& message);
  // The group of a version 1 report.
  static std::optional<IpAddress> ParseReport(const Icmpv6& message);
  // Complete ICMPv6 messages.
  static Bytes Serialize(uint8_t type, const IpAddress& group, const IpAddress& source, const IpAddress& destination);
  static Bytes SerializeReport(std::span<const GroupRecord> records, const IpAddress& source,
                               const IpAddress& destination);
};

}  // namespace zt::netstack
