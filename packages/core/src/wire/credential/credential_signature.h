// The signature part that tags, capabilities, ownership certificates and revocations share, and the framing of the
// message it covers (vl2.md §7.1, §7.3-§7.6).
#pragma once

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "wire/identity.h"

namespace zt {

// Codes in revocations and in bookkeeping (vl2.md §7.1).
enum class CredentialType : uint8_t { kMembership = 1, kCapability = 2, kTag = 3, kOwnership = 4, kRevocation = 6 };

struct CredentialSignature {
  uint8_t type = 1;  // 1 = Ed25519; others are skipped on read and never verify
  Signature bytes{};

  static constexpr size_t kSize = 99;  // type, u16 length, 96 bytes
  bool operator==(const CredentialSignature&) const = default;
  // Type 1 with a length other than 96 fails the reader (vl2.md §7.3).
  static CredentialSignature Read(ByteReader& in);
  void SerializeTo(ByteWriter& out) const;
};

// Eight bytes 0x7f around a body (vl2.md §7.1).
void BeginSignedMessage(ByteWriter& out);
void EndSignedMessage(ByteWriter& out);

}  // namespace zt
