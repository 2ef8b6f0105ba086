// EXT_FRAME: an Ethernet frame with its MACs: bridged, tee, redirect, watch (vl2.md §9.3).
#pragma once

#include <optional>

#include "wire/credential/membership.h"

namespace zt::wire {

struct ExtFrame {
  // Flags; 0x01 is implied by `com`.
  static constexpr uint8_t kComAttached = 0x01;
  static constexpr uint8_t kSubtypeMask = 0x0e;
  static constexpr uint8_t kAcknowledge = 0x10;
  // Whole flag bytes as senders use them.
  static constexpr uint8_t kBridged = 0x00;
  static constexpr uint8_t kOutboundTee = 0x02;
  static constexpr uint8_t kOutboundRedirect = 0x04;
  static constexpr uint8_t kOutboundWatch = 0x16;
  static constexpr uint8_t kInboundTee = 0x08;
  static constexpr uint8_t kInboundRedirect = 0x0a;
  static constexpr uint8_t kInboundWatch = 0x1c;

  NetworkId network;
  uint8_t flags = 0;  // as received; written without 0x01 unless com is set
  std::optional<CertificateOfMembership> com;  // deprecated: accept, never send
  Mac destination;
  Mac source;
  uint16_t ether_type = 0;
  ByteSpan payload;

  static constexpr size_t kHeadSize = 23;  // without a COM
  bool operator==(const ExtFrame& o) const;
  bool WantsAcknowledgement() const { return (flags & kAcknowledge) != 0; }
  static std::optional<ExtFrame> Parse(ByteSpan message);
  void SerializeHeadTo(ByteWriter& out) const;
  void SerializeTo(ByteWriter& out) const;
};

// OK(EXT_FRAME): the acknowledgement.
struct OkExtFrame {
  PacketId in_re;
  NetworkId network;

  bool operator==(const OkExtFrame&) const = default;
  static std::optional<OkExtFrame> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
