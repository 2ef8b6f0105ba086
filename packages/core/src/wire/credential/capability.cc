#include "wire/credential/capability.h"

#include "base/check.h"
#include "wire/limits.h"

namespace zt {

namespace {

constexpr size_t kFixedHead = 22;  // network, timestamp, id, rule count
constexpr size_t kLinkSize = 10 + CredentialSignature::kSize;

bool ParseCustody(ByteReader& in, Capability& cap) {
  for (;;) {
    const NodeAddress to = in.Address();
    if (!in.ok()) return false;
    if (to.value == 0) return true;  // ends the chain
    if (cap.custody.size() >= cap.max_custody) return false;
    CustodyLink link;
    link.to = to;
    link.from = in.Address();
    link.signature = CredentialSignature::Read(in);
    if (!in.ok()) return false;
    cap.custody.push_back(link);
  }
}

}  // namespace

std::optional<Capability> Capability::Parse(ByteReader& in) {
  Capability cap;
  cap.network = {in.U64()};
  cap.timestamp = static_cast<int64_t>(in.U64());
  cap.id = in.U32();
  cap.rule_count = in.U16();
  if (!in.ok() || cap.rule_count > limits::kMaxRulesPerCapability) return std::nullopt;
  ByteReader rules_start = in;
  const size_t start = in.position();
  for (uint16_t i = 0; i < cap.rule_count; ++i) {
    const std::optional<Rule> rule = Rule::Parse(in);
    if (!rule) return std::nullopt;
    cap.rules.push_back(*rule);
  }
  const ByteSpan raw = rules_start.Take(in.position() - start);
  cap.rule_bytes.assign(raw.begin(), raw.end());
  cap.max_custody = in.U8();
  if (!in.ok() || cap.max_custody < 1 || cap.max_custody > limits::kMaxCustodyLinks) return std::nullopt;
  if (!ParseCustody(in, cap)) return std::nullopt;
  in.Skip(in.U16());  // additional fields
  if (!in.ok()) return std::nullopt;
  return cap;
}

void Capability::SerializeTo(ByteWriter& out) const {
  out.U64(network.value);
  out.U64(static_cast<uint64_t>(timestamp));
  out.U32(id);
  out.U16(rule_count);
  out.Put(rule_bytes);
  out.U8(max_custody);
  for (const CustodyLink& link : custody) {
    out.Address(link.to);
    out.Address(link.from);
    link.signature.SerializeTo(out);
  }
  out.Address({});
  out.U16(0);
}

size_t Capability::SerializedSize() const {
  size_t size = kFixedHead + rule_bytes.size() + 1 + 5 + 2;
  for (const CustodyLink& link : custody) size += link.signature.type == 1 ? kLinkSize : kLinkSize - kSignatureSize;
  return size;
}

Bytes Capability::SignedMessage() const {
  Bytes buffer(8 + kFixedHead + rule_bytes.size() + 1 + 2 + 8);
  ByteWriter out(buffer);
  BeginSignedMessage(out);
  out.U64(network.value);
  out.U64(static_cast<uint64_t>(timestamp));
  out.U32(id);
  out.U16(rule_count);
  out.Put(rule_bytes);
  out.U8(max_custody);
  out.U16(0);
  EndSignedMessage(out);
  ZT_CHECK(out.ok() && out.remaining() == 0);
  return buffer;
}

bool Capability::SetRules(ByteSpan serialized) {
  // One more than allowed is asked for, so that a surplus is an error here rather than ignored.
  std::optional<std::vector<Rule>> parsed = ParseRules(serialized, limits::kMaxRulesPerCapability + 1);
  if (!parsed || parsed->size() > limits::kMaxRulesPerCapability) return false;
  rules = std::move(*parsed);
  rule_count = static_cast<uint16_t>(rules.size());
  rule_bytes.assign(serialized.begin(), serialized.end());
  return true;
}

void Capability::SignFor(NodeAddress member, const SecretIdentity& signer) {
  custody.assign(1, {member, signer.address(), {1, signer.Sign(SignedMessage())}});
}

bool Capability::VerifyLink(const CustodyLink& link, const Identity& from) const {
  return link.signature.type == 1 && link.from == from.address && from.Verify(SignedMessage(), link.signature.bytes);
}

bool Capability::Verify(const Identity& controller) const {
  return custody.size() == 1 && custody[0].from == network.Controller() && VerifyLink(custody[0], controller);
}

}  // namespace zt
