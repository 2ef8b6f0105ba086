// MULTICAST_FRAME: a frame to one subscriber of a group, with an implicit gather (vl2.md §12.6).
#pragma once

#include <optional>

#include "wire/credential/membership.h"
#include "wire/verb/multicast_gather.h"

namespace zt::wire {

struct MulticastFrame {
  static constexpr uint8_t kComAttached = 0x01;
  static constexpr uint8_t kGatherLimit = 0x02;
  static constexpr uint8_t kSourceMac = 0x04;
  static constexpr uint8_t kReplicate = 0x08;  // no field

  NetworkId network;
  uint8_t flags = 0;  // as received; the first three bits are written iff their field is set
  std::optional<CertificateOfMembership> com;  // deprecated: accept, never send
  std::optional<uint32_t> gather_limit;
  std::optional<Mac> source;
  Mac destination;
  uint32_t adi = 0;
  uint16_t ether_type = 0;
  ByteSpan payload;

  bool operator==(const MulticastFrame& o) const;
  static std::optional<MulticastFrame> Parse(ByteSpan message);
  // The head alone, for senders that write the payload in place.
  void SerializeHeadTo(ByteWriter& out) const;
  void SerializeTo(ByteWriter& out) const;
};

struct OkMulticastFrame {
  static constexpr uint8_t kComAttached = 0x01;
  static constexpr uint8_t kGatherResult = 0x02;

  PacketId in_re;
  NetworkId network;
  Mac mac;
  uint32_t adi = 0;
  uint8_t flags = 0;  // as received; 0x01 and 0x02 are written iff their field is set
  std::optional<CertificateOfMembership> com;
  std::optional<GatherResult> result;

  bool operator==(const OkMulticastFrame&) const = default;
  static std::optional<OkMulticastFrame> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
