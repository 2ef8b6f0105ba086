// AES-256 (FIPS 197) as a Boolean circuit over eight blocks at once: no table, no branch and no
// address depends on key or data. For machines without AES instructions.
#pragma once

#include "zt/bytes.h"

namespace zt::crypto {

// One key, expanded. Wiped when dropped.
class BitslicedAes256 {
 public:
  static constexpr size_t kBlock = 16;
  static constexpr int kRounds = 14;

  explicit BitslicedAes256(const uint8_t* key32);
  ~BitslicedAes256();
  BitslicedAes256(const BitslicedAes256&) = delete;
  BitslicedAes256& operator=(const BitslicedAes256&) = delete;

  ByteArray<16> Encrypt(const ByteArray<16>& block) const;
  ByteArray<16> Decrypt(const ByteArray<16>& block) const;
  // Counter mode (NIST SP 800-38A §6.5) in place: the last 32 bits of `counter` count big-endian
  // and wrap.
  void XorCounterStream(const ByteArray<16>& counter, MutableBytes data) const;

 private:
  // FIPS 197 §5.2, sixteen bytes for each round: eight times smaller than what the circuit takes,
  // into which they are spread for the time of one call.
  uint8_t round_keys_[kRounds + 1][kBlock];
};

}  // namespace zt::crypto
