// The implementations behind salsa20.h, one per file. Each computes the same function.
#pragma once

#include "crypto/salsa20.h"

namespace zt::crypto {

// One block at a time, as the cipher is published.
void SalsaScalar(const uint32_t* state, int rounds, uint64_t first_block, const uint8_t* in,
                 uint8_t* out, size_t size);
// Four blocks at a time in 128-bit registers: SSE2, NEON, WebAssembly SIMD.
void SalsaVector4(const uint32_t* state, int rounds, uint64_t first_block, const uint8_t* in,
                  uint8_t* out, size_t size);
#ifdef __x86_64__
// Eight blocks at a time; the CPU must have AVX2.
void SalsaAvx2(const uint32_t* state, int rounds, uint64_t first_block, const uint8_t* in,
               uint8_t* out, size_t size);
// The same with rotate instructions and 32 registers; the CPU must have AVX-512 F and VL.
void SalsaAvx512(const uint32_t* state, int rounds, uint64_t first_block, const uint8_t* in,
                 uint8_t* out, size_t size);
#endif

}  // namespace zt::crypto
