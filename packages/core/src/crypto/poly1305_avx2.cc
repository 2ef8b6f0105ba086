// Poly1305 four blocks at a time: lane i of the accumulator takes every fourth block, so each step
// multiplies by r^4 and the last one by r^4, r^3, r^2 and r, after which the lanes add up.
#ifdef __x86_64__

#include <immintrin.h>

#include "crypto/poly1305_implementations.h"
#include "crypto/poly1305_limbs26.h"

#define ZT_POLY_TARGET __attribute__((target("avx2")))
#define ZT_POLY_INLINE inline __attribute__((always_inline)) ZT_POLY_TARGET

namespace zt::crypto {
namespace {

constexpr size_t kGroup = 64;
// Below this the powers of r cost more than the lanes save.
constexpr size_t kWorthwhile = 4 * kGroup;

// A multiplier: its limbs, and five times the upper four of them.
struct Factor {
  __m256i r[5];
  __m256i s[5];
};

ZT_POLY_INLINE Factor MakeFactor(const Limbs26& l0, const Limbs26& l1, const Limbs26& l2,
                                 const Limbs26& l3) {
  Factor out;
  for (int i = 0; i < 5; ++i) {
    out.r[i] = _mm256_set_epi64x(l3.limb[i], l2.limb[i], l1.limb[i], l0.limb[i]);
    out.s[i] = _mm256_add_epi64(out.r[i], _mm256_slli_epi64(out.r[i], 2));
  }
  return out;
}

ZT_POLY_INLINE __m256i Mul(__m256i a, __m256i b) { return _mm256_mul_epu32(a, b); }
ZT_POLY_INLINE __m256i Sum(__m256i a, __m256i b, __m256i c, __m256i d, __m256i e) {
  return _mm256_add_epi64(_mm256_add_epi64(_mm256_add_epi64(a, b), _mm256_add_epi64(c, d)), e);
}

// h := h * f in every lane, limbs carried to 26 bits and a little (limb 1 and 4 may be one bit
// longer).
ZT_POLY_INLINE void Multiply(__m256i (&h)[5], const Factor& f) {
  const __m256i mask = _mm256_set1_epi64x(kLimb26);
  __m256i d0 = Sum(Mul(h[0], f.r[0]), Mul(h[1], f.s[4]), Mul(h[2], f.s[3]), Mul(h[3], f.s[2]),
                   Mul(h[4], f.s[1]));
  __m256i d1 = Sum(Mul(h[0], f.r[1]), Mul(h[1], f.r[0]), Mul(h[2], f.s[4]), Mul(h[3], f.s[3]),
                   Mul(h[4], f.s[2]));
  __m256i d2 = Sum(Mul(h[0], f.r[2]), Mul(h[1], f.r[1]), Mul(h[2], f.r[0]), Mul(h[3], f.s[4]),
                   Mul(h[4], f.s[3]));
  __m256i d3 = Sum(Mul(h[0], f.r[3]), Mul(h[1], f.r[2]), Mul(h[2], f.r[1]), Mul(h[3], f.r[0]),
                   Mul(h[4], f.s[4]));
  __m256i d4 = Sum(Mul(h[0], f.r[4]), Mul(h[1], f.r[3]), Mul(h[2], f.r[2]), Mul(h[3], f.r[1]),
                   Mul(h[4], f.r[0]));
  // Two carry chains side by side: 0 to 1 to 2 to 3, and 3 to 4 to 0 to 1.
  d1 = _mm256_add_epi64(d1, _mm256_srli_epi64(d0, 26));
  d4 = _mm256_add_epi64(d4, _mm256_srli_epi64(d3, 26));
  d0 = _mm256_and_si256(d0, mask);
  d3 = _mm256_and_si256(d3, mask);
  const __m256i over = _mm256_srli_epi64(d4, 26);
  d2 = _mm256_add_epi64(d2, _mm256_srli_epi64(d1, 26));
  d0 = _mm256_add_epi64(d0, _mm256_add_epi64(over, _mm256_slli_epi64(over, 2)));
  d4 = _mm256_and_si256(d4, mask);
  d1 = _mm256_and_si256(d1, mask);
  d3 = _mm256_add_epi64(d3, _mm256_srli_epi64(d2, 26));
  d1 = _mm256_add_epi64(d1, _mm256_srli_epi64(d0, 26));
  h[2] = _mm256_and_si256(d2, mask);
  h[0] = _mm256_and_si256(d0, mask);
  h[4] = _mm256_add_epi64(d4, _mm256_srli_epi64(d3, 26));
  h[3] = _mm256_and_si256(d3, mask);
  h[1] = d1;
}

// h += four blocks, in the lane order 0, 2, 1, 3.
ZT_POLY_INLINE void AddGroup(__m256i (&h)[5], const uint8_t* p) {
  const __m256i mask = _mm256_set1_epi64x(kLimb26);
  const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32));
  const __m256i low = _mm256_unpacklo_epi64(a, b);
  const __m256i high = _mm256_unpackhi_epi64(a, b);
  const __m256i middle = _mm256_or_si256(_mm256_srli_epi64(low, 52), _mm256_slli_epi64(high, 12));
  const __m256i top = _mm256_or_si256(_mm256_srli_epi64(high, 40), _mm256_set1_epi64x(1 << 24));
  h[0] = _mm256_add_epi64(h[0], _mm256_and_si256(low, mask));
  h[1] = _mm256_add_epi64(h[1], _mm256_and_si256(_mm256_srli_epi64(low, 26), mask));
  h[2] = _mm256_add_epi64(h[2], _mm256_and_si256(middle, mask));
  h[3] = _mm256_add_epi64(h[3], _mm256_and_si256(_mm256_srli_epi64(high, 14), mask));
  h[4] = _mm256_add_epi64(h[4], top);
}

// Adds the lanes and carries.
ZT_POLY_INLINE Limbs26 AddLanes(const __m256i (&h)[5]) {
  uint64_t sum[5];
  for (int i = 0; i < 5; ++i) {
    alignas(32) uint64_t lanes[4];
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), h[i]);
    sum[i] = lanes[0] + lanes[1] + lanes[2] + lanes[3];
  }
  return Carry26(sum[0], sum[1], sum[2], sum[3], sum[4]);
}

}  // namespace

ZT_POLY_TARGET ByteArray<16> Poly1305Avx2(const uint8_t* key32, ByteSpan message) {
  if (message.size() < kWorthwhile) return Poly1305Limbs26(key32, message);
  const Limbs26 r = ClampedR(key32);
  const Limbs26 r2 = Multiply26(r, r);
  const Limbs26 r3 = Multiply26(r2, r);
  const Limbs26 r4 = Multiply26(r2, r2);
  const Factor step = MakeFactor(r4, r4, r4, r4);
  __m256i h[5];
  for (__m256i& limb : h) limb = _mm256_setzero_si256();
  size_t at = 0;
  for (; message.size() - at >= 2 * kGroup; at += kGroup) {
    AddGroup(h, message.data() + at);
    Multiply(h, step);
  }
  AddGroup(h, message.data() + at);
  Multiply(h, MakeFactor(r4, r2, r3, r));
  Limbs26 total = AddLanes(h);
  Absorb26(total, r, message.subspan(at + kGroup));
  return Finish26(total, key32 + 16);
}

}  // namespace zt::crypto

#endif  // __x86_64__
