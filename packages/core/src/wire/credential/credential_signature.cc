#include "wire/credential/credential_signature.h"

namespace zt {

namespace {
constexpr uint8_t kEd25519 = 1;
constexpr uint64_t kFrame = 0x7f7f7f7f7f7f7f7fULL;
}  // namespace

CredentialSignature CredentialSignature::Read(ByteReader& in) {
  CredentialSignature s;
  s.type = in.U8();
  const uint16_t length = in.U16();
  if (s.type != kEd25519) {
    in.Skip(length);
  } else if (length != kSignatureSize) {
    in.Fail();
  } else {
    s.bytes = in.Array<kSignatureSize>();
  }
  return s;
}

void CredentialSignature::SerializeTo(ByteWriter& out) const {
  out.U8(type);
  if (type != kEd25519) {
    out.U16(0);
    return;
  }
  out.U16(kSignatureSize);
  out.Put(bytes);
}

void BeginSignedMessage(ByteWriter& out) { out.U64(kFrame); }
void EndSignedMessage(ByteWriter& out) { out.U64(kFrame); }

}  // namespace zt
