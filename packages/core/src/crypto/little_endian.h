// Little-endian words of the ciphers (vl1.md §1.1).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace zt::crypto {

static_assert(std::endian::native == std::endian::little,
              "the ciphers are written for little-endian machines");

inline uint32_t LoadLe32(const uint8_t* p) {
  uint32_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline uint64_t LoadLe64(const uint8_t* p) {
  uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline void StoreLe32(uint8_t* p, uint32_t v) { std::memcpy(p, &v, sizeof v); }
inline void StoreLe64(uint8_t* p, uint64_t v) { std::memcpy(p, &v, sizeof v); }

}  // namespace zt::crypto
