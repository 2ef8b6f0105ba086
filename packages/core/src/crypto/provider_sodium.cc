// The provider on native targets: libsodium. Only its functions without state are used, so
// sodium_init is not needed: it seeds a random device we do not use and picks faster variants of
// some ciphers.
#ifndef __wasm__

#include <sodium.h>

#include "crypto/provider.h"

namespace zt::crypto {

ByteArray<kSha512Size> Sha512(ByteSpan message) {
  ByteArray<kSha512Size> out;
  crypto_hash_sha512(out.data(), message.data(), message.size());
  return out;
}

ByteArray<kSha384Size> Sha384(std::initializer_list<ByteSpan> parts) {
  // SHA-384 is SHA-512 from other initial values, cut to 48 bytes (FIPS 180-4 §5.3.4, §6.5).
  static constexpr uint64_t kInitial[8] = {
      0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
      0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  std::memcpy(state.state, kInitial, sizeof kInitial);
  for (ByteSpan part : parts) {
    // An empty span may be a null pointer, which update must not see.
    if (!part.empty()) crypto_hash_sha512_update(&state, part.data(), part.size());
  }
  uint8_t full[kSha512Size];
  crypto_hash_sha512_final(&state, full);
  ByteArray<kSha384Size> out;
  std::memcpy(out.data(), full, out.size());
  SecureWipe(full, sizeof full);
  return out;
}

bool X25519(Key32& out, const Key32& scalar, const Key32& point) {
  if (crypto_scalarmult_curve25519(out.data(), scalar.data(), point.data()) == 0) return true;
  out.fill(0);
  return false;
}

Key32 X25519Base(const Key32& scalar) {
  Key32 out;
  crypto_scalarmult_curve25519_base(out.data(), scalar.data());
  return out;
}

Key32 Ed25519PublicFromSeed(const Key32& seed) {
  Key32 public_key;
  uint8_t secret[crypto_sign_ed25519_SECRETKEYBYTES];
  crypto_sign_ed25519_seed_keypair(public_key.data(), secret, seed.data());
  SecureWipe(secret, sizeof secret);
  return public_key;
}

ByteArray<kEd25519SignatureSize> Ed25519Sign(const Key32& seed, const Key32& public_key,
                                             ByteSpan message) {
  // libsodium's secret key is seed ‖ public key.
  uint8_t secret[crypto_sign_ed25519_SECRETKEYBYTES];
  std::memcpy(secret, seed.data(), 32);
  std::memcpy(secret + 32, public_key.data(), 32);
  ByteArray<kEd25519SignatureSize> out;
  crypto_sign_ed25519_detached(out.data(), nullptr, message.data(), message.size(), secret);
  SecureWipe(secret, sizeof secret);
  return out;
}

bool Ed25519Verify(const Key32& public_key, ByteSpan message,
                   const ByteArray<kEd25519SignatureSize>& signature) {
  return crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(),
                                             public_key.data()) == 0;
}

}  // namespace zt::crypto

#endif  // __wasm__
