// A generator of random bytes from a seed the host gives, with fast key erasure (D. J. Bernstein,
// "Fast-key-erasure random-number generators", 2017): what it has given out cannot be found again
// from its memory.
#pragma once

#include "zt/random.h"

namespace zt::crypto {

class Drbg : public RandomSource {
 public:
  static constexpr size_t kMinSeed = 32;
  static constexpr size_t kMaxSeed = 64;

  // 32 to 64 bytes of real entropy; the same seed gives the same bytes on every engine.
  explicit Drbg(ByteSpan seed);
  ~Drbg() override;
  Drbg(const Drbg&) = delete;
  Drbg& operator=(const Drbg&) = delete;

  void Fill(MutableBytes out) override;

 private:
  static constexpr size_t kKeySize = 32;
  // One refill serves about 120 packet ids.
  static constexpr size_t kBufferSize = 1024;

  void Refill();

  // The next key, then bytes not given out yet. Bytes are zeroed as they leave.
  alignas(32) uint8_t buffer_[kBufferSize];
  size_t at_ = kBufferSize;
};

}  // namespace zt::crypto
