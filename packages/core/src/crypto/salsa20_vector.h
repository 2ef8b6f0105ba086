// Salsa20 over vectors: lane i of every word belongs to block i. Included once by each file that
// names a vector width and a target; ZT_SALSA_TARGET is the function attribute that lets the
// compiler use that target's instructions. The names are local to the including file, since each
// compiles them for another machine.
#pragma once

#include "crypto/little_endian.h"
#include "crypto/salsa20_implementations.h"

#define ZT_SALSA_INLINE inline __attribute__((always_inline)) ZT_SALSA_TARGET

namespace zt::crypto {
namespace {

typedef uint32_t Vec4 __attribute__((vector_size(16)));

template <typename V>
ZT_SALSA_INLINE void Step(V& target, const V& a, const V& b, int bits) {
  const V sum = a + b;
  target ^= sum << bits | sum >> (32 - bits);
}

template <typename V>
ZT_SALSA_INLINE void Quarter(V& a, V& b, V& c, V& d) {
  Step(b, a, d, 7);
  Step(c, b, a, 9);
  Step(d, c, b, 13);
  Step(a, d, c, 18);
}

template <typename V>
ZT_SALSA_INLINE void Rounds(V (&x)[16], int rounds) {
  for (int i = 0; i < rounds; i += 2) {
    Quarter(x[0], x[4], x[8], x[12]);
    Quarter(x[5], x[9], x[13], x[1]);
    Quarter(x[10], x[14], x[2], x[6]);
    Quarter(x[15], x[3], x[7], x[11]);
    Quarter(x[0], x[1], x[2], x[3]);
    Quarter(x[5], x[6], x[7], x[4]);
    Quarter(x[10], x[11], x[8], x[9]);
    Quarter(x[15], x[12], x[13], x[14]);
  }
}

// Lane i counts block first_block + i; the carry reaches the high word.
template <typename V>
ZT_SALSA_INLINE void Load(V (&x)[16], const uint32_t* state, uint64_t first_block) {
  constexpr int kLanes = sizeof(V) / 4;
  for (int i = 0; i < 16; ++i) x[i] = V{} + state[i];
  uint32_t low[kLanes];
  uint32_t high[kLanes];
  for (int i = 0; i < kLanes; ++i) {
    const uint64_t block = first_block + static_cast<uint64_t>(i);
    low[i] = static_cast<uint32_t>(block);
    high[i] = static_cast<uint32_t>(block >> 32);
  }
  std::memcpy(&x[8], low, sizeof low);
  std::memcpy(&x[9], high, sizeof high);
}

// Four words of four blocks become sixteen bytes of each block. In 256-bit vectors the upper halves
// do the same for four more blocks.
ZT_SALSA_INLINE void Transpose(Vec4& a, Vec4& b, Vec4& c, Vec4& d) {
  const Vec4 ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Vec4 ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Vec4 cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Vec4 cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

template <typename V>
ZT_SALSA_INLINE void Put(const V& v, const uint8_t* in, uint8_t* out, size_t at) {
  V result = v;
  if (in != nullptr) {
    V data;
    std::memcpy(&data, in + at, sizeof data);
    result ^= data;
  }
  std::memcpy(out + at, &result, sizeof result);
}

// Writes the blocks whose words are the vectors; one specialization for each width.
template <typename V>
struct Blocks;

template <>
struct Blocks<Vec4> {
  static ZT_SALSA_INLINE void Store(Vec4 (&x)[16], const uint8_t* in, uint8_t* out) {
    for (size_t q = 0; q < 4; ++q) {
      Transpose(x[4 * q], x[4 * q + 1], x[4 * q + 2], x[4 * q + 3]);
      for (size_t block = 0; block < 4; ++block)
        Put(x[4 * q + block], in, out, 64 * block + 16 * q);
    }
  }
};

// One full batch: as many blocks as V has lanes. `in` may be null.
template <typename V>
ZT_SALSA_INLINE void Batch(const uint32_t* state, int rounds, uint64_t first_block,
                           const uint8_t* in, uint8_t* out) {
  V initial[16];
  V x[16];
  Load(initial, state, first_block);
  for (int i = 0; i < 16; ++i) x[i] = initial[i];
  Rounds(x, rounds);
  for (int i = 0; i < 16; ++i) x[i] += initial[i];
  Blocks<V>::Store(x, in, out);
}

// A batch of which only the first `size` bytes are wanted.
template <typename V>
ZT_SALSA_INLINE void PartialBatch(const uint32_t* state, int rounds, uint64_t first_block,
                                  const uint8_t* in, uint8_t* out, size_t size) {
  alignas(64) uint8_t stream[16 * sizeof(V)];
  Batch<V>(state, rounds, first_block, nullptr, stream);
  if (in == nullptr) {
    std::memcpy(out, stream, size);
    return;
  }
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<uint8_t>(in[i] ^ stream[i]);
}

}  // namespace
}  // namespace zt::crypto
