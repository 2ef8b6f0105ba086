// The dictionary text encoding: lines of key=value with escapes (vl2.md §4). Values are bytes, never text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt::wire {

// Looks up keys in a dictionary that stays where it is. Numbers are read without allocation.
class DictionaryReader {
 public:
  // The dictionary ends at the first NUL or at the end of `data` (vl2.md §4).
  explicit DictionaryReader(ByteSpan data);

  bool Has(std::string_view key) const { return Raw(key).has_value(); }
  // The value as written, escapes and all; aliases the input.
  std::optional<ByteSpan> Raw(std::string_view key) const;
  std::optional<Bytes> Binary(std::string_view key) const;  // unescaped
  // Hexadecimal up to the first other character; empty or missing gives `fallback`; too large saturates.
  uint64_t U64(std::string_view key, uint64_t fallback = 0) const;
  int64_t I64(std::string_view key, int64_t fallback = 0) const;
  NodeAddress Address(std::string_view key) const { return {U64(key) & 0xffffffffffULL}; }
  bool Bool(std::string_view key, bool fallback = false) const;
  // At most `max` bytes, up to the first NUL: the fields are C strings in other nodes.
  std::string Text(std::string_view key, size_t max, std::string_view fallback = "") const;

 private:
  ByteSpan data_;
};

// Appends key=value lines; the caller's keys are literals without '=' or line ends.
class DictionaryWriter {
 public:
  // Writes at most `capacity` bytes in total; beyond that ok() is false and nothing more is written.
  explicit DictionaryWriter(size_t capacity) : capacity_(capacity) {}

  bool ok() const { return ok_; }
  const Bytes& bytes() const { return out_; }
  Bytes Release() { return std::move(out_); }

  void U64(std::string_view key, uint64_t value);
  void I64(std::string_view key, int64_t value);
  void Address(std::string_view key, NodeAddress value);
  void Bool(std::string_view key, bool value);
  void Text(std::string_view key, std::string_view value);
  void Binary(std::string_view key, ByteSpan value);

 private:
  void Key(std::string_view key);
  void Raw(uint8_t byte);
  void Hex(uint64_t value, int digits);

  Bytes out_;
  size_t capacity_;
  bool ok_ = true;
};

}  // namespace zt::wire
