#include "wire/credential/tag.h"

namespace zt {

namespace {
constexpr size_t kBodySize = 34;
}

std::optional<Tag> Tag::Parse(ByteReader& in) {
  Tag t;
  t.network = {in.U64()};
  t.timestamp = static_cast<int64_t>(in.U64());
  t.id = in.U32();
  t.value = in.U32();
  t.issued_to = in.Address();
  t.signer = in.Address();
  t.signature = CredentialSignature::Read(in);
  in.Skip(in.U16());  // additional fields
  if (!in.ok()) return std::nullopt;
  return t;
}

void Tag::WriteBody(ByteWriter& out) const {
  out.U64(network.value);
  out.U64(static_cast<uint64_t>(timestamp));
  out.U32(id);
  out.U32(value);
  out.Address(issued_to);
  out.Address(signer);
}

void Tag::SerializeTo(ByteWriter& out) const {
  WriteBody(out);
  signature.SerializeTo(out);
  out.U16(0);
}

Bytes Tag::SignedMessage() const {
  Bytes buffer(8 + kBodySize + 2 + 8);
  ByteWriter out(buffer);
  BeginSignedMessage(out);
  WriteBody(out);
  out.U16(0);
  EndSignedMessage(out);
  return buffer;
}

void Tag::Sign(const SecretIdentity& signer_identity) {
  signer = signer_identity.address();
  signature = {1, signer_identity.Sign(SignedMessage())};
}

bool Tag::Verify(const Identity& controller) const {
  return signature.type == 1 && signer == network.Controller() && signer == controller.address &&
         controller.Verify(SignedMessage(), signature.bytes);
}

}  // namespace zt
