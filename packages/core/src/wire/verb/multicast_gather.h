// MULTICAST_GATHER: asks who subscribes to a group; OK lists members (vl2.md §12.7).
#pragma once

#include <optional>
#include <vector>

#include "wire/credential/membership.h"

namespace zt::wire {

struct MulticastGather {
  static constexpr uint8_t kComAttached = 0x01;

  NetworkId network;
  uint8_t flags = 0;  // as received; written with 0x01 iff com is set
  Mac mac;
  uint32_t adi = 0;
  uint32_t limit = 0;
  std::optional<CertificateOfMembership> com;  // a malformed one reads as none (vl2.md §12.7)

  bool operator==(const MulticastGather&) const = default;
  static std::optional<MulticastGather> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

// Members of a group as two OK messages carry them.
struct GatherResult {
  uint32_t total_known = 0;  // informational
  std::vector<NodeAddress> members;

  static constexpr size_t kHeadSize = 6;
  static constexpr size_t kMemberSize = 5;
  bool operator==(const GatherResult&) const = default;
  // More members than there are bytes for fails the reader.
  static GatherResult Read(ByteReader& in);
  void SerializeTo(ByteWriter& out) const;
};

struct OkMulticastGather {
  PacketId in_re;
  NetworkId network;
  Mac mac;
  uint32_t adi = 0;
  GatherResult result;

  bool operator==(const OkMulticastGather&) const = default;
  static std::optional<OkMulticastGather> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
