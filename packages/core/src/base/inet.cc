// Values and their text forms: dotted quad, RFC 4291 §2.2 on reading, RFC 5952 on writing.
#include "zt/inet.h"

#include <cstring>

namespace zt {
namespace {

// A decimal number without sign, blanks or leading zeros.
std::optional<uint32_t> ParseDecimal(std::string_view text, uint32_t max) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint32_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  if (value > max) return std::nullopt;
  return value;
}

bool ParseV4(std::string_view text, uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    const size_t end = i < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos) return false;
    const std::optional<uint32_t> part = ParseDecimal(text.substr(0, end), 255);
    if (!part) return false;
    out[i] = static_cast<uint8_t>(*part);
    text.remove_prefix(i < 3 ? end + 1 : end);
  }
  return true;
}

// One to four hex digits.
std::optional<uint32_t> ParseGroup(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  uint32_t value = 0;
  for (char c : text) {
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value << 4 | static_cast<uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value << 4 | static_cast<uint32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

// Groups separated by single colons, an IPv4 address allowed as the last one if `v4_last`. The
// number of bytes written to `out` (at most 16), or nothing.
std::optional<size_t> ParseGroups(std::string_view text, bool v4_last, uint8_t* out) {
  size_t at = 0;
  if (text.empty()) return at;
  while (true) {
    const size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && v4_last && part.find('.') != std::string_view::npos) {
      if (at + 4 > 16 || !ParseV4(part, out + at)) return std::nullopt;
      return at + 4;
    }
    const std::optional<uint32_t> group = ParseGroup(part);
    if (!group || at + 2 > 16) return std::nullopt;
    out[at] = static_cast<uint8_t>(*group >> 8);
    out[at + 1] = static_cast<uint8_t>(*group);
    at += 2;
    if (last) return at;
    text.remove_prefix(colon + 1);
  }
}

// RFC 4291 §2.2: eight groups, or fewer with one "::" that stands for at least one group of zeros.
bool ParseV6(std::string_view text, uint8_t* out) {
  const size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    const std::optional<size_t> n = ParseGroups(text, true, out);
    return n && *n == 16;
  }
  uint8_t head[16];
  uint8_t tail[16];
  const std::optional<size_t> before = ParseGroups(text.substr(0, gap), false, head);
  const std::optional<size_t> after = ParseGroups(text.substr(gap + 2), true, tail);
  if (!before || !after || *before + *after > 14) return false;
  std::memset(out, 0, 16);
  std::memcpy(out, head, *before);
  std::memcpy(out + 16 - *after, tail, *after);
  return true;
}

std::string FormatV4(const uint8_t* b) {
  std::string out;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) out.push_back('.');
    out += std::to_string(static_cast<unsigned>(b[i]));
  }
  return out;
}

void AppendGroup(std::string& out, unsigned group) {
  static constexpr char kDigits[] = "0123456789abcdef";
  bool started = false;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const unsigned digit = group >> shift & 15;
    started = started || digit != 0 || shift == 0;
    if (started) out.push_back(kDigits[digit]);
  }
}

std::string FormatV6(const std::array<uint8_t, 16>& b) {
  unsigned groups[8];
  for (size_t i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(b[2 * i] << 8 | b[2 * i + 1]);
  // RFC 5952 §5: IPv4-mapped addresses are written with the dotted quad.
  bool mapped = groups[5] == 0xffff;
  for (int i = 0; i < 5; ++i) mapped = mapped && groups[i] == 0;
  if (mapped) return "::ffff:" + FormatV4(b.data() + 12);

  // RFC 5952 §4.2: "::" replaces the longest run of at least two zero groups, the first of equals.
  int best = 0, best_length = 1;
  for (int i = 0; i < 8; ++i) {
    int n = 0;
    while (i + n < 8 && groups[i + n] == 0) ++n;
    if (n > best_length) best = i, best_length = n;
    if (n > 0) i += n - 1;
  }
  std::string out;
  for (int i = 0; i < 8; ++i) {
    if (best_length > 1 && i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out.push_back(':');
    AppendGroup(out, groups[i]);
  }
  return out;
}

struct IpAndNumber {
  IpAddress ip;
  uint32_t number;
};

// "ip/number"; the number is at most `max_v4` or `max_v6`.
std::optional<IpAndNumber> ParseSlash(std::string_view text, uint32_t max_v4, uint32_t max_v6) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<IpAddress> ip = IpAddress::Parse(text.substr(0, slash));
  if (!ip) return std::nullopt;
  const std::optional<uint32_t> number =
      ParseDecimal(text.substr(slash + 1), ip->IsV4() ? max_v4 : max_v6);
  if (!number) return std::nullopt;
  return IpAndNumber{*ip, *number};
}

}  // namespace

