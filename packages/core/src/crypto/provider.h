// The seam to the library that does public-key operations and SHA-2: libsodium on native targets
// (provider_sodium.cc), the host's libsodium.js on WebAssembly (provider_wasm.cc). Everything here
// is a pure function.
#pragma once

#include <initializer_list>

#include "crypto/secure_memory.h"
#include "zt/bytes.h"

namespace zt::crypto {

inline constexpr size_t kSha384Size = 48;
inline constexpr size_t kSha512Size = 64;
inline constexpr size_t kX25519Size = 32;
inline constexpr size_t kEd25519KeySize = 32;
inline constexpr size_t kEd25519SignatureSize = 64;

using Key32 = ByteArray<32>;

// FIPS 180-4.
ByteArray<kSha512Size> Sha512(ByteSpan message);
// The parts are hashed as if they stood one after another.
ByteArray<kSha384Size> Sha384(std::initializer_list<ByteSpan> parts);
// RFC 2104 with SHA-384: any key length.
ByteArray<kSha384Size> HmacSha384(ByteSpan key, ByteSpan message);

// RFC 7748; the scalar is clamped here. False iff the result is all zero (`out` is then zero).
bool X25519(Key32& out, const Key32& scalar, const Key32& point);
// The public value of a scalar: X25519(scalar, 9).
Key32 X25519Base(const Key32& scalar);

// RFC 8032. The private key is the 32-byte seed.
Key32 Ed25519PublicFromSeed(const Key32& seed);
ByteArray<kEd25519SignatureSize> Ed25519Sign(const Key32& seed, const Key32& public_key,
                                             ByteSpan message);
// False for a signature that is wrong or not canonical, or a key of small order.
bool Ed25519Verify(const Key32& public_key, ByteSpan message,
                   const ByteArray<kEd25519SignatureSize>& signature);

}  // namespace zt::crypto
