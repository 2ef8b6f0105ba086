// Certificate of ownership: the addresses a member may use as its own (vl2.md §7.5).
#pragma once

#include <optional>
#include <vector>

#include "wire/credential/credential_signature.h"
#include "wire/secret_identity.h"
#include "zt/inet.h"

namespace zt {

struct OwnedThing {
  enum class Type : uint8_t { kMac = 1, kIpv4 = 2, kIpv6 = 3 };
  Type type = Type::kMac;
  ByteArray<16> value{};  // 6, 4 or 16 bytes used, zero padded; unknown types keep their bytes

  bool operator==(const OwnedThing&) const = default;
  static OwnedThing Of(const IpAddress& ip);
  static OwnedThing Of(Mac mac);
};

struct CertificateOfOwnership {
  NetworkId network;
  int64_t timestamp = 0;
  uint64_t flags = 0;
  uint32_t id = 0;
  std::vector<OwnedThing> things;  // at most limits::kMaxOwnedThings; more is malformed (vl2.md §7.5 Do)
  NodeAddress issued_to;
  NodeAddress signer;
  CredentialSignature signature;

  static constexpr size_t kMaxSize = 141 + 17 * 16;
  bool operator==(const CertificateOfOwnership&) const = default;
  bool Owns(const IpAddress& ip) const;
  bool Owns(Mac mac) const;
  static std::optional<CertificateOfOwnership> Parse(ByteReader& in);
  void SerializeTo(ByteWriter& out) const;
  size_t SerializedSize() const { return 141 + 17 * things.size(); }
  Bytes SignedMessage() const;
  void Sign(const SecretIdentity& signer_identity);
  // True iff signed by the network's controller, and `controller` is that identity.
  bool Verify(const Identity& controller) const;

 private:
  void WriteBody(ByteWriter& out) const;
};

}  // namespace zt