bool IpAddress::IsUnspecified() const {
  for (uint8_t b : bytes) {
    if (b != 0) return false;
  }
  return true;
}

bool IpAddress::IsMulticast() const {
  if (IsV4()) return (bytes[0] & 0xf0) == 0xe0;
  return IsV6() && bytes[0] == 0xff;
}

bool IpAddress::IsBroadcastV4() const { return IsV4() && V4() == 0xffffffff; }

uint32_t IpAddress::V4() const {
  if (!IsV4()) return 0;
  return static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
         static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
}

IpAddress IpAddress::V4(uint32_t host_order) {
  return V4(static_cast<uint8_t>(host_order >> 24), static_cast<uint8_t>(host_order >> 16),
            static_cast<uint8_t>(host_order >> 8), static_cast<uint8_t>(host_order));
}

IpAddress IpAddress::V4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  IpAddress out;
  out.family = IpFamily::kV4;
  out.bytes[0] = a;
  out.bytes[1] = b;
  out.bytes[2] = c;
  out.bytes[3] = d;
  return out;
}

IpAddress IpAddress::FromV4Bytes(const uint8_t* four) {
  return V4(four[0], four[1], four[2], four[3]);
}

IpAddress IpAddress::FromV6Bytes(const uint8_t* sixteen) {
  IpAddress out;
  out.family = IpFamily::kV6;
  std::memcpy(out.bytes.data(), sixteen, 16);
  return out;
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  uint8_t out[16];
  if (text.find(':') == std::string_view::npos) {
    if (!ParseV4(text, out)) return std::nullopt;
    return FromV4Bytes(out);
  }
  if (!ParseV6(text, out)) return std::nullopt;
  return FromV6Bytes(out);
}

std::string IpAddress::ToString() const {
  if (IsV4()) return FormatV4(bytes.data());
  if (IsV6()) return FormatV6(bytes);
  return {};
}

bool IpPrefix::Contains(const IpAddress& ip) const {
  if (ip.family != address.family || ip.IsNone()) return false;
  const size_t whole = bits / 8;
  if (bits > 8 * ip.size() || std::memcmp(ip.bytes.data(), address.bytes.data(), whole) != 0)
    return false;
  const int rest = bits % 8;
  return rest == 0 || (ip.bytes[whole] ^ address.bytes[whole]) >> (8 - rest) == 0;
}

std::optional<IpPrefix> IpPrefix::Parse(std::string_view text) {
  const std::optional<IpAndNumber> parts = ParseSlash(text, 32, 128);
  if (!parts) return std::nullopt;
  return IpPrefix{parts->ip, static_cast<uint8_t>(parts->number)};
}

std::string IpPrefix::ToString() const {
  return address.ToString() + "/" + std::to_string(static_cast<unsigned>(bits));
}

std::optional<Endpoint> Endpoint::Parse(std::string_view text) {
  const std::optional<IpAndNumber> parts = ParseSlash(text, 65535, 65535);
  if (!parts) return std::nullopt;
  return Endpoint{parts->ip, static_cast<uint16_t>(parts->number)};
}

std::string Endpoint::ToString() const {
  return ip.ToString() + "/" + std::to_string(static_cast<unsigned>(port));
}

}  // namespace zt

size_t std::hash<zt::IpAddress>::operator()(const zt::IpAddress& a) const noexcept {
  uint64_t halves[2];
  std::memcpy(halves, a.bytes.data(), 16);
  uint64_t h = (halves[0] ^ static_cast<uint64_t>(a.family)) * 0x9e3779b97f4a7c15ULL;
  h = (h ^ h >> 32 ^ halves[1]) * 0x9e3779b97f4a7c15ULL;
  return static_cast<size_t>(h ^ h >> 29);
}
