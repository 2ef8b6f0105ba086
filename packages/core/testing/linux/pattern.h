// Bytes that are known at every offset of a stream: what arrives is compared with what must have been sent.
#pragma once

#include "zt/bytes.h"

namespace zt::linux_lab {

inline uint64_t PatternWord(uint64_t seed, uint64_t index) {
  uint64_t x = (seed + 1) * 0xd6e8feb86659fd93ULL + index * 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9ULL;
  return x ^ (x >> 29);
}

inline uint8_t PatternByte(uint64_t seed, uint64_t offset) {
  return static_cast<uint8_t>(PatternWord(seed, offset / 8) >> (offset % 8 * 8));
}

inline void FillPattern(uint64_t seed, uint64_t offset, MutableBytes out) {
  size_t i = 0;
  for (; i < out.size() && (offset + i) % 8 != 0; ++i) out[i] = PatternByte(seed, offset + i);
  for (; i + 8 <= out.size(); i += 8) {
    const uint64_t word = PatternWord(seed, (offset + i) / 8);
    std::memcpy(&out[i], &word, 8);
  }
  for (; i < out.size(); ++i) out[i] = PatternByte(seed, offset + i);
}

// The first byte that differs, or data.size().
inline size_t FirstMismatch(uint64_t seed, uint64_t offset, ByteSpan data) {
  size_t i = 0;
  for (; i < data.size() && (offset + i) % 8 != 0; ++i) {
    if (data[i] != PatternByte(seed, offset + i)) return i;
  }
  for (; i + 8 <= data.size(); i += 8) {
    const uint64_t word = PatternWord(seed, (offset + i) / 8);
    if (std::memcmp(&data[i], &word, 8) != 0) break;
  }
  for (; i < data.size(); ++i) {
    if (data[i] != PatternByte(seed, offset + i)) return i;
  }
  return i;
}

}  // namespace zt::linux_lab
