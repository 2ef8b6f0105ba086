// Tag: a number that a controller attaches to a member (vl2.md §7.4).
#pragma once

#include <optional>

#include "wire/credential/credential_signature.h"
#include "wire/secret_identity.h"

namespace zt {

struct Tag {
  NetworkId network;
  int64_t timestamp = 0;
  uint32_t id = 0;
  uint32_t value = 0;
  NodeAddress issued_to;
  NodeAddress signer;
  CredentialSignature signature;

  static constexpr size_t kSize = 135;
  bool operator==(const Tag&) const = default;
  static std::optional<Tag> Parse(ByteReader& in);
  void SerializeTo(ByteWriter& out) const;
  Bytes SignedMessage() const;
  void Sign(const SecretIdentity& signer_identity);
  // True iff signed by the network's controller, and `controller` is that identity.
  bool Verify(const Identity& controller) const;

 private:
  void WriteBody(ByteWriter& out) const;
};

}  // namespace zt
