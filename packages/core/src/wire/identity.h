// A node's public identity: address and keys, text and binary forms, validation, signatures (vl1.md §2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt {

inline constexpr size_t kPublicKeySize = 64;   // X25519 ‖ Ed25519 (vl1.md §2.2)
inline constexpr size_t kSignatureSize = 96;   // Ed25519 signature ‖ first 32 bytes of SHA-512 (vl1.md §2.8)
inline constexpr size_t kAgreedKeySize = 48;   // vl1.md §2.9
using Signature = ByteArray<kSignatureSize>;
using AgreedKey = ByteArray<kAgreedKeySize>;

struct Identity {
  NodeAddress address;
  ByteArray<kPublicKeySize> public_key{};

  static constexpr size_t kBinarySize = 71;
  bool operator==(const Identity&) const = default;
  auto operator<=>(const Identity&) const = default;  // the order of roots in a world (vl1.md §2.7)

  // Binary form. A form with a secret is malformed here: secrets never travel (vl1.md §2.7).
  static std::optional<Identity> Parse(ByteReader& in);
  void SerializeTo(ByteWriter& out) const;
  // Text form, 141 characters; a secret part, if any, is checked for shape and ignored (vl1.md §2.6).
  static std::optional<Identity> ParseText(std::string_view text);
  std::string ToText() const;

  // The memory-hard work condition; tens of milliseconds (vl1.md §2.5).
  bool Validate() const;
  bool Verify(ByteSpan message, ByteSpan signature) const;
  // SHA-384(address ‖ public key), bound into membership certificates (vl2.md §7.2).
  ByteArray<48> Hash() const;
};

// Verifies with the Ed25519 half of a bare 64-byte public key (worlds are signed by bare keys, vl1.md §6.2).
bool VerifySignature(ByteSpan public_key64, ByteSpan message, ByteSpan signature);
// Signs with a bare key pair: 64-byte public, 64-byte private (vl1.md §2.8).
Signature SignWithKeyPair(ByteSpan public_key64, ByteSpan private_key64, ByteSpan message);

}  // namespace zt
