#include "wire/credential/revocation.h"

namespace zt {

namespace {
constexpr size_t kBodySize = 51;
}

std::optional<Revocation> Revocation::Parse(ByteReader& in) {
  Revocation r;
  in.Skip(4);
  r.id = in.U32();
  r.network = {in.U64()};
  in.Skip(4);
  r.credential_id = in.U32();
  r.threshold = static_cast<int64_t>(in.U64());
  r.flags = in.U64();
  r.target = in.Address();
  r.signer = in.Address();
  r.type = static_cast<CredentialType>(in.U8());
  r.signature = CredentialSignature::Read(in);
  in.Skip(in.U16());  // additional fields
  if (!in.ok()) return std::nullopt;
  return r;
}

void Revocation::WriteBody(ByteWriter& out) const {
  out.U32(0);  // reserved, signed as zero (vl2.md §7.6)
  out.U32(id);
  out.U64(network.value);
  out.U32(0);  // reserved
  out.U32(credential_id);
  out.U64(static_cast<uint64_t>(threshold));
  out.U64(flags);
  out.Address(target);
  out.Address(signer);
  out.U8(static_cast<uint8_t>(type));
}

void Revocation::SerializeTo(ByteWriter& out) const {
  WriteBody(out);
  signature.SerializeTo(out);
  out.U16(0);
}

Bytes Revocation::SignedMessage() const {
  Bytes buffer(8 + kBodySize + 2 + 8);
  ByteWriter out(buffer);
  BeginSignedMessage(out);
  WriteBody(out);
  out.U16(0);
  EndSignedMessage(out);
  return buffer;
}

void Revocation::Sign(const SecretIdentity& signer_identity) {
  signer = signer_identity.address();
  signature = {1, signer_identity.Sign(SignedMessage())};
}

bool Revocation::Verify(const Identity& controller) const {
  return signature.type == 1 && signer == network.Controller() && signer == controller.address &&
         controller.Verify(SignedMessage(), signature.bytes);
}

}  // namespace zt
