#include "wire/identity.h"

#include "base/check.h"
#include "base/hex.h"
#include "crypto/address_work.h"
#include "crypto/provider.h"

namespace zt {
namespace {

crypto::Key32 EdHalf(ByteSpan key64) {
  crypto::Key32 out;
  std::memcpy(out.data(), key64.data() + 32, out.size());
  return out;
}

// Splits at ':' into at most four fields; the number of fields, 0 if there are more.
size_t SplitFields(std::string_view text, std::string_view (&fields)[4]) {
  size_t count = 0;
  while (count < 4) {
    const size_t colon = text.find(':');
    fields[count++] = text.substr(0, colon);
    if (colon == std::string_view::npos) return count;
    text.remove_prefix(colon + 1);
  }
  return 0;
}

}  // namespace

std::optional<Identity> Identity::Parse(ByteReader& in) {
  Identity out;
  out.address = in.Address();
  const uint8_t type = in.U8();
  out.public_key = in.Array<kPublicKeySize>();
  const uint8_t private_size = in.U8();
  // vl1.md §2.7, §11.1 rule 17: type 0, and never a secret.
  if (!in.ok() || !out.address.IsValid() || type != 0 || private_size != 0) {
    in.Fail();
    return std::nullopt;
  }
  return out;
}

void Identity::SerializeTo(ByteWriter& out) const {
  out.Address(address);
  out.U8(0);
  out.Put(public_key);
  out.U8(0);
}

std::optional<Identity> Identity::ParseText(std::string_view text) {
  std::string_view fields[4];
  const size_t count = SplitFields(text, fields);
  if (count < 3 || fields[1] != "0") return std::nullopt;
  const std::optional<NodeAddress> address = NodeAddress::Parse(fields[0]);
  Identity out;
  if (!address || !FromHex(fields[2], MutableBytes(out.public_key))) return std::nullopt;
  out.address = *address;
  if (count == 4) {
    ByteArray<64> secret;
    const bool well_formed = FromHex(fields[3], MutableBytes(secret));
    crypto::SecureWipe(secret);
    if (!well_formed) return std::nullopt;
  }
  return out;
}

std::string Identity::ToText() const { return address.ToString() + ":0:" + ToHex(public_key); }

bool Identity::Validate() const {
  if (!address.IsValid()) return false;
  crypto::AddressWork work;
  work.Start(public_key);
  while (!work.Step(crypto::AddressWork::kTotalBlocks)) {
  }
  return work.MeetsCondition() && work.Address() == address.value;
}

bool Identity::Verify(ByteSpan message, ByteSpan signature) const {
  return VerifySignature(public_key, message, signature);
}

ByteArray<48> Identity::Hash() const {
  uint8_t bytes[5];
  ByteWriter writer{MutableBytes(bytes)};
  writer.Address(address);
  return crypto::Sha384({ByteSpan(bytes), ByteSpan(public_key)});
}

bool VerifySignature(ByteSpan public_key64, ByteSpan message, ByteSpan signature) {
  if (public_key64.size() != kPublicKeySize || signature.size() != kSignatureSize) return false;
  // vl1.md §2.8: the last 32 bytes are the digest that the first 64 sign.
  const ByteArray<crypto::kSha512Size> digest = crypto::Sha512(message);
  if (std::memcmp(digest.data(), signature.data() + 64, 32) != 0) return false;
  ByteArray<crypto::kEd25519SignatureSize> ed;
  std::memcpy(ed.data(), signature.data(), ed.size());
  return crypto::Ed25519Verify(EdHalf(public_key64), ByteSpan(digest).first(32), ed);
}

Signature SignWithKeyPair(ByteSpan public_key64, ByteSpan private_key64, ByteSpan message) {
  ZT_CHECK(public_key64.size() == kPublicKeySize && private_key64.size() == kPublicKeySize);
  const ByteArray<crypto::kSha512Size> digest = crypto::Sha512(message);
  crypto::Key32 seed = EdHalf(private_key64);
  const auto ed = crypto::Ed25519Sign(seed, EdHalf(public_key64), ByteSpan(digest).first(32));
  crypto::SecureWipe(seed);
  Signature out;
  std::memcpy(out.data(), ed.data(), 64);
  std::memcpy(out.data() + 64, digest.data(), 32);
  return out;
}

}  // namespace zt
