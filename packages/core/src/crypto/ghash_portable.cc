#include "crypto/ghash_portable.h"

#include <cstring>

#include "crypto/little_endian.h"
#include "crypto/secure_memory.h"

#define ZT_GHASH_INLINE inline __attribute__((always_inline))

namespace zt::crypto {
namespace {

using Element = GhashKey::Element;
typedef uint64_t Pair __attribute__((vector_size(16)));

constexpr size_t kBlock = 16;

template <typename V>
ZT_GHASH_INLINE V ReverseBitsOfBytes(V v) {
  v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
  v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
  return (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
}
ZT_GHASH_INLINE uint64_t Reverse(uint64_t v) { return __builtin_bswap64(ReverseBitsOfBytes(v)); }

// The lower half of the carry-less product of two words. The bits are taken four places apart, so
// that a place of an ordinary product has sums of at most 15 and no carry reaches the next place
// that counts (at the top 16, whose carry leaves the word). Multiplication of words takes the same
// time for all values on the machines this is for.
ZT_GHASH_INLINE uint64_t MultiplyLow(uint64_t x, uint64_t y) {
  constexpr uint64_t kEvery4 = 0x1111111111111111;
  const uint64_t x0 = x & kEvery4, x1 = x & kEvery4 << 1, x2 = x & kEvery4 << 2,
                 x3 = x & kEvery4 << 3;
  const uint64_t y0 = y & kEvery4, y1 = y & kEvery4 << 1, y2 = y & kEvery4 << 2,
                 y3 = y & kEvery4 << 3;
  const uint64_t z0 = (x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1);
  const uint64_t z1 = (x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2);
  const uint64_t z2 = (x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3);
  const uint64_t z3 = (x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0);
  return (z0 & kEvery4) | (z1 & kEvery4 << 1) | (z2 & kEvery4 << 2) | (z3 & kEvery4 << 3);
}

// Two words and their exclusive or, for the three products of Karatsuba's method.
struct Triple {
  uint64_t low, high, both;
};
ZT_GHASH_INLINE Triple MakeTriple(uint64_t low, uint64_t high) { return {low, high, low ^ high}; }
ZT_GHASH_INLINE void MultiplyAdd(Triple& sum, const Triple& x, const Triple& y) {
  sum.low ^= MultiplyLow(x.low, y.low);
  sum.high ^= MultiplyLow(x.high, y.high);
  sum.both ^= MultiplyLow(x.both, y.both);
}

// A sum of products, not reduced: the lower halves of the three products, and their upper halves as
// lower halves of products of reversed words (bit k there is bit 126 - k of the product).
struct Sum {
  Triple straight{}, reversed{};
};
ZT_GHASH_INLINE void MultiplyAdd(Sum& sum, const Element& x, const Element& x_reversed,
                                 const Element& y) {
  MultiplyAdd(sum.straight, MakeTriple(x.low, x.high), MakeTriple(y.low, y.high));
  MultiplyAdd(sum.reversed, MakeTriple(x_reversed.low, x_reversed.high),
              MakeTriple(Reverse(y.low), Reverse(y.high)));
}

// Modulo x^128 + x^7 + x^2 + x + 1 (SP 800-38D §6.3).
ZT_GHASH_INLINE Element Reduce(const Sum& sum) {
  const Triple& s = sum.straight;
  const Triple& r = sum.reversed;
  const uint64_t middle_low = s.both ^ s.low ^ s.high;
  const uint64_t middle_high = Reverse(r.both ^ r.low ^ r.high) >> 1;
  uint64_t p0 = s.low;
  uint64_t p1 = Reverse(r.low) >> 1 ^ middle_low;
  uint64_t p2 = s.high ^ middle_high;
  uint64_t p3 = Reverse(r.high) >> 1;
  // The product of two elements with x^0 at bit 127 has it at bit 254; here it comes to bit 255.
  p3 = p3 << 1 | p2 >> 63;
  p2 = p2 << 1 | p1 >> 63;
  p1 = p1 << 1 | p0 >> 63;
  p0 <<= 1;
  // From x^192 on, then from x^128 on: times x^7 + x^2 + x + 1, 128 places lower.
  p1 ^= p0 << 63 ^ p0 << 62 ^ p0 << 57;
  p2 ^= p0 ^ p0 >> 1 ^ p0 >> 2 ^ p0 >> 7;
  p2 ^= p1 << 63 ^ p1 << 62 ^ p1 << 57;
  p3 ^= p1 ^ p1 >> 1 ^ p1 >> 2 ^ p1 >> 7;
  return {p3, p2};
}

ZT_GHASH_INLINE Element FromBytes(Pair bytes) {
  return {__builtin_bswap64(bytes[0]), __builtin_bswap64(bytes[1])};
}
// Reversing the big-endian word is reversing the bits of each byte.
ZT_GHASH_INLINE Element ReversedFromBytes(Pair bytes) {
  const Pair reversed = ReverseBitsOfBytes(bytes);
  return {reversed[0], reversed[1]};
}
ZT_GHASH_INLINE Pair ToBytes(const Element& e) {
  return Pair{__builtin_bswap64(e.high), __builtin_bswap64(e.low)};
}
ZT_GHASH_INLINE Pair Load(const uint8_t* p) {
  Pair v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

}  // namespace

GhashKey::GhashKey(const ByteArray<16>& hash_key) {
  const Pair bytes = Load(hash_key.data());
  powers_[0] = FromBytes(bytes);
  for (size_t i = 1; i < kPowers; ++i) {
    Sum sum;
    MultiplyAdd(sum, powers_[0], ReversedFromBytes(bytes), powers_[i - 1]);
    powers_[i] = Reduce(sum);
  }
}

GhashKey::~GhashKey() { SecureWipe(powers_); }

Ghash::~Ghash() { SecureWipe(hash_); }

// (hash + block 1) * H^count + block 2 * H^(count - 1) + ... + last block * H, for at most kPowers
// blocks.
void Ghash::AddBlocks(const uint8_t* blocks, size_t count) {
  Sum sum;
  Pair carried = ToBytes(hash_);
  for (size_t i = 0; i < count; ++i) {
    const Pair bytes = Load(blocks + i * kBlock) ^ carried;
    MultiplyAdd(sum, FromBytes(bytes), ReversedFromBytes(bytes), key_.power(count - i));
    carried = Pair{};
  }
  hash_ = Reduce(sum);
}

void Ghash::Add(ByteSpan data) {
  constexpr size_t kBatch = GhashKey::kPowers * kBlock;
  size_t at = 0;
  for (; data.size() - at >= kBatch; at += kBatch) AddBlocks(data.data() + at, GhashKey::kPowers);
  const size_t whole = (data.size() - at) / kBlock;
  if (whole > 0) AddBlocks(data.data() + at, whole);
  at += whole * kBlock;
  if (at == data.size()) return;
  uint8_t last[kBlock] = {};
  std::memcpy(last, data.data() + at, data.size() - at);
  AddBlocks(last, 1);
  SecureWipe(last);
}

ByteArray<16> Ghash::Finish(uint64_t additional_size, uint64_t text_size) {
  uint8_t lengths[kBlock];
  StoreLe64(lengths, __builtin_bswap64(additional_size * 8));
  StoreLe64(lengths + 8, __builtin_bswap64(text_size * 8));
  AddBlocks(lengths, 1);
  const Pair bytes = ToBytes(hash_);
  ByteArray<16> out;
  std::memcpy(out.data(), &bytes, sizeof bytes);
  return out;
}

}  // namespace zt::crypto
