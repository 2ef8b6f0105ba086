// IP addresses, prefixes and endpoints as values (vl1.md §1.5, §1.6).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace zt {

enum class IpFamily : uint8_t { kNone = 0, kV4 = 4, kV6 = 6 };

// Scope classes, higher preferred (vl1.md §1.6).
enum class IpScope : uint8_t {
  kNone = 0, kMulticast = 1, kLoopback = 2, kPseudoPrivate = 3, kGlobal = 4, kLinkLocal = 5, kShared = 6, kPrivate = 7
};

struct IpAddress {
  IpFamily family = IpFamily::kNone;
  std::array<uint8_t, 16> bytes{};  // network order; IPv4 uses the first four, the rest is zero

  auto operator<=>(const IpAddress&) const = default;
  bool IsV4() const { return family == IpFamily::kV4; }
  bool IsV6() const { return family == IpFamily::kV6; }
  bool IsNone() const { return family == IpFamily::kNone; }
  bool IsUnspecified() const;  // 0.0.0.0, :: or none
  bool IsMulticast() const;
  bool IsBroadcastV4() const;  // 255.255.255.255
  size_t size() const { return IsV4() ? 4 : IsV6() ? 16 : 0; }
  uint32_t V4() const;  // host-order number, 0 unless IPv4
  IpScope Scope() const;

  static IpAddress V4(uint32_t host_order);
  static IpAddress V4(uint8_t a, uint8_t b, uint8_t c, uint8_t d);
  static IpAddress FromV4Bytes(const uint8_t* four);
  static IpAddress FromV6Bytes(const uint8_t* sixteen);
  static std::optional<IpAddress> Parse(std::string_view text);  // RFC 4291 §2.2 / dotted quad, strict
  std::string ToString() const;                                  // RFC 5952 for IPv6
};

// An address with its prefix length (0..32 or 0..128). Host bits are kept as given.
struct IpPrefix {
  IpAddress address;
  uint8_t bits = 0;
  auto operator<=>(const IpPrefix&) const = default;
  bool Contains(const IpAddress& ip) const;
  static std::optional<IpPrefix> Parse(std::string_view text);  // "ip/bits"
  std::string ToString() const;
};

struct Endpoint {
  IpAddress ip;
  uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
  bool IsNone() const { return ip.IsNone(); }
  std::string ToString() const;                                 // "ip/port" as the vectors write it
  static std::optional<Endpoint> Parse(std::string_view text);  // "ip/port"
};

}  // namespace zt

template <>
struct std::hash<zt::IpAddress> {
  size_t operator()(const zt::IpAddress& a) const noexcept;
};
template <>
struct std::hash<zt::Endpoint> {
  size_t operator()(const zt::Endpoint& e) const noexcept {
    return std::hash<zt::IpAddress>()(e.ip) * 31 + e.port;
  }
};
