// Scope classes of IP addresses, in the order of vl1.md §1.6: the first match wins.
#include "zt/inet.h"

namespace zt {
namespace {

struct V4Range {
  uint32_t network;
  uint8_t bits;
  IpScope scope;
};

constexpr uint32_t Quad(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr V4Range kV4Ranges[] = {
    {Quad(0, 0, 0, 0), 8, IpScope::kNone},
    {Quad(255, 0, 0, 0), 8, IpScope::kNone},
    {Quad(10, 0, 0, 0), 8, IpScope::kPrivate},
    {Quad(100, 64, 0, 0), 10, IpScope::kPrivate},
    {Quad(172, 16, 0, 0), 12, IpScope::kPrivate},
    {Quad(192, 168, 0, 0), 16, IpScope::kPrivate},
    {Quad(192, 0, 2, 0), 24, IpScope::kPrivate},
    {Quad(198, 18, 0, 0), 15, IpScope::kPrivate},
    {Quad(198, 51, 100, 0), 24, IpScope::kPrivate},
    {Quad(203, 0, 113, 0), 24, IpScope::kPrivate},
    {Quad(6, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(11, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(21, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(22, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(25, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(26, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(28, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(29, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(30, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(51, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(55, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(56, 0, 0, 0), 8, IpScope::kPseudoPrivate},
    {Quad(127, 0, 0, 0), 8, IpScope::kLoopback},
    {Quad(169, 254, 0, 0), 16, IpScope::kLinkLocal},
    {Quad(224, 0, 0, 0), 4, IpScope::kMulticast},
    {Quad(240, 0, 0, 0), 4, IpScope::kPseudoPrivate},
};

IpScope ScopeOfV4(uint32_t ip) {
  for (const V4Range& range : kV4Ranges) {
    if ((ip ^ range.network) >> (32 - range.bits) == 0) return range.scope;
  }
  return IpScope::kGlobal;
}

bool AllZero(const std::array<uint8_t, 16>& b, size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) {
    if (b[i] != 0) return false;
  }
  return true;
}

IpScope ScopeOfV6(const std::array<uint8_t, 16>& b) {
  if (b[0] == 0xff) return IpScope::kMulticast;
  if (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) {
    return AllZero(b, 2, 15) && b[15] == 1 ? IpScope::kLoopback : IpScope::kLinkLocal;
  }
  if ((b[0] & 0xfe) == 0xfc) return IpScope::kPrivate;
  // Byte 9 is not looked at: vl1.md §1.6 lists bytes 0-8, 10, 11 and 12.
  if (AllZero(b, 0, 9) && b[10] == 0xff && b[11] == 0xff && b[12] == 0x7f)
    return IpScope::kLoopback;
  if (AllZero(b, 0, 15)) {
    if (b[15] == 1) return IpScope::kLoopback;
    if (b[15] == 0) return IpScope::kNone;
  }
  return IpScope::kGlobal;
}

}  // namespace

IpScope IpAddress::Scope() const {
  switch (family) {
    case IpFamily::kV4:
      return ScopeOfV4(V4());
    case IpFamily::kV6:
      return ScopeOfV6(bytes);
    case IpFamily::kNone:
      break;
  }
  return IpScope::kNone;
}

}  // namespace zt
