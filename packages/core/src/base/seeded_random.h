// A reproducible RandomSource for tests and simulations. Predictable: never for keys of a real
// node.
#pragma once

#include "zt/random.h"

namespace zt {

// splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
class SeededRandom : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}

  void Fill(MutableBytes out) override {
    for (size_t at = 0; at < out.size(); at += 8) {
      uint64_t word = Next();
      // Byte by byte, so that a seed gives the same bytes on machines of either byte order.
      for (size_t i = at; i < out.size() && i < at + 8; ++i, word >>= 8)
        out[i] = static_cast<uint8_t>(word);
    }
  }

 private:
  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    uint64_t z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
  }

  uint64_t state_;
};

}  // namespace zt
