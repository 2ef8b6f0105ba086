#define ZT_SALSA_TARGET
#include "crypto/salsa20_vector.h"

namespace zt::crypto {

void SalsaVector4(const uint32_t* state, int rounds, uint64_t first_block, const uint8_t* in,
                  uint8_t* out, size_t size) {
  constexpr size_t kBatch = 16 * sizeof(Vec4);
  size_t at = 0;
  for (; size - at >= kBatch; at += kBatch, first_block += 4) {
    Batch<Vec4>(state, rounds, first_block, in == nullptr ? nullptr : in + at, out + at);
  }
  const size_t rest = size - at;
  if (rest == 0) return;
  const uint8_t* const rest_in = in == nullptr ? nullptr : in + at;
  if (rest <= kSalsaBlockSize) {
    SalsaScalar(state, rounds, first_block, rest_in, out + at, rest);
  } else {
    PartialBatch<Vec4>(state, rounds, first_block, rest_in, out + at, rest);
  }
}

}  // namespace zt::crypto
