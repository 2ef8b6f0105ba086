// Randomness is an argument; nothing in the core opens a random device.
#pragma once

#include "zt/bytes.h"

namespace zt {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void Fill(MutableBytes out) = 0;
  uint64_t U64() {
    uint64_t v;
    Fill({reinterpret_cast<uint8_t*>(&v), sizeof v});
    return v;
  }
  uint32_t U32() { return static_cast<uint32_t>(U64()); }
  // Uniform in [0, bound); bound > 0. The bias is below 2^-32 for 32-bit bounds.
  uint64_t Below(uint64_t bound) { return bound == 0 ? 0 : U64() % bound; }
};

}  // namespace zt
