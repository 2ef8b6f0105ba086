#include "wire/credential/ownership.h"

#include "base/check.h"
#include "wire/limits.h"

namespace zt {

OwnedThing OwnedThing::Of(const IpAddress& ip) {
  OwnedThing thing;
  thing.type = ip.IsV4() ? Type::kIpv4 : Type::kIpv6;
  thing.value = ip.bytes;  // zero padded for IPv4
  return thing;
}

OwnedThing OwnedThing::Of(Mac mac) {
  OwnedThing thing;
  thing.type = Type::kMac;
  const std::array<uint8_t, 6> bytes = mac.ToBytes();
  std::memcpy(thing.value.data(), bytes.data(), bytes.size());
  return thing;
}

namespace {

// The leading bytes that the type uses must be equal; padding does not count (vl2.md §7.5).
bool OwnsThing(const std::vector<OwnedThing>& things, const OwnedThing& wanted, size_t significant) {
  for (const OwnedThing& thing : things) {
    if (thing.type == wanted.type && std::memcmp(thing.value.data(), wanted.value.data(), significant) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool CertificateOfOwnership::Owns(const IpAddress& ip) const {
  return !ip.IsNone() && OwnsThing(things, OwnedThing::Of(ip), ip.size());
}

bool CertificateOfOwnership::Owns(Mac mac) const { return OwnsThing(things, OwnedThing::Of(mac), 6); }

std::optional<CertificateOfOwnership> CertificateOfOwnership::Parse(ByteReader& in) {
  CertificateOfOwnership coo;
  coo.network = {in.U64()};
  coo.timestamp = static_cast<int64_t>(in.U64());
  coo.flags = in.U64();
  coo.id = in.U32();
  const uint16_t count = in.U16();
  if (!in.ok() || count > limits::kMaxOwnedThings) return std::nullopt;  // vl2.md §7.5 Do
  for (uint16_t i = 0; i < count; ++i) {
    OwnedThing thing;
    thing.type = static_cast<OwnedThing::Type>(in.U8());
    thing.value = in.Array<16>();
    coo.things.push_back(thing);
  }
  coo.issued_to = in.Address();
  coo.signer = in.Address();
  coo.signature = CredentialSignature::Read(in);
  in.Skip(in.U16());  // additional fields
  if (!in.ok()) return std::nullopt;
  return coo;
}

void CertificateOfOwnership::WriteBody(ByteWriter& out) const {
  out.U64(network.value);
  out.U64(static_cast<uint64_t>(timestamp));
  out.U64(flags);
  out.U32(id);
  out.U16(static_cast<uint16_t>(things.size()));
  for (const OwnedThing& thing : things) {
    out.U8(static_cast<uint8_t>(thing.type));
    out.Put(thing.value);
  }
  out.Address(issued_to);
  out.Address(signer);
}

void CertificateOfOwnership::SerializeTo(ByteWriter& out) const {
  WriteBody(out);
  signature.SerializeTo(out);
  out.U16(0);
}

Bytes CertificateOfOwnership::SignedMessage() const {
  ZT_CHECK(things.size() <= limits::kMaxOwnedThings);
  Bytes buffer(8 + SerializedSize() - CredentialSignature::kSize + 8);
  ByteWriter out(buffer);
  BeginSignedMessage(out);
  WriteBody(out);
  out.U16(0);
  EndSignedMessage(out);
  ZT_CHECK(out.ok() && out.remaining() == 0);
  return buffer;
}

void CertificateOfOwnership::Sign(const SecretIdentity& signer_identity) {
  signer = signer_identity.address();
  signature = {1, signer_identity.Sign(SignedMessage())};
}

bool CertificateOfOwnership::Verify(const Identity& controller) const {
  return signature.type == 1 && signer == network.Controller() && signer == controller.address &&
         controller.Verify(SignedMessage(), signature.bytes);
}

}  // namespace zt
