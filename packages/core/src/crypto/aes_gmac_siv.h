// AES-GMAC-SIV, the construction of suite 3 (vl1.md §4.4). Two implementations give the same bytes:
// over the CPU's AES and carry-less multiplication, and a bitsliced one for every machine. Neither
// has a table or a branch that depends on a secret.
#pragma once

#include <memory>

#include "zt/bytes.h"

namespace zt::crypto {

// True iff this machine has the instructions (AES-NI, PCLMULQDQ). Never on WebAssembly. Says how
// fast suite 3 is, not whether there is one.
bool AesInHardware();

// Two AES-256 keys, expanded. Wiped when dropped.
class AesGmacSiv {
 public:
  static constexpr size_t kAadSize = 11;

  // The fastest for this machine. k0 authenticates, k1 encrypts; 32 bytes each.
  static std::unique_ptr<AesGmacSiv> Create(const uint8_t* k0, const uint8_t* k1);
  // The bitsliced one, whatever the machine.
  static std::unique_ptr<AesGmacSiv> CreatePortable(const uint8_t* k0, const uint8_t* k1);

  virtual ~AesGmacSiv() = default;
  AesGmacSiv(const AesGmacSiv&) = delete;
  AesGmacSiv& operator=(const AesGmacSiv&) = delete;

  // Encrypts in place; the tag replaces packet id and MAC.
  virtual ByteArray<16> Seal(const uint8_t* iv8, const uint8_t* aad11, MutableBytes data) const = 0;
  // Decrypts in place. False: not authentic, `data` is undefined.
  virtual bool Open(const ByteArray<16>& tag, const uint8_t* aad11, MutableBytes data) const = 0;
  // The full GMAC of `data` under k0, for tests against published values.
  virtual ByteArray<16> Gmac(const uint8_t* iv12, ByteSpan data) const = 0;

 protected:
  AesGmacSiv() = default;

 private:
  // Null where the instructions are missing.
  static std::unique_ptr<AesGmacSiv> CreateHardware(const uint8_t* k0, const uint8_t* k1);
};

}  // namespace zt::crypto
