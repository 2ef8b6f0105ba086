// AES-GMAC-SIV, the construction of suite 3 (vl1.md §4.4), over the CPU's AES and carry-less
// multiplication. There is no implementation by tables: where the CPU lacks the instructions the
// suite is not available.
#pragma once

#include <memory>

#include "zt/bytes.h"

namespace zt::crypto {

// True iff this machine has the instructions.
bool AesGmacSivAvailable();

struct AesGmacSivKeys;

// Two AES-256 keys, expanded. Wiped when dropped.
class AesGmacSiv {
 public:
  static constexpr size_t kAadSize = 11;

  // Null where the instructions are missing. k0 authenticates, k1 encrypts; 32 bytes each.
  static std::unique_ptr<AesGmacSiv> Create(const uint8_t* k0, const uint8_t* k1);
  ~AesGmacSiv();
  AesGmacSiv(const AesGmacSiv&) = delete;
  AesGmacSiv& operator=(const AesGmacSiv&) = delete;

  // Encrypts in place; the tag replaces packet id and MAC.
  ByteArray<16> Seal(const uint8_t* iv8, const uint8_t* aad11, MutableBytes data) const;
  // Decrypts in place. False: not authentic, `data` is undefined.
  bool Open(const ByteArray<16>& tag, const uint8_t* aad11, MutableBytes data) const;
  // The full GMAC of `data` under k0, for tests against published values.
  ByteArray<16> Gmac(const uint8_t* iv12, ByteSpan data) const;

 private:
  AesGmacSiv();

  std::unique_ptr<AesGmacSivKeys> keys_;
};

}  // namespace zt::crypto
