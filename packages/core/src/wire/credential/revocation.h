// Revocation: credentials of a target up to a time are no longer valid (vl2.md §7.6).
#pragma once

#include <optional>

#include "wire/credential/credential_signature.h"
#include "wire/secret_identity.h"

namespace zt {

struct Revocation {
  static constexpr uint64_t kFastPropagate = 0x1;

  uint32_t id = 0;
  NetworkId network;
  uint32_t credential_id = 0;  // 0 for a certificate of membership
  int64_t threshold = 0;       // credentials with timestamp <= this are revoked
  uint64_t flags = 0;
  NodeAddress target;
  NodeAddress signer;
  CredentialType type = CredentialType::kMembership;  // any byte may arrive here
  CredentialSignature signature;

  static constexpr size_t kSize = 152;
  bool operator==(const Revocation&) const = default;
  static std::optional<Revocation> Parse(ByteReader& in);
  void SerializeTo(ByteWriter& out) const;
  Bytes SignedMessage() const;
  void Sign(const SecretIdentity& signer_identity);
  // True iff signed by the network's controller, and `controller` is that identity.
  bool Verify(const Identity& controller) const;

 private:
  void WriteBody(ByteWriter& out) const;
};

}  // namespace zt
