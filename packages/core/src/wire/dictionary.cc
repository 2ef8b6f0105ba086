#include "wire/dictionary.h"

#include <limits>

#include "base/check.h"

namespace zt::wire {

namespace {

bool IsLineEnd(uint8_t b) { return b == '\n' || b == '\r'; }

int HexDigit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Walks an escaped value byte by byte.
class Unescaper {
 public:
  explicit Unescaper(ByteSpan raw) : raw_(raw) {}

  // False at the end. A backslash at the very end yields nothing (vl2.md §4).
  bool Next(uint8_t& out) {
    if (at_ == raw_.size()) return false;
    out = raw_[at_++];
    if (out != '\\') return true;
    if (at_ == raw_.size()) return false;
    out = raw_[at_++];
    switch (out) {
      case '0': out = 0; break;
      case 'r': out = '\r'; break;
      case 'n': out = '\n'; break;
      case 'e': out = '='; break;
      default: break;
    }
    return true;
  }

 private:
  ByteSpan raw_;
  size_t at_ = 0;
};

// Hexadecimal digits up to the first other character, saturating.
uint64_t ReadHex(Unescaper& value, uint8_t first, bool has_first) {
  uint64_t v = 0;
  uint8_t c = first;
  while (has_first) {
    const int digit = HexDigit(c);
    if (digit < 0) break;
    if (v >> 60 != 0) return std::numeric_limits<uint64_t>::max();
    v = v << 4 | static_cast<uint64_t>(digit);
    has_first = value.Next(c);
  }
  return v;
}

}  // namespace

DictionaryReader::DictionaryReader(ByteSpan data) : data_(data) {
  if (data.empty()) return;
  const void* nul = std::memchr(data.data(), 0, data.size());
  if (nul != nullptr) data_ = data.first(static_cast<size_t>(static_cast<const uint8_t*>(nul) - data.data()));
}

std::optional<ByteSpan> DictionaryReader::Raw(std::string_view key) const {
  size_t at = 0;
  while (at < data_.size()) {
    size_t end = at;
    while (end < data_.size() && !IsLineEnd(data_[end])) ++end;
    const ByteSpan line = data_.subspan(at, end - at);
    if (line.size() > key.size() && line[key.size()] == '=' &&
        std::memcmp(line.data(), key.data(), key.size()) == 0) {
      return line.subspan(key.size() + 1);
    }
    at = end + 1;
  }
  return std::nullopt;
}

std::optional<Bytes> DictionaryReader::Binary(std::string_view key) const {
  const std::optional<ByteSpan> raw = Raw(key);
  if (!raw) return std::nullopt;
  Bytes out;
  out.reserve(raw->size());
  Unescaper value(*raw);
  for (uint8_t b; value.Next(b);) out.push_back(b);
  return out;
}

uint64_t DictionaryReader::U64(std::string_view key, uint64_t fallback) const {
  const std::optional<ByteSpan> raw = Raw(key);
  if (!raw || raw->empty()) return fallback;
  Unescaper value(*raw);
  uint8_t first = 0;
  const bool some = value.Next(first);
  return ReadHex(value, first, some);
}

int64_t DictionaryReader::I64(std::string_view key, int64_t fallback) const {
  const std::optional<ByteSpan> raw = Raw(key);
  if (!raw || raw->empty()) return fallback;
  Unescaper value(*raw);
  uint8_t first = 0;
  bool some = value.Next(first);
  const bool negative = some && first == '-';
  if (negative) some = value.Next(first);
  const uint64_t magnitude = ReadHex(value, first, some);
  constexpr uint64_t kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (!negative) return static_cast<int64_t>(magnitude < kMax ? magnitude : kMax);
  return magnitude > kMax ? std::numeric_limits<int64_t>::min() : -static_cast<int64_t>(magnitude);
}

bool DictionaryReader::Bool(std::string_view key, bool fallback) const {
  const std::optional<ByteSpan> raw = Raw(key);
  if (!raw) return fallback;
  Unescaper value(*raw);
  uint8_t first = 0;
  return value.Next(first) && (first == '1' || first == 't' || first == 'T');
}

std::string DictionaryReader::Text(std::string_view key, size_t max, std::string_view fallback) const {
  const std::optional<ByteSpan> raw = Raw(key);
  if (!raw) return std::string(fallback);
  std::string out;
  Unescaper value(*raw);
  for (uint8_t b; out.size() < max && value.Next(b) && b != 0;) out.push_back(static_cast<char>(b));
  return out;
}

void DictionaryWriter::Raw(uint8_t byte) {
  if (!ok_ || out_.size() >= capacity_) {
    ok_ = false;
    return;
  }
  out_.push_back(byte);
}

void DictionaryWriter::Key(std::string_view key) {
  if (!out_.empty()) Raw('\n');  // lines are separated, not terminated (vl2.md §4)
  for (char c : key) {
    ZT_DCHECK(c != '=' && !IsLineEnd(static_cast<uint8_t>(c)));
    Raw(static_cast<uint8_t>(c));
  }
  Raw('=');
}

void DictionaryWriter::Hex(uint64_t value, int digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int i = digits - 1; i >= 0; --i) Raw(static_cast<uint8_t>(kDigits[value >> (4 * i) & 15]));
}

void DictionaryWriter::U64(std::string_view key, uint64_t value) {
  Key(key);
  Hex(value, 16);
}

void DictionaryWriter::I64(std::string_view key, int64_t value) {
  Key(key);
  if (value < 0) Raw('-');
  Hex(value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value), 16);
}

void DictionaryWriter::Address(std::string_view key, NodeAddress value) {
  Key(key);
  Hex(value.value, 10);
}

void DictionaryWriter::Bool(std::string_view key, bool value) {
  Key(key);
  Raw(value ? '1' : '0');
}

void DictionaryWriter::Text(std::string_view key, std::string_view value) {
  Binary(key, {reinterpret_cast<const uint8_t*>(value.data()), value.size()});
}

void DictionaryWriter::Binary(std::string_view key, ByteSpan value) {
  Key(key);
  for (uint8_t b : value) {
    uint8_t escape = 0;
    switch (b) {
      case 0: escape = '0'; break;
      case '\r': escape = 'r'; break;
      case '\n': escape = 'n'; break;
      case '\\': escape = '\\'; break;
      case '=': escape = 'e'; break;
      default: break;
    }
    if (escape != 0) Raw('\\');
    Raw(escape != 0 ? escape : b);
  }
}

}  // namespace zt::wire
