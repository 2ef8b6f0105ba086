// IGMP of all versions as a host sees it (RFC 1112 appendix I, RFC 2236 §2, RFC 3376 §4).
//
//   0 type   1 max response code   2 checksum   4 group   8 (version 3: flags, counts, sources or records)
#pragma once

#include <optional>
#include <span>

#include "netstack/header/group_message.h"
#include "zt/bytes.h"

namespace zt::netstack {

struct Igmp {
  static constexpr size_t kSize = 8;
  static constexpr uint8_t kQuery = 0x11;
  static constexpr uint8_t kReportV1 = 0x12;
  static constexpr uint8_t kReportV2 = 0x16;
  static constexpr uint8_t kLeave = 0x17;
  static constexpr uint8_t kReportV3 = 0x22;

  uint8_t type = 0;
  uint8_t code = 0;
  IpAddress group;
  ByteSpan whole;

  static std::optional<Igmp> Parse(ByteSpan message);  // checks length and checksum
  // None: not a query, or of no version (RFC 3376 §7.1).
  std::optional<GroupQuery> AsQuery() const;
  static Bytes Serialize(uint8_t type, const IpAddress& group);
  static Bytes SerializeReport(std::span<const GroupRecord> records);
};

}  // namespace zt::netstack
