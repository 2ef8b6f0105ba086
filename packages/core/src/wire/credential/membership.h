// Certificate of membership: proof that a member was on a network at a time (vl2.md §7.2).
#pragma once

#include <optional>
#include <vector>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "wire/secret_identity.h"

namespace zt {

struct MembershipQualifier {
  uint64_t id = 0;
  uint64_t value = 0;
  uint64_t max_delta = 0;
  bool operator==(const MembershipQualifier&) const = default;
};

struct CertificateOfMembership {
  std::vector<MembershipQualifier> qualifiers;  // ids non-decreasing, at most limits::kMaxQualifiers
  NodeAddress signer;                           // 0 = unsigned
  Signature signature{};

  static constexpr size_t kMaxSize = 3 + 24 * 8 + 5 + kSignatureSize;
  bool operator==(const CertificateOfMembership&) const = default;
  // No qualifiers counts as no certificate (vl2.md §7.2).
  bool IsEmpty() const { return qualifiers.empty(); }
  int64_t timestamp() const { return static_cast<int64_t>(ValueOf(0)); }
  NetworkId network() const { return {ValueOf(1)}; }
  NodeAddress issued_to() const { return {ValueOf(2)}; }

  static std::optional<CertificateOfMembership> Parse(ByteReader& in);
  void SerializeTo(ByteWriter& out) const;
  Bytes SignedMessage() const;  // the qualifiers alone
  void Sign(const SecretIdentity& signer_identity);
  // True iff signed by the controller of its own network, and `controller` is that identity.
  bool Verify(const Identity& controller) const;

  // Whether the holder of `peer` (whose identity is `peer_identity`) is on the network by my certificate, *this.
  bool AgreesWith(const CertificateOfMembership& peer, const Identity& peer_identity) const;

  // The seven qualifiers a controller writes, signed. `max_delta` is ctmd in ms.
  static CertificateOfMembership Issue(const SecretIdentity& controller, NetworkId network, const Identity& member,
                                       int64_t timestamp, uint64_t max_delta);

 private:
  uint64_t ValueOf(uint64_t id) const;  // 0 if missing; the last one of duplicates (vl2.md §7.2)
};

}  // namespace zt
