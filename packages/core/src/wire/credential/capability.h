// Capability: rules that a member may carry with it (vl2.md §7.3).
#pragma once

#include <optional>
#include <vector>

#include "wire/credential/credential_signature.h"
#include "wire/rule.h"
#include "wire/secret_identity.h"

namespace zt {

struct CustodyLink {
  NodeAddress to;
  NodeAddress from;
  CredentialSignature signature;
  bool operator==(const CustodyLink&) const = default;
};

struct Capability {
  NetworkId network;
  int64_t timestamp = 0;
  uint32_t id = 0;
  uint16_t rule_count = 0;  // at most limits::kMaxRulesPerCapability
  Bytes rule_bytes;         // exactly as received: the signature covers them (vl2.md §7.3 Do)
  std::vector<Rule> rules;  // rule_bytes decoded
  uint8_t max_custody = 1;  // 1..7
  std::vector<CustodyLink> custody;

  bool operator==(const Capability&) const = default;
  NodeAddress issued_to() const { return custody.empty() ? NodeAddress{} : custody.back().to; }

  static std::optional<Capability> Parse(ByteReader& in);
  void SerializeTo(ByteWriter& out) const;
  size_t SerializedSize() const;
  Bytes SignedMessage() const;  // the same for every link
  // Sets the rules; false if they are malformed or too many.
  bool SetRules(ByteSpan serialized);
  // A controller's single link: to the member, from the signer.
  void SignFor(NodeAddress member, const SecretIdentity& signer);
  // True iff the chain starts at the network's controller, every link continues the one before, and every signature is
  // valid. Chains of more than one link need the other signers; `find` gives an identity or null (unknown: deferred).
  template <typename Find>
  bool VerifyChain(Find find, NodeAddress* unknown) const;
  // The one-link case that controllers issue.
  bool Verify(const Identity& controller) const;

 private:
  bool VerifyLink(const CustodyLink& link, const Identity& from) const;
};

// `find` maps a NodeAddress to const Identity*. On false, *unknown is the address whose identity is missing, or zero
// when the capability is bad.
template <typename Find>
bool Capability::VerifyChain(Find find, NodeAddress* unknown) const {
  *unknown = {};
  if (custody.empty()) return false;
  NodeAddress expected = network.Controller();
  for (const CustodyLink& link : custody) {
    if (link.from != expected) return false;
    const Identity* from = find(link.from);
    if (from == nullptr) {
      *unknown = link.from;
      return false;
    }
    if (!VerifyLink(link, *from)) return false;
    expected = link.to;
  }
  return true;
}

}  // namespace zt
