#include "crypto/kdf.h"

#include "crypto/provider.h"

namespace zt::crypto {

ByteArray<48> Kbkdf(ByteSpan key48, uint8_t label, uint8_t context, uint32_t iteration) {
  const uint8_t message[13] = {static_cast<uint8_t>(iteration >> 24),
                               static_cast<uint8_t>(iteration >> 16),
                               static_cast<uint8_t>(iteration >> 8),
                               static_cast<uint8_t>(iteration), 'Z', 'T', label, 0, context,
                               // The output's length in bits, 384.
                               0, 0, 1, 0x80};
  return HmacSha384(key48, message);
}

}  // namespace zt::crypto
