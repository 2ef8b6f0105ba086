// KBKDF in counter mode over HMAC-SHA-384 with this protocol's fixed fields (NIST SP 800-108;
// vl1.md §4.2).
#pragma once

#include "zt/bytes.h"

namespace zt::crypto {

inline constexpr uint8_t kLabelGmacKey = 0x30;    // vl1.md Appendix A.3: K0
inline constexpr uint8_t kLabelCipherKey = 0x31;  // K1

// 48 bytes derived from a 48-byte key.
ByteArray<48> Kbkdf(ByteSpan key48, uint8_t label, uint8_t context = 0, uint32_t iteration = 0);

}  // namespace zt::crypto
