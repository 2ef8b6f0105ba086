#include "crypto/drbg.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/provider.h"
#include "crypto/salsa20.h"

namespace zt::crypto {

Drbg::Drbg(ByteSpan seed) {
  ZT_CHECK(seed.size() >= kMinSeed && seed.size() <= kMaxSeed);
  ByteArray<kSha512Size> digest = Sha512(seed);
  std::memcpy(buffer_, digest.data(), kKeySize);
  SecureWipe(digest);
}

Drbg::~Drbg() { SecureWipe(buffer_); }

// The first 32 bytes of a key's stream replace the key; every key makes one stream, so the nonce is
// constant.
void Drbg::Refill() {
  static constexpr uint8_t kNonce[8] = {};
  const Salsa20 cipher(SalsaRounds::k20, buffer_, kNonce);
  cipher.Keystream(0, buffer_);
  at_ = kKeySize;
}

void Drbg::Fill(MutableBytes out) {
  while (!out.empty()) {
    if (at_ == kBufferSize) Refill();
    const size_t n = std::min(out.size(), kBufferSize - at_);
    std::memcpy(out.data(), buffer_ + at_, n);
    SecureWipe(buffer_ + at_, n);
    at_ += n;
    out = out.subspan(n);
  }
}

}  // namespace zt::crypto
