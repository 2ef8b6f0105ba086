// Our own identity with its private key. Not printable, not comparable, wiped when dropped (vl1.md §2, §11.1 rule 17).
#pragma once

#include "wire/identity.h"

namespace zt {

inline constexpr size_t kPrivateKeySize = 64;  // X25519 secret ‖ Ed25519 seed (vl1.md §2.2)

class SecretIdentity {
 public:
  SecretIdentity(const Identity& identity, const ByteArray<kPrivateKeySize>& private_key);
  SecretIdentity(const SecretIdentity&) = default;
  SecretIdentity& operator=(const SecretIdentity&) = default;
  ~SecretIdentity();

  // 270 characters (vl1.md §2.6); the public halves must belong to the secret ones.
  static std::optional<SecretIdentity> ParseText(std::string_view text);
  std::string ToSecretText() const;

  const Identity& identity() const { return identity_; }
  NodeAddress address() const { return identity_.address; }
  Signature Sign(ByteSpan message) const;
  // SHA-512(X25519)[0..48); nothing for an all-zero result (vl1.md §2.9).
  std::optional<AgreedKey> Agree(const Identity& peer) const;

 private:
  Identity identity_;
  ByteArray<kPrivateKeySize> private_key_;
};

}  // namespace zt
