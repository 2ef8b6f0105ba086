#include "crypto/provider.h"

namespace zt::crypto {

ByteArray<kSha384Size> HmacSha384(ByteSpan key, ByteSpan message) {
  // RFC 2104 §2: keys are padded with zeros to the hash's block, longer ones are hashed first.
  constexpr size_t kBlock = 128;
  ByteArray<kSha384Size> short_key{};
  if (key.size() > kBlock) {
    short_key = Sha384({key});
    key = short_key;
  }
  ByteArray<kBlock> inner_pad;
  ByteArray<kBlock> outer_pad;
  inner_pad.fill(0x36);
  outer_pad.fill(0x5c);
  for (size_t i = 0; i < key.size(); ++i) {
    inner_pad[i] ^= key[i];
    outer_pad[i] ^= key[i];
  }
  ByteArray<kSha384Size> inner = Sha384({inner_pad, message});
  const ByteArray<kSha384Size> out = Sha384({outer_pad, inner});
  SecureWipe(short_key);
  SecureWipe(inner_pad);
  SecureWipe(outer_pad);
  SecureWipe(inner);
  return out;
}

}  // namespace zt::crypto
