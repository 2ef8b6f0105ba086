// Identifiers with a meaning have a type (vl1.md §2.1, vl2.md §2).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace zt {

// 40-bit node address. Valid iff non-zero and the first byte is not 0xff (vl1.md §2.1).
struct NodeAddress {
  uint64_t value = 0;
  auto operator<=>(const NodeAddress&) const = default;
  bool IsValid() const { return value != 0 && (value >> 32) != 0xff && (value >> 40) == 0; }
  std::string ToString() const;                                // 10 lower-case hex digits
  static std::optional<NodeAddress> Parse(std::string_view);   // exactly 10 hex digits, valid
};

// 64-bit network id; the controller's address is the top 40 bits (vl2.md §2.1).
struct NetworkId {
  uint64_t value = 0;
  auto operator<=>(const NetworkId&) const = default;
  NodeAddress Controller() const { return {value >> 24}; }
  bool IsAdHoc() const { return (value >> 56) == 0xff; }
  std::string ToString() const;                              // 16 lower-case hex digits
  static std::optional<NetworkId> Parse(std::string_view);   // exactly 16 hex digits, non-zero
};

// 48-bit Ethernet address in the low bits.
struct Mac {
  uint64_t value = 0;
  auto operator<=>(const Mac&) const = default;
  bool IsMulticast() const { return (value >> 40) & 1; }
  bool IsBroadcast() const { return value == 0xffffffffffffULL; }
  std::array<uint8_t, 6> ToBytes() const;
  static Mac FromBytes(const uint8_t* six);
  static constexpr Mac Broadcast() { return {0xffffffffffffULL}; }
  std::string ToString() const;  // aa:bb:cc:dd:ee:ff
};

// Identifies a packet on the wire; the first 8 bytes as transmitted (vl1.md §3.4).
struct PacketId {
  uint64_t value = 0;
  auto operator<=>(const PacketId&) const = default;
};

// A socket of the netstack. Never reused within the life of a stack; 0 is no socket.
struct SocketId {
  uint32_t value = 0;
  auto operator<=>(const SocketId&) const = default;
  explicit operator bool() const { return value != 0; }
};

// A local UDP socket of the host (an index the host gives); kAllSockets means one copy from every socket.
struct LocalSocket {
  int32_t value = -1;
  auto operator<=>(const LocalSocket&) const = default;
};
inline constexpr LocalSocket kAllSockets{-1};

}  // namespace zt

#define ZT_HASH_BY_VALUE(Type)                                                      \
  template <>                                                                       \
  struct std::hash<Type> {                                                          \
    size_t operator()(const Type& v) const noexcept {                               \
      return static_cast<size_t>(static_cast<uint64_t>(v.value) * 0x9e3779b97f4a7c15ULL >> 7); \
    }                                                                               \
  }
ZT_HASH_BY_VALUE(zt::NodeAddress);
ZT_HASH_BY_VALUE(zt::NetworkId);
ZT_HASH_BY_VALUE(zt::Mac);
ZT_HASH_BY_VALUE(zt::PacketId);
ZT_HASH_BY_VALUE(zt::SocketId);
