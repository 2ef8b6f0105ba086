#include "crypto/salsa20.h"

#include <bit>

#include "crypto/little_endian.h"
#include "crypto/salsa20_implementations.h"
#include "crypto/secure_memory.h"

namespace zt::crypto {
namespace {

inline void QuarterRound(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d) {
  b ^= std::rotl(a + d, 7);
  c ^= std::rotl(b + a, 9);
  d ^= std::rotl(c + b, 13);
  a ^= std::rotl(d + c, 18);
}

void Block(const uint32_t* state, int rounds, uint8_t* out) {
  uint32_t x[16];
  std::memcpy(x, state, sizeof x);
  for (int i = 0; i < rounds; i += 2) {
    QuarterRound(x[0], x[4], x[8], x[12]);
    QuarterRound(x[5], x[9], x[13], x[1]);
    QuarterRound(x[10], x[14], x[2], x[6]);
    QuarterRound(x[15], x[3], x[7], x[11]);
    QuarterRound(x[0], x[1], x[2], x[3]);
    QuarterRound(x[5], x[6], x[7], x[4]);
    QuarterRound(x[10], x[11], x[8], x[9]);
    QuarterRound(x[15], x[12], x[13], x[14]);
  }
  for (int i = 0; i < 16; ++i) StoreLe32(out + 4 * i, x[i] + state[i]);
}

constexpr SalsaImplementation kImplementations[] = {
    {"scalar", SalsaScalar},
    {"128-bit", SalsaVector4},
#ifdef __x86_64__
    {"avx2", SalsaAvx2},
    {"avx512vl", SalsaAvx512},
#endif
};

// How many of the table this machine can run.
size_t Usable() {
#ifdef __x86_64__
  if (!__builtin_cpu_supports("avx2")) return 2;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vl")) return 3;
  return 4;
#else
  return 2;
#endif
}

}  // namespace

void SalsaScalar(const uint32_t* state, int rounds, uint64_t first_block, const uint8_t* in,
                 uint8_t* out, size_t size) {
  uint32_t s[16];
  std::memcpy(s, state, sizeof s);
  uint8_t block[kSalsaBlockSize];
  for (size_t at = 0; at < size; at += kSalsaBlockSize, ++first_block) {
    s[8] = static_cast<uint32_t>(first_block);
    s[9] = static_cast<uint32_t>(first_block >> 32);
    Block(s, rounds, block);
    const size_t n = size - at < kSalsaBlockSize ? size - at : kSalsaBlockSize;
    for (size_t i = 0; i < n; ++i)
      out[at + i] = static_cast<uint8_t>(in == nullptr ? block[i] : block[i] ^ in[at + i]);
  }
}

std::span<const SalsaImplementation> SalsaImplementations() {
  return std::span<const SalsaImplementation>(kImplementations).first(Usable());
}

Salsa20::Salsa20(SalsaRounds rounds, const uint8_t* key32, const uint8_t* nonce8)
    : rounds_(static_cast<int>(rounds)) {
  // "expand 32-byte k" on the diagonal, the key's halves around the nonce and the counter (vl1.md
  // §4.3).
  static constexpr uint32_t kSigma[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (int i = 0; i < 4; ++i) {
    state_[5 * i] = kSigma[i];
    state_[1 + i] = LoadLe32(key32 + 4 * i);
    state_[11 + i] = LoadLe32(key32 + 16 + 4 * i);
  }
  state_[6] = LoadLe32(nonce8);
  state_[7] = LoadLe32(nonce8 + 4);
  state_[8] = 0;
  state_[9] = 0;
}

Salsa20::~Salsa20() { SecureWipe(state_); }

void Salsa20::Keystream(uint64_t first_block, MutableBytes out) const {
  kImplementations[Usable() - 1].run(state_, rounds_, first_block, nullptr, out.data(), out.size());
}

void Salsa20::Xor(uint64_t first_block, MutableBytes data) const {
  kImplementations[Usable() - 1].run(state_, rounds_, first_block, data.data(), data.data(),
                                     data.size());
}

}  // namespace zt::crypto
