// Salsa20 with 256-bit keys (D. J. Bernstein, "The Salsa20 family of stream ciphers"; eSTREAM), 12
// or 20 rounds. Constant time: additions, rotations and exclusive ors only.
#pragma once

#include <span>

#include "zt/bytes.h"

namespace zt::crypto {

inline constexpr size_t kSalsaBlockSize = 64;
enum class SalsaRounds : int { k12 = 12, k20 = 20 };

// A key and a nonce, expanded. Holds the key: wiped when dropped.
class Salsa20 {
 public:
  // 32-byte key, 8-byte nonce.
  Salsa20(SalsaRounds rounds, const uint8_t* key32, const uint8_t* nonce8);
  ~Salsa20();
  Salsa20(const Salsa20&) = delete;
  Salsa20& operator=(const Salsa20&) = delete;

  // The stream's bytes from the beginning of block `first_block` on.
  void Keystream(uint64_t first_block, MutableBytes out) const;
  // data ⊕ those bytes, in place.
  void Xor(uint64_t first_block, MutableBytes data) const;

 private:
  alignas(16) uint32_t state_[16];
  int rounds_;
};

// One way to compute the stream: out = in ⊕ stream, or the stream itself if `in` is null. in may be
// out. The counter words of `state` are not looked at.
using SalsaFunction = void (*)(const uint32_t* state, int rounds, uint64_t first_block,
                               const uint8_t* in, uint8_t* out, size_t size);
struct SalsaImplementation {
  const char* name;
  SalsaFunction run;
};
// Those this machine can run, the reference first and the fastest last.
std::span<const SalsaImplementation> SalsaImplementations();

}  // namespace zt::crypto
