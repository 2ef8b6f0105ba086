// The implementations behind poly1305.h. Each computes the same function.
#pragma once

#include "crypto/poly1305.h"

namespace zt::crypto {

// Five limbs of 26 bits, products in 64 bits: any machine.
ByteArray<16> Poly1305Limbs26(const uint8_t* key32, ByteSpan message);
#ifdef __x86_64__
// Four blocks at a time; the CPU must have AVX2.
ByteArray<16> Poly1305Avx2(const uint8_t* key32, ByteSpan message);
#endif

}  // namespace zt::crypto
