// One rule of the rules engine and its binary form (vl2.md §13.1).
#pragma once

#include <optional>
#include <vector>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt {

// 0..15 are actions, 16..63 matches. Values not named here are kept and match per the unsupported-match flag.
enum class RuleType : uint8_t {
  kActionDrop = 0,
  kActionAccept = 1,
  kActionTee = 2,
  kActionWatch = 3,
  kActionRedirect = 4,
  kActionBreak = 5,
  kActionPriority = 6,
  kSourceAddress = 24,
  kDestinationAddress = 25,
  kVlanId = 26,
  kVlanPcp = 27,
  kVlanDei = 28,
  kMacSource = 29,
  kMacDestination = 30,
  kIpv4Source = 31,
  kIpv4Destination = 32,
  kIpv6Source = 33,
  kIpv6Destination = 34,
  kIpTos = 35,
  kIpProtocol = 36,
  kEtherType = 37,
  kIcmp = 38,
  kSourcePortRange = 39,
  kDestinationPortRange = 40,
  kCharacteristics = 41,
  kFrameSizeRange = 42,
  kRandom = 43,
  kTagsDifference = 44,
  kTagsBitwiseAnd = 45,
  kTagsBitwiseOr = 46,
  kTagsBitwiseXor = 47,
  kTagsEqual = 48,
  kTagSender = 49,
  kTagReceiver = 50,
  kIntegerRange = 51,
};

// Which fields mean something depends on the type; all others stay zero, so that rules compare by value.
struct Rule {
  RuleType type = RuleType::kActionDrop;
  bool negated = false;      // NOT (0x80)
  bool alternative = false;  // OR (0x40)

  NodeAddress address;      // TEE, WATCH, REDIRECT target; SOURCE/DEST ZT ADDRESS
  uint32_t copy_flags = 0;  // TEE, WATCH, REDIRECT
  uint16_t copy_length = 0;
  uint32_t number = 0;      // VLAN ID, PCP, DEI; IP PROTOCOL; ETHERTYPE; RANDOM probability
  Mac mac;                  // MAC SOURCE/DEST
  IpPrefix prefix;          // IPV4/IPV6 SOURCE/DEST; bits as on the wire, 0..255
  uint8_t tos_mask = 0;     // IP TOS
  uint8_t icmp_type = 0;
  uint8_t icmp_code = 0;
  uint8_t icmp_flags = 0;   // 0x01: the code is checked
  uint64_t low = 0;         // inclusive range: IP TOS, port ranges, FRAME SIZE RANGE, INTEGER RANGE
  uint64_t high = 0;
  uint64_t characteristics = 0;
  uint32_t tag_id = 0;      // TAG rules
  uint32_t tag_value = 0;
  uint16_t index = 0;       // INTEGER RANGE
  uint8_t format = 0;

  bool operator==(const Rule&) const = default;
  bool IsAction() const { return static_cast<uint8_t>(type) < 16; }
  bool IsKnown() const;

  // Fields come from their fixed positions, then the reader advances by the stated length (vl2.md §13.1).
  static std::optional<Rule> Parse(ByteReader& in);
  // An unknown type is written with length 0.
  void SerializeTo(ByteWriter& out) const;

  static constexpr size_t kMaxSerializedSize = 21;
};

// Rules back to back to the end of the input; at most `max`, the rest is ignored (vl2.md §6.1). Nothing if malformed.
std::optional<std::vector<Rule>> ParseRules(ByteSpan bytes, size_t max);
Bytes SerializeRules(const std::vector<Rule>& rules);

}  // namespace zt
