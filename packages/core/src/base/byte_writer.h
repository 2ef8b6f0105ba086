// Bounded big-endian writes into memory the caller owns. Overflow is sticky and writes nothing more.
#pragma once

#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt {

class ByteWriter {
 public:
  explicit ByteWriter(MutableBytes out) : out_(out) {}

  bool ok() const { return ok_; }
  size_t size() const { return at_; }
  size_t capacity() const { return out_.size(); }
  size_t remaining() const { return out_.size() - at_; }
  ByteSpan written() const { return out_.first(at_); }
  MutableBytes written() { return out_.first(at_); }

  void U8(uint8_t v) { Number(v, 1); }
  void U16(uint16_t v) { Number(v, 2); }
  void U32(uint32_t v) { Number(v, 4); }
  void U64(uint64_t v) { Number(v, 8); }
  void Address(NodeAddress a) { Number(a.value, 5); }
  void MacAddress(Mac m) { Number(m.value, 6); }
  void Put(ByteSpan s) {
    if (uint8_t* p = Claim(s.size()); p != nullptr && !s.empty()) std::memcpy(p, s.data(), s.size());
  }
  void Zero(size_t n) {
    if (uint8_t* p = Claim(n); p != nullptr && n != 0) std::memset(p, 0, n);
  }
  // n bytes to be filled in by the caller; null on overflow.
  uint8_t* Claim(size_t n) {
    if (!ok_ || out_.size() - at_ < n) {
      ok_ = false;
      return nullptr;
    }
    uint8_t* p = out_.data() + at_;
    at_ += n;
    return p;
  }
  // Overwrites two bytes written earlier (a length known only afterwards).
  void PatchU16(size_t at, uint16_t v) {
    if (!ok_ || at + 2 > at_) return;
    out_[at] = static_cast<uint8_t>(v >> 8);
    out_[at + 1] = static_cast<uint8_t>(v);
  }

 private:
  void Number(uint64_t v, size_t n) {
    uint8_t* p = Claim(n);
    if (p == nullptr) return;
    for (size_t i = 0; i < n; ++i) p[i] = static_cast<uint8_t>(v >> (8 * (n - 1 - i)));
  }

  MutableBytes out_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace zt
