// GHASH (NIST SP 800-38D §6.4) by integer multiplication of spread bits: no table, no branch and no
// address depends on key or data. For machines without a carry-less multiplication.
#pragma once

#include "zt/bytes.h"

namespace zt::crypto {

// The hash key and its powers, as many as there are blocks to a reduction. Wiped when dropped.
class GhashKey {
 public:
  static constexpr size_t kPowers = 4;

  explicit GhashKey(const ByteArray<16>& hash_key);
  ~GhashKey();
  GhashKey(const GhashKey&) = delete;
  GhashKey& operator=(const GhashKey&) = delete;

  // An element of GF(2^128): the coefficient of x^0 is the highest bit of `high`, that of x^127 the
  // lowest of `low`.
  struct Element {
    uint64_t high, low;
  };
  const Element& power(size_t n) const { return powers_[n - 1]; }

 private:
  Element powers_[kPowers];
};

// The hash of one message. The key must outlive it.
class Ghash {
 public:
  explicit Ghash(const GhashKey& key) : key_(key) {}
  ~Ghash();

  // Whole blocks; the last one is filled with zeros, so only that of each part may be short.
  void Add(ByteSpan data);
  // The block of lengths, in bytes (SP 800-38D §7.1 step 5), and the result.
  ByteArray<16> Finish(uint64_t additional_size, uint64_t text_size);

 private:
  void AddBlocks(const uint8_t* blocks, size_t count);

  const GhashKey& key_;
  GhashKey::Element hash_{};
};

}  // namespace zt::crypto
