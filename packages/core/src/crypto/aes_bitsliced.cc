#include "crypto/aes_bitsliced.h"

#include <bit>
#include <cstring>

#include "crypto/aes_sbox_circuit.h"
#include "crypto/little_endian.h"
#include "crypto/secure_memory.h"

#define ZT_AES_INLINE inline __attribute__((always_inline))

namespace zt::crypto {
namespace {

using aes_circuit::Slice;
typedef uint8_t SliceBytes __attribute__((vector_size(16)));

constexpr size_t kBlock = BitslicedAes256::kBlock;
constexpr int kRounds = BitslicedAes256::kRounds;
constexpr size_t kWide = 8;  // blocks of a state: the bits of a byte

// Eight blocks. bits[b] has bit b of all their bytes: its byte 4 * row + column is about that byte
// of the blocks (FIPS 197 §3.4 numbers them 4 * column + row), and in it bit i belongs to block i.
struct State {
  Slice bits[8];
};
// Every bit of a round key spread over the eight blocks.
struct SlicedKey {
  State round[kRounds + 1];
};

template <int... kFrom>
ZT_AES_INLINE Slice Permute(Slice v) {
  const SliceBytes bytes = reinterpret_cast<SliceBytes>(v);
  return reinterpret_cast<Slice>(__builtin_shufflevector(bytes, bytes, kFrom...));
}
ZT_AES_INLINE Slice RowsUpByOne(Slice v) {
  return Permute<4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3>(v);
}
ZT_AES_INLINE Slice RowsUpByTwo(Slice v) {
  return Permute<8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7>(v);
}

// Transpose goes between the byte order of FIPS 197 and the one by rows and is its own inverse; the
// others are the steps of FIPS 197 §5.1.2 and §5.3.1.
#if defined(__x86_64__) && !defined(__SSSE3__)
// Plain x86-64 has no instruction for a free choice of bytes; four times slower, were it left to
// the compiler.
typedef uint32_t Rows __attribute__((vector_size(16)));

// The halves of the vector, byte by byte in turn. Twice: place i goes to 4 * i modulo 15.
ZT_AES_INLINE Slice Interleave(Slice v) {
  return reinterpret_cast<Slice>(__builtin_shufflevector(
      reinterpret_cast<SliceBytes>(v), reinterpret_cast<SliceBytes>(RowsUpByTwo(v)), 0, 16, 1, 17,
      2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
}
ZT_AES_INLINE Slice Transpose(Slice v) { return Interleave(Interleave(v)); }
// Rows 1 and 3 as they are in `turned`, by one column; then rows 2 and 3 by two.
ZT_AES_INLINE Slice TurnOddRows(Slice v, Rows turned) {
  const Rows odd = {0, 0xffffffff, 0, 0xffffffff};
  const Rows rows = reinterpret_cast<Rows>(v);
  const Slice merged = reinterpret_cast<Slice>(rows ^ ((rows ^ turned) & odd));
  return Permute<0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 8, 9, 14, 15, 12, 13>(merged);
}
ZT_AES_INLINE Slice ShiftRows(Slice v) {
  const Rows rows = reinterpret_cast<Rows>(v);
  return TurnOddRows(v, rows >> 8 | rows << 24);
}
ZT_AES_INLINE Slice InvShiftRows(Slice v) {
  const Rows rows = reinterpret_cast<Rows>(v);
  return TurnOddRows(v, rows << 8 | rows >> 24);
}
#else
ZT_AES_INLINE Slice Transpose(Slice v) {
  return Permute<0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15>(v);
}
ZT_AES_INLINE Slice ShiftRows(Slice v) {
  return Permute<0, 1, 2, 3, 5, 6, 7, 4, 10, 11, 8, 9, 15, 12, 13, 14>(v);
}
ZT_AES_INLINE Slice InvShiftRows(Slice v) {
  return Permute<0, 1, 2, 3, 7, 4, 5, 6, 10, 11, 8, 9, 13, 14, 15, 12>(v);
}
#endif

// --- between blocks and slices

ZT_AES_INLINE Slice Fill(uint64_t word) { return Slice{word, word}; }

// Swaps the bits of `a` in the upper places of the mask with those of `b` in the lower ones.
ZT_AES_INLINE void SwapBits(Slice& a, Slice& b, int distance, uint64_t mask) {
  const Slice changed = ((a >> distance) ^ b) & Fill(mask);
  b ^= changed;
  a ^= changed << distance;
}
// Transposes the 8 by 8 bits that every byte position of the eight vectors makes; its own inverse.
ZT_AES_INLINE void Exchange(State& s) {
  for (size_t i = 0; i < 8; i += 2) SwapBits(s.bits[i], s.bits[i + 1], 1, 0x5555555555555555);
  for (size_t i : {0, 1, 4, 5}) SwapBits(s.bits[i], s.bits[i + 2], 2, 0x3333333333333333);
  for (size_t i = 0; i < 4; ++i) SwapBits(s.bits[i], s.bits[i + 4], 4, 0x0f0f0f0f0f0f0f0f);
}
ZT_AES_INLINE Slice Load(const uint8_t* block) {
  Slice v;
  std::memcpy(&v, block, sizeof v);
  return v;
}

void SpreadKey(SlicedKey& out, const uint8_t (&round_keys)[kRounds + 1][kBlock]) {
  for (int round = 0; round <= kRounds; ++round) {
    Slice key = Transpose(Load(round_keys[round]));
    // The constant of the S-box, which the circuit leaves out, passes ShiftRows and (Inv)MixColumns
    // unchanged: every byte has it, and the coefficients of a row sum to 1. So it is added with the
    // round key after (before) them.
    if (round > 0) key ^= Fill(0x6363636363636363);
    for (int b = 0; b < 8; ++b) {
      const Slice bit = key >> b & Fill(0x0101010101010101);
      out.round[round].bits[b] =
          (bit << 8) - bit;  // 01 becomes ff in each byte: no borrow leaves the word
    }
  }
}

// --- rounds (FIPS 197 §5.1, §5.3)

ZT_AES_INLINE void AddRoundKey(State& s, const State& key) {
  for (int b = 0; b < 8; ++b) s.bits[b] ^= key.bits[b];
}
ZT_AES_INLINE void ShiftRows(State& s) {
  for (Slice& v : s.bits) v = ShiftRows(v);
}
ZT_AES_INLINE void InvShiftRows(State& s) {
  for (Slice& v : s.bits) v = InvShiftRows(v);
}
// Multiplies every byte by x modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197 §4.2.1).
ZT_AES_INLINE State TimesX(const State& s) {
  const Slice out = s.bits[7];
  return {{out, s.bits[0] ^ out, s.bits[1], s.bits[2] ^ out, s.bits[3] ^ out, s.bits[4], s.bits[5],
           s.bits[6]}};
}
// 2a + 3b + c + d = x(a + b) + b + (c + d) for the rows a, b, c, d of a column.
ZT_AES_INLINE void MixColumns(State& s) {
  State next, pair;
  for (int b = 0; b < 8; ++b) {
    next.bits[b] = RowsUpByOne(s.bits[b]);
    pair.bits[b] = s.bits[b] ^ next.bits[b];
  }
  const State doubled = TimesX(pair);
  for (int b = 0; b < 8; ++b)
    s.bits[b] = doubled.bits[b] ^ next.bits[b] ^ RowsUpByTwo(pair.bits[b]);
}
// The matrix of InvMixColumns is that of MixColumns times circ(5, 0, 4, 0).
ZT_AES_INLINE void InvMixColumns(State& s) {
  State pair;
  for (int b = 0; b < 8; ++b) pair.bits[b] = s.bits[b] ^ RowsUpByTwo(s.bits[b]);
  const State fourfold = TimesX(TimesX(pair));
  for (int b = 0; b < 8; ++b) s.bits[b] ^= fourfold.bits[b];
  MixColumns(s);
}

void EncryptWide(State& s, const SlicedKey& key) {
  AddRoundKey(s, key.round[0]);
  for (int round = 1; round < kRounds; ++round) {
    aes_circuit::SubBytes(s.bits);
    ShiftRows(s);
    MixColumns(s);
    AddRoundKey(s, key.round[round]);
  }
  aes_circuit::SubBytes(s.bits);
  ShiftRows(s);
  AddRoundKey(s, key.round[kRounds]);
}
void DecryptWide(State& s, const SlicedKey& key) {
  AddRoundKey(s, key.round[kRounds]);
  for (int round = kRounds - 1; round > 0; --round) {
    InvShiftRows(s);
    aes_circuit::InvSubBytes(s.bits);
    AddRoundKey(s, key.round[round]);
    InvMixColumns(s);
  }
  InvShiftRows(s);
  aes_circuit::InvSubBytes(s.bits);
  AddRoundKey(s, key.round[0]);
}

// One block in the first place of a state.
template <void (*kCipher)(State&, const SlicedKey&)>
ByteArray<16> One(const uint8_t (&round_keys)[kRounds + 1][kBlock], const ByteArray<16>& block) {
  SlicedKey key;
  SpreadKey(key, round_keys);
  State s{};
  s.bits[0] = Transpose(Load(block.data()));
  Exchange(s);
  kCipher(s, key);
  Exchange(s);
  const Slice result = Transpose(s.bits[0]);
  ByteArray<16> out;
  std::memcpy(out.data(), &result, sizeof result);
  SecureWipe(key);
  SecureWipe(s);
  return out;
}

uint32_t SubWord(uint32_t word) {
  State s{};
  s.bits[0] = Slice{word, 0};
  Exchange(s);
  aes_circuit::SubBytes(s.bits);
  Exchange(s);
  return static_cast<uint32_t>(s.bits[0][0]) ^ 0x63636363;
}

}  // namespace

// FIPS 197 §5.2 with Nk = 8; words are little-endian here, so RotWord turns the other way.
BitslicedAes256::BitslicedAes256(const uint8_t* key32) {
  constexpr int kKeyWords = 8;
  uint32_t words[4 * (kRounds + 1)];
  std::memcpy(words, key32, 4 * kKeyWords);
  uint32_t round_constant = 1;
  for (int i = kKeyWords; i < 4 * (kRounds + 1); ++i) {
    uint32_t word = words[i - 1];
    if (i % kKeyWords == 0) {
      word = SubWord(std::rotr(word, 8)) ^ round_constant;
      round_constant <<= 1;
    } else if (i % kKeyWords == 4) {
      word = SubWord(word);
    }
    words[i] = words[i - kKeyWords] ^ word;
  }
  static_assert(sizeof words == sizeof round_keys_);
  std::memcpy(round_keys_, words, sizeof words);
  SecureWipe(words);
}

BitslicedAes256::~BitslicedAes256() { SecureWipe(round_keys_); }

ByteArray<16> BitslicedAes256::Encrypt(const ByteArray<16>& block) const {
  return One<EncryptWide>(round_keys_, block);
}

ByteArray<16> BitslicedAes256::Decrypt(const ByteArray<16>& block) const {
  return One<DecryptWide>(round_keys_, block);
}

void BitslicedAes256::XorCounterStream(const ByteArray<16>& counter, MutableBytes data) const {
  if (data.empty()) return;
  SlicedKey key;
  SpreadKey(key, round_keys_);
  State s;
  uint8_t blocks[kWide][kBlock];
  uint32_t count = __builtin_bswap32(LoadLe32(counter.data() + 12));
  for (size_t at = 0; at < data.size(); at += sizeof blocks) {
    for (size_t i = 0; i < kWide; ++i, ++count) {
      std::memcpy(blocks[i], counter.data(), 12);
      StoreLe32(blocks[i] + 12, __builtin_bswap32(count));
      s.bits[i] = Transpose(Load(blocks[i]));
    }
    Exchange(s);
    EncryptWide(s, key);
    Exchange(s);
    for (size_t i = 0; i < kWide; ++i) s.bits[i] = Transpose(s.bits[i]);
    std::memcpy(blocks, s.bits, sizeof blocks);
    const size_t size = data.size() - at < sizeof blocks ? data.size() - at : sizeof blocks;
    for (size_t i = 0; i < size; ++i) data[at + i] ^= blocks[i / kBlock][i % kBlock];
  }
  SecureWipe(key);
  SecureWipe(s);
  SecureWipe(blocks);
}

}  // namespace zt::crypto
