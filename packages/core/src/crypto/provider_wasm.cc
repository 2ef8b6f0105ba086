// The provider on WebAssembly: functions the host gives, over libsodium.js and @noble/hashes.
//
// The import contract (module "zt_crypto"). Every pointer is an offset into the instance's memory;
// the host reads inputs and writes outputs before it returns, and keeps no view of the memory
// across calls (it may grow). Sizes in bytes. Inputs and outputs never overlap. A pointer whose
// size is 0 is not read.
//
//   sha512(message: i32, size: i32, out64: i32)                       out = SHA-512(message)
//   sha384(message: i32, size: i32, out48: i32)                       out = SHA-384(message)
//   x25519(out32: i32, scalar32: i32, point32: i32) -> i32            out = X25519(clamp(scalar),
//   point), returns 0;
//                                                                     an all-zero result: returns
//                                                                     -1
//   x25519_base(out32: i32, scalar32: i32)                            out = X25519(clamp(scalar),
//   9) ed25519_public(out32: i32, seed32: i32)                           out = the public key of
//   the RFC 8032 seed ed25519_sign(out64: i32, seed32: i32, public32: i32,
//                message: i32, size: i32)                             out = the detached RFC 8032
//                signature
//   ed25519_verify(signature64: i32, message: i32, size: i32,
//                  public32: i32) -> i32                              0 iff valid, else -1
//
// A host function must not throw: libsodium.js throws for an all-zero X25519 result, which the host
// turns into -1.
#ifdef __wasm__

#include "crypto/provider.h"

#define ZT_CRYPTO_IMPORT(name) __attribute__((import_module("zt_crypto"), import_name(name)))

extern "C" {
ZT_CRYPTO_IMPORT("sha512")
void zt_crypto_sha512(const uint8_t* message, size_t size, uint8_t* out64);
ZT_CRYPTO_IMPORT("sha384")
void zt_crypto_sha384(const uint8_t* message, size_t size, uint8_t* out48);
ZT_CRYPTO_IMPORT("x25519")
int zt_crypto_x25519(uint8_t* out32, const uint8_t* scalar32, const uint8_t* point32);
ZT_CRYPTO_IMPORT("x25519_base") void zt_crypto_x25519_base(uint8_t* out32, const uint8_t* scalar32);
ZT_CRYPTO_IMPORT("ed25519_public")
void zt_crypto_ed25519_public(uint8_t* out32, const uint8_t* seed32);
ZT_CRYPTO_IMPORT("ed25519_sign")
void zt_crypto_ed25519_sign(uint8_t* out64, const uint8_t* seed32, const uint8_t* public32,
                            const uint8_t* message, size_t size);
ZT_CRYPTO_IMPORT("ed25519_verify")
int zt_crypto_ed25519_verify(const uint8_t* signature64, const uint8_t* message, size_t size,
                             const uint8_t* public32);
}

namespace zt::crypto {

ByteArray<kSha512Size> Sha512(ByteSpan message) {
  ByteArray<kSha512Size> out;
  zt_crypto_sha512(message.data(), message.size(), out.data());
  return out;
}

ByteArray<kSha384Size> Sha384(std::initializer_list<ByteSpan> parts) {
  // One call over a joined copy: a streaming import would need state on the host.
  Bytes joined;
  for (ByteSpan part : parts) joined.insert(joined.end(), part.begin(), part.end());
  ByteArray<kSha384Size> out;
  zt_crypto_sha384(joined.data(), joined.size(), out.data());
  SecureWipe(joined.data(), joined.size());
  return out;
}

bool X25519(Key32& out, const Key32& scalar, const Key32& point) {
  if (zt_crypto_x25519(out.data(), scalar.data(), point.data()) == 0) return true;
  out.fill(0);
  return false;
}

Key32 X25519Base(const Key32& scalar) {
  Key32 out;
  zt_crypto_x25519_base(out.data(), scalar.data());
  return out;
}

Key32 Ed25519PublicFromSeed(const Key32& seed) {
  Key32 out;
  zt_crypto_ed25519_public(out.data(), seed.data());
  return out;
}

ByteArray<kEd25519SignatureSize> Ed25519Sign(const Key32& seed, const Key32& public_key,
                                             ByteSpan message) {
  ByteArray<kEd25519SignatureSize> out;
  zt_crypto_ed25519_sign(out.data(), seed.data(), public_key.data(), message.data(),
                         message.size());
  return out;
}

bool Ed25519Verify(const Key32& public_key, ByteSpan message,
                   const ByteArray<kEd25519SignatureSize>& signature) {
  return zt_crypto_ed25519_verify(signature.data(), message.data(), message.size(),
                                  public_key.data()) == 0;
}

}  // namespace zt::crypto

#endif  // __wasm__
