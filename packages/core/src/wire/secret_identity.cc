#include "wire/secret_identity.h"

#include "base/hex.h"
#include "crypto/provider.h"

namespace zt {
namespace {

// Length of the secret text form (vl1.md §2.6).
constexpr size_t kSecretTextSize = 270;

crypto::Key32 Half(ByteSpan key64, size_t at) {
  crypto::Key32 out;
  std::memcpy(out.data(), key64.data() + at, out.size());
  return out;
}

}  // namespace

SecretIdentity::SecretIdentity(const Identity& identity,
                               const ByteArray<kPrivateKeySize>& private_key)
    : identity_(identity), private_key_(private_key) {}

SecretIdentity::~SecretIdentity() { crypto::SecureWipe(private_key_); }

std::optional<SecretIdentity> SecretIdentity::ParseText(std::string_view text) {
  if (text.size() != kSecretTextSize) return std::nullopt;
  const std::optional<Identity> identity = Identity::ParseText(text);
  if (!identity) return std::nullopt;
  ByteArray<kPrivateKeySize> key;
  if (!FromHex(text.substr(text.size() - 2 * kPrivateKeySize), MutableBytes(key)))
    return std::nullopt;
  crypto::Key32 scalar = Half(key, 0);
  crypto::Key32 seed = Half(key, 32);
  const bool ours = crypto::X25519Base(scalar) == Half(identity->public_key, 0) &&
                    crypto::Ed25519PublicFromSeed(seed) == Half(identity->public_key, 32);
  std::optional<SecretIdentity> out;
  if (ours) out.emplace(*identity, key);
  crypto::SecureWipe(key);
  crypto::SecureWipe(scalar);
  crypto::SecureWipe(seed);
  return out;
}

std::string SecretIdentity::ToSecretText() const {
  return identity_.ToText() + ":" + ToHex(private_key_);
}

Signature SecretIdentity::Sign(ByteSpan message) const {
  return SignWithKeyPair(identity_.public_key, private_key_, message);
}

std::optional<AgreedKey> SecretIdentity::Agree(const Identity& peer) const {
  crypto::Key32 scalar = Half(private_key_, 0);
  crypto::Key32 shared;
  const bool useful = crypto::X25519(shared, scalar, Half(peer.public_key, 0));
  crypto::SecureWipe(scalar);
  if (!useful) return std::nullopt;
  ByteArray<crypto::kSha512Size> digest = crypto::Sha512(shared);
  AgreedKey out;
  std::memcpy(out.data(), digest.data(), out.size());
  crypto::SecureWipe(shared);
  crypto::SecureWipe(digest);
  return out;
}

}  // namespace zt
