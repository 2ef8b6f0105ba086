// The 28-byte packet header in place: offsets, flags, accessors (vl1.md §3.2, §3.3, §3.5).
#pragma once

#include "base/check.h"
#include "zt/bytes.h"
#include "zt/generated/enums.h"
#include "zt/ids.h"

namespace zt::wire {

inline constexpr size_t kPacketIdOffset = 0;
inline constexpr size_t kDestinationOffset = 8;
inline constexpr size_t kSourceOffset = 13;
inline constexpr size_t kFlagsOffset = 18;
inline constexpr size_t kMacOffset = 19;
inline constexpr size_t kVerbOffset = 27;     // first byte of the envelope
inline constexpr size_t kPayloadOffset = 28;
inline constexpr size_t kHeaderSize = 28;

// Byte 18 (vl1.md §3.3).
inline constexpr uint8_t kLegacyEncryptedFlag = 0x80;
inline constexpr uint8_t kFragmentedFlag = 0x40;
inline constexpr uint8_t kSuiteMask = 0x38;
inline constexpr int kSuiteShift = 3;
inline constexpr uint8_t kHopsMask = 0x07;

// Byte 27 (vl1.md §3.5).
inline constexpr uint8_t kCompressedFlag = 0x80;
inline constexpr uint8_t kVerbMask = 0x1f;

// Read access to a packet of at least kHeaderSize bytes; shorter is our bug.
class PacketView {
 public:
  explicit PacketView(ByteSpan packet) : packet_(packet) { ZT_CHECK(packet.size() >= kHeaderSize); }

  PacketId id() const { return {Number(kPacketIdOffset, 8)}; }
  NodeAddress destination() const { return {Number(kDestinationOffset, 5)}; }
  NodeAddress source() const { return {Number(kSourceOffset, 5)}; }
  uint8_t flags() const { return packet_[kFlagsOffset]; }
  bool fragmented() const { return (flags() & kFragmentedFlag) != 0; }
  uint8_t suite() const { return (flags() & kSuiteMask) >> kSuiteShift; }  // 0..7, see vl1::CipherSuite
  uint8_t hops() const { return flags() & kHopsMask; }
  uint64_t mac() const { return Number(kMacOffset, 8); }  // or the trusted path id (vl1.md §4.5)
  // Meaningful only in plaintext.
  Verb verb() const { return static_cast<Verb>(packet_[kVerbOffset] & kVerbMask); }
  bool compressed() const { return (packet_[kVerbOffset] & kCompressedFlag) != 0; }
  ByteSpan payload() const { return packet_.subspan(kPayloadOffset); }
  ByteSpan bytes() const { return packet_; }

 private:
  uint64_t Number(size_t at, size_t n) const {
    uint64_t v = 0;
    for (size_t i = 0; i < n; ++i) v = v << 8 | packet_[at + i];
    return v;
  }
  ByteSpan packet_;
};

// Write access on top.
class MutablePacketView : public PacketView {
 public:
  explicit MutablePacketView(MutableBytes packet) : PacketView(packet), packet_(packet) {}

  void set_id(PacketId id) { Number(kPacketIdOffset, 8, id.value); }
  void set_destination(NodeAddress a) { Number(kDestinationOffset, 5, a.value); }
  void set_source(NodeAddress a) { Number(kSourceOffset, 5, a.value); }
  void set_flags(uint8_t flags) { packet_[kFlagsOffset] = flags; }
  void set_fragmented(bool on) { SetBits(kFlagsOffset, kFragmentedFlag, on ? kFragmentedFlag : 0); }
  void set_suite(uint8_t s) { SetBits(kFlagsOffset, kSuiteMask, static_cast<uint8_t>(s << kSuiteShift)); }
  void set_hops(uint8_t hops) { SetBits(kFlagsOffset, kHopsMask, hops); }
  void set_mac(uint64_t mac) { Number(kMacOffset, 8, mac); }
  void set_verb(Verb verb, bool compressed = false) {
    packet_[kVerbOffset] = static_cast<uint8_t>((static_cast<uint8_t>(verb) & kVerbMask) |
                                                (compressed ? kCompressedFlag : 0));
  }
  MutableBytes mutable_payload() { return packet_.subspan(kPayloadOffset); }
  MutableBytes mutable_bytes() { return packet_; }
  // The header of a fresh packet: flags, MAC and hops are zero (vl1.md §3.3).
  void Start(PacketId id, NodeAddress destination, NodeAddress source, Verb verb) {
    set_id(id);
    set_destination(destination);
    set_source(source);
    set_flags(0);
    set_mac(0);
    set_verb(verb);
  }

 private:
  void SetBits(size_t at, uint8_t mask, uint8_t bits) {
    packet_[at] = static_cast<uint8_t>((packet_[at] & ~mask) | (bits & mask));
  }
  void Number(size_t at, size_t n, uint64_t v) {
    for (size_t i = 0; i < n; ++i) packet_[at + i] = static_cast<uint8_t>(v >> (8 * (n - 1 - i)));
  }
  MutableBytes packet_;
};

}  // namespace zt::wire
