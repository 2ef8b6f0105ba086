// Targets without an implementation of AES-GMAC-SIV.
#ifndef __x86_64__

#include "crypto/aes_gmac_siv.h"

namespace zt::crypto {

struct AesGmacSivKeys {};

AesGmacSiv::AesGmacSiv() = default;
AesGmacSiv::~AesGmacSiv() = default;

bool AesGmacSivAvailable() { return false; }
std::unique_ptr<AesGmacSiv> AesGmacSiv::Create(const uint8_t*, const uint8_t*) { return nullptr; }

// Without Create there is no object to call these on.
ByteArray<16> AesGmacSiv::Seal(const uint8_t*, const uint8_t*, MutableBytes) const {
  __builtin_trap();
}
bool AesGmacSiv::Open(const ByteArray<16>&, const uint8_t*, MutableBytes) const {
  __builtin_trap();
}
ByteArray<16> AesGmacSiv::Gmac(const uint8_t*, ByteSpan) const { __builtin_trap(); }

}  // namespace zt::crypto

#endif  // !__x86_64__
