// Arithmetic modulo 2^130 - 5 in five limbs of 26 bits, with all products in 64 bits (RFC 8439
// §2.5).
#pragma once

#include "crypto/little_endian.h"
#include "zt/bytes.h"

namespace zt::crypto {

inline constexpr uint32_t kLimb26 = 0x3ffffff;

// A number below 2^130 plus a little: limbs may exceed 26 bits by a few units between reductions.
struct Limbs26 {
  uint32_t limb[5];
};

// 16 bytes as a number; `high` is the value of bit 128 (1 << 24 in the top limb for a whole block,
// else 0).
inline Limbs26 LoadLimbs26(const uint8_t* p, uint32_t high) {
  return {{LoadLe32(p) & kLimb26, LoadLe32(p + 3) >> 2 & kLimb26, LoadLe32(p + 6) >> 4 & kLimb26,
           LoadLe32(p + 9) >> 6 & kLimb26, LoadLe32(p + 12) >> 8 | high}};
}

// The key's r, with the bits of RFC 8439 §2.5 cleared.
inline Limbs26 ClampedR(const uint8_t* key32) {
  const Limbs26 r = LoadLimbs26(key32, 0);
  return {{r.limb[0] & 0x3ffffff, r.limb[1] & 0x3ffff03, r.limb[2] & 0x3ffc0ff,
           r.limb[3] & 0x3f03fff, r.limb[4] & 0x00fffff}};
}

// Five 64-bit sums to limbs, carried once around: the result's limbs are below 2^26 but for limb 1,
// which may have one more bit.
inline Limbs26 Carry26(uint64_t d0, uint64_t d1, uint64_t d2, uint64_t d3, uint64_t d4) {
  Limbs26 h;
  d1 += d0 >> 26;
  d2 += d1 >> 26;
  d3 += d2 >> 26;
  d4 += d3 >> 26;
  // 2^130 = 5 modulo the prime.
  const uint64_t folded = (d0 & kLimb26) + (d4 >> 26) * 5;
  h.limb[0] = static_cast<uint32_t>(folded & kLimb26);
  h.limb[1] = static_cast<uint32_t>((d1 & kLimb26) + (folded >> 26));
  h.limb[2] = static_cast<uint32_t>(d2 & kLimb26);
  h.limb[3] = static_cast<uint32_t>(d3 & kLimb26);
  h.limb[4] = static_cast<uint32_t>(d4 & kLimb26);
  return h;
}

// a * b modulo the prime.
inline Limbs26 Multiply26(const Limbs26& a, const Limbs26& b) {
  const uint64_t a0 = a.limb[0], a1 = a.limb[1], a2 = a.limb[2], a3 = a.limb[3], a4 = a.limb[4];
  const uint64_t b0 = b.limb[0], b1 = b.limb[1], b2 = b.limb[2], b3 = b.limb[3], b4 = b.limb[4];
  const uint64_t s1 = b1 * 5, s2 = b2 * 5, s3 = b3 * 5, s4 = b4 * 5;
  return Carry26(a0 * b0 + a1 * s4 + a2 * s3 + a3 * s2 + a4 * s1,
                 a0 * b1 + a1 * b0 + a2 * s4 + a3 * s3 + a4 * s2,
                 a0 * b2 + a1 * b1 + a2 * b0 + a3 * s4 + a4 * s3,
                 a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + a4 * s4,
                 a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0);
}

// h = (h + block) * r for every block of `message`, the last one perhaps short.
inline void Absorb26(Limbs26& h, const Limbs26& r, ByteSpan message) {
  const uint8_t* p = message.data();
  size_t left = message.size();
  while (left > 0) {
    Limbs26 block;
    if (left >= 16) {
      block = LoadLimbs26(p, 1u << 24);
      p += 16;
      left -= 16;
    } else {
      // A short block ends with a one in the byte after it.
      uint8_t padded[16] = {};
      std::memcpy(padded, p, left);
      padded[left] = 1;
      block = LoadLimbs26(padded, 0);
      left = 0;
    }
    for (int i = 0; i < 5; ++i) h.limb[i] += block.limb[i];
    h = Multiply26(h, r);
  }
}

// (h mod 2^130 - 5) + s mod 2^128, the tag.
inline ByteArray<16> Finish26(const Limbs26& in, const uint8_t* s16) {
  // Two rounds of carries make every limb proper.
  Limbs26 h = Carry26(in.limb[0], in.limb[1], in.limb[2], in.limb[3], in.limb[4]);
  h = Carry26(h.limb[0], h.limb[1], h.limb[2], h.limb[3], h.limb[4]);
  // h + 5 overflows 130 bits iff h is not below the prime; then it is the reduced value.
  uint32_t g[5];
  uint32_t carry = 5;
  for (int i = 0; i < 5; ++i) {
    g[i] = h.limb[i] + carry;
    carry = g[i] >> 26;
    g[i] &= kLimb26;
  }
  const uint32_t use_g = 0u - carry;
  for (int i = 0; i < 5; ++i) h.limb[i] = (h.limb[i] & ~use_g) | (g[i] & use_g);

  uint32_t words[4] = {h.limb[0] | h.limb[1] << 26, h.limb[1] >> 6 | h.limb[2] << 20,
                       h.limb[2] >> 12 | h.limb[3] << 14, h.limb[3] >> 18 | h.limb[4] << 8};
  ByteArray<16> tag;
  uint64_t sum = 0;
  for (int i = 0; i < 4; ++i) {
    sum = (sum >> 32) + words[i] + LoadLe32(s16 + 4 * i);
    StoreLe32(tag.data() + 4 * i, static_cast<uint32_t>(sum));
  }
  return tag;
}

}  // namespace zt::crypto
