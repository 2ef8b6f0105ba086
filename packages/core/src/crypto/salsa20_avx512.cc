#ifdef __x86_64__

#define ZT_SALSA_TARGET __attribute__((target("avx2,avx512f,avx512vl")))
#include "crypto/salsa20_vector8.h"

namespace zt::crypto {

ZT_SALSA_TARGET void SalsaAvx512(const uint32_t* state, int rounds, uint64_t first_block,
                                 const uint8_t* in, uint8_t* out, size_t size) {
  Run8(state, rounds, first_block, in, out, size);
}

}  // namespace zt::crypto

#endif  // __x86_64__
