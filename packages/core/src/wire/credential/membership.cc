#include "wire/credential/membership.h"

#include "base/check.h"
#include "wire/limits.h"

namespace zt {

namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kQualifierSize = 24;
// Qualifiers that bind the certificate to the member's key (vl2.md §7.2).
constexpr uint64_t kFirstHashId = 3;
constexpr uint64_t kHashWords = 4;
constexpr uint64_t kAnyDelta = ~uint64_t{0};

const MembershipQualifier* Find(const CertificateOfMembership& com, uint64_t id) {
  const MembershipQualifier* found = nullptr;
  for (const MembershipQualifier& q : com.qualifiers) {
    if (q.id == id) found = &q;  // the last one counts
  }
  return found;
}

uint64_t HashWord(const ByteArray<48>& hash, uint64_t index) {
  ByteReader in(ByteSpan(hash).subspan(index * 8, 8));
  return in.U64();
}

void WriteQualifiers(ByteWriter& out, const CertificateOfMembership& com) {
  for (const MembershipQualifier& q : com.qualifiers) {
    out.U64(q.id);
    out.U64(q.value);
    out.U64(q.max_delta);
  }
}

}  // namespace

uint64_t CertificateOfMembership::ValueOf(uint64_t id) const {
  const MembershipQualifier* q = Find(*this, id);
  return q == nullptr ? 0 : q->value;
}

std::optional<CertificateOfMembership> CertificateOfMembership::Parse(ByteReader& in) {
  if (in.U8() != kVersion) {
    in.Fail();
    return std::nullopt;
  }
  const uint16_t count = in.U16();
  if (count > limits::kMaxQualifiers) in.Fail();
  CertificateOfMembership com;
  uint64_t last_id = 0;
  for (uint16_t i = 0; i < count && in.ok(); ++i) {
    MembershipQualifier q;
    q.id = in.U64();
    q.value = in.U64();
    q.max_delta = in.U64();
    if (q.id < last_id) in.Fail();
    last_id = q.id;
    com.qualifiers.push_back(q);
  }
  com.signer = in.Address();
  if (com.signer.value != 0) com.signature = in.Array<kSignatureSize>();
  if (!in.ok()) return std::nullopt;
  return com;
}

void CertificateOfMembership::SerializeTo(ByteWriter& out) const {
  out.U8(kVersion);
  out.U16(static_cast<uint16_t>(qualifiers.size()));
  WriteQualifiers(out, *this);
  out.Address(signer);
  if (signer.value != 0) out.Put(signature);
}

Bytes CertificateOfMembership::SignedMessage() const {
  Bytes buffer(qualifiers.size() * kQualifierSize);
  ByteWriter out(buffer);
  WriteQualifiers(out, *this);
  return buffer;
}

void CertificateOfMembership::Sign(const SecretIdentity& signer_identity) {
  ZT_CHECK(qualifiers.size() <= limits::kMaxQualifiers);
  signer = signer_identity.address();
  signature = signer_identity.Sign(SignedMessage());
}

bool CertificateOfMembership::Verify(const Identity& controller) const {
  if (signer.value == 0 || signer != network().Controller() || signer != controller.address) return false;
  return controller.Verify(SignedMessage(), signature);
}

bool CertificateOfMembership::AgreesWith(const CertificateOfMembership& peer, const Identity& peer_identity) const {
  if (IsEmpty() || peer.IsEmpty()) return false;
  bool bound_to_key = false;
  for (const MembershipQualifier& q : qualifiers) {
    if (q.id >= kFirstHashId && q.id < kFirstHashId + kHashWords) bound_to_key = true;
    const MembershipQualifier* other = Find(peer, q.id);
    if (other == nullptr) return false;
    const uint64_t delta = q.value > other->value ? q.value - other->value : other->value - q.value;
    if (delta > q.max_delta) return false;  // mine counts
  }
  if (!bound_to_key) return true;
  const ByteArray<48> hash = peer_identity.Hash();
  for (uint64_t i = 0; i < kHashWords; ++i) {
    const MembershipQualifier* other = Find(peer, kFirstHashId + i);
    if (other == nullptr || other->value != HashWord(hash, i)) return false;
  }
  return true;
}

CertificateOfMembership CertificateOfMembership::Issue(const SecretIdentity& controller, NetworkId network,
                                                       const Identity& member, int64_t timestamp,
                                                       uint64_t max_delta) {
  CertificateOfMembership com;
  com.qualifiers.push_back({0, static_cast<uint64_t>(timestamp), max_delta});
  com.qualifiers.push_back({1, network.value, 0});
  com.qualifiers.push_back({2, member.address.value, kAnyDelta});
  const ByteArray<48> hash = member.Hash();
  for (uint64_t i = 0; i < kHashWords; ++i) {
    com.qualifiers.push_back({kFirstHashId + i, HashWord(hash, i), kAnyDelta});
  }
  com.Sign(controller);
  return com;
}

}  // namespace zt
