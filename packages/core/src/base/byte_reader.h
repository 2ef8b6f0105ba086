// Bounded big-endian reads with a sticky failure: read everything, then ask ok() once (vl1.md §1.4).
#pragma once

#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt {

class ByteReader {
 public:
  explicit ByteReader(ByteSpan data) : data_(data) {}

  bool ok() const { return ok_; }
  size_t remaining() const { return ok_ ? data_.size() - at_ : 0; }
  size_t position() const { return at_; }
  bool AtEnd() const { return ok_ && at_ == data_.size(); }
  void Fail() { ok_ = false; }

  uint8_t U8() { return static_cast<uint8_t>(Number(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Number(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Number(4)); }
  uint64_t U64() { return Number(8); }
  NodeAddress Address() { return {Number(5)}; }
  Mac MacAddress() { return {Number(6)}; }

  // The next n bytes, or an empty span and failure. The span aliases the input.
  ByteSpan Take(size_t n) {
    if (!ok_ || data_.size() - at_ < n) {
      ok_ = false;
      return {};
    }
    ByteSpan out = data_.subspan(at_, n);
    at_ += n;
    return out;
  }
  void Skip(size_t n) { Take(n); }
  ByteSpan Rest() { return Take(remaining()); }
  template <size_t N>
  ByteArray<N> Array() {
    ByteArray<N> out{};
    ByteSpan s = Take(N);
    if (ok_) std::memcpy(out.data(), s.data(), N);
    return out;
  }

 private:
  uint64_t Number(size_t n) {
    ByteSpan s = Take(n);
    uint64_t v = 0;
    for (uint8_t b : s) v = v << 8 | b;
    return v;
  }

  ByteSpan data_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace zt
