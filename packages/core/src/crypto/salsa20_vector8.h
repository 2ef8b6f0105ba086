// Eight blocks at a time in 256-bit registers. Included by the files that name a target
// (salsa20_vector.h).
#pragma once

#include "crypto/salsa20_vector.h"

namespace zt::crypto {
namespace {

typedef uint32_t Vec8 __attribute__((vector_size(32)));

ZT_SALSA_INLINE void Transpose8(Vec8& a, Vec8& b, Vec8& c, Vec8& d) {
  const Vec8 ab_low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
  const Vec8 ab_high = __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
  const Vec8 cd_low = __builtin_shufflevector(c, d, 0, 8, 1, 9, 4, 12, 5, 13);
  const Vec8 cd_high = __builtin_shufflevector(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
  a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 8, 9, 4, 5, 12, 13);
  b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 10, 11, 6, 7, 14, 15);
  c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 8, 9, 4, 5, 12, 13);
  d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 10, 11, 6, 7, 14, 15);
}

template <>
struct Blocks<Vec8> {
  static ZT_SALSA_INLINE void Store(Vec8 (&x)[16], const uint8_t* in, uint8_t* out) {
    for (size_t half = 0; half < 2; ++half) {
      Vec8* const p = x + 8 * half;
      Transpose8(p[0], p[1], p[2], p[3]);
      Transpose8(p[4], p[5], p[6], p[7]);
      for (size_t block = 0; block < 4; ++block) {
        // Lower lanes are block `block`, upper lanes block `block` + 4.
        const Vec8 low = __builtin_shufflevector(p[block], p[4 + block], 0, 1, 2, 3, 8, 9, 10, 11);
        const Vec8 high =
            __builtin_shufflevector(p[block], p[4 + block], 4, 5, 6, 7, 12, 13, 14, 15);
        Put(low, in, out, 64 * block + 32 * half);
        Put(high, in, out, 64 * (block + 4) + 32 * half);
      }
    }
  }
};

ZT_SALSA_INLINE void Run8(const uint32_t* state, int rounds, uint64_t first_block,
                          const uint8_t* in, uint8_t* out, size_t size) {
  constexpr size_t kBatch = 16 * sizeof(Vec8);
  size_t at = 0;
  for (; size - at >= kBatch; at += kBatch, first_block += 8) {
    Batch<Vec8>(state, rounds, first_block, in == nullptr ? nullptr : in + at, out + at);
  }
  const size_t rest = size - at;
  if (rest == 0) return;
  const uint8_t* const rest_in = in == nullptr ? nullptr : in + at;
  if (rest <= kSalsaBlockSize) {
    SalsaScalar(state, rounds, first_block, rest_in, out + at, rest);
  } else if (rest <= kBatch / 2) {
    PartialBatch<Vec4>(state, rounds, first_block, rest_in, out + at, rest);
  } else {
    PartialBatch<Vec8>(state, rounds, first_block, rest_in, out + at, rest);
  }
}

}  // namespace
}  // namespace zt::crypto
