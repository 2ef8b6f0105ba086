// What IGMP and MLD have in common: queries and records about groups (RFC 3376 §4, RFC 3810 §5).
#pragma once

#include <vector>

#include "zt/inet.h"
#include "zt/time.h"

namespace zt::netstack {

struct GroupQuery {
  // The version of the querier on the scale of IGMP; MLDv1 is 2 and MLDv2 is 3 (RFC 3810 §1).
  uint8_t version = 3;
  Millis max_response = 0;
  IpAddress group;                 // unspecified: a general query
  std::vector<IpAddress> sources;  // of a group-and-source query; at most kMaxSources
  // More than that are answered as a query about the whole group (RFC 3376 §5.2 rule 4).
  static constexpr size_t kMaxSources = 64;
};

enum class GroupRecordType : uint8_t {
  kIsInclude = 1, kIsExclude = 2, kToInclude = 3, kToExclude = 4, kAllow = 5, kBlock = 6
};

struct GroupRecord {
  GroupRecordType type = GroupRecordType::kIsExclude;
  IpAddress group;
  std::vector<IpAddress> sources;
};

// The floating-point codes of RFC 3376 §4.1.1 and RFC 3810 §5.1.3: `mantissa_bits` is 4 or 12.
uint32_t DecodeResponseCode(uint32_t code, int mantissa_bits);

}  // namespace zt::netstack
