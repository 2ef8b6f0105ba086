#include "wire/identity.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "wire/secret_identity.h"

namespace zt {
namespace {

// "alice" of vl1-vectors.json; its secret is public.
constexpr char kPublic[] =
    "176c59253c:0:f4f3c4da1860acd10d73c5fc4901b8401770895f27bad56a6958b8e5c69c1f0e"
    "d9678dc61de4968e338319c6ad31938fae96833108c0ef8840578b515b2825de";

Identity Alice() { return *Identity::ParseText(kPublic); }

TEST_CASE("text and binary forms are inverse") {
  const Identity alice = Alice();
  CHECK(alice.ToText() == kPublic);
  Bytes bytes(Identity::kBinarySize);
  ByteWriter writer{MutableBytes(bytes)};
  alice.SerializeTo(writer);
  CHECK(writer.size() == Identity::kBinarySize);
  ByteReader reader{ByteSpan(bytes)};
  CHECK(*Identity::Parse(reader) == alice);
  CHECK(reader.AtEnd());
}

TEST_CASE("parsing stops after the identity and fails the reader on nonsense") {
  Bytes bytes(Identity::kBinarySize + 3, 0x55);
  ByteWriter writer{MutableBytes(bytes)};
  Alice().SerializeTo(writer);
  ByteReader reader{ByteSpan(bytes)};
  CHECK(Identity::Parse(reader).has_value());
  CHECK(reader.remaining() == 3);

  bytes[70] = 64;
  ByteReader with_secret{ByteSpan(bytes)};
  CHECK_FALSE(Identity::Parse(with_secret).has_value());
  CHECK_FALSE(with_secret.ok());
}

TEST_CASE("validation is the work function and the address") {
  Identity identity = Alice();
  CHECK(identity.Validate());
  identity.address.value ^= 1;
  CHECK_FALSE(identity.Validate());
  identity = Alice();
  identity.public_key[63] ^= 1;
  CHECK_FALSE(identity.Validate());
  identity = Alice();
  identity.address = {};
  CHECK_FALSE(identity.Validate());
}

TEST_CASE("identities are ordered by address, then key (vl1.md §2.7)") {
  Identity a = Alice();
  Identity b = a;
  b.public_key[0] ^= 0x80;
  CHECK((a < b) != (b < a));
  Identity c = b;
  c.address.value += 1;
  CHECK(a < c);
  CHECK(b < c);
}

TEST_CASE("an agreement needs a useful key") {
  ByteArray<kPrivateKeySize> key{};
  key[0] = 9;
  Identity us;
  us.address = {0x1122334455};
  const SecretIdentity secret(us, key);
  CHECK(secret.Agree(Alice()).has_value());
  CHECK_FALSE(secret.Agree(Identity{{1}, {}}).has_value());
}

TEST_CASE("signatures of a wrong size are refused") {
  const Bytes message(10, 1);
  for (size_t size : {0, 64, 95, 97}) CHECK_FALSE(Alice().Verify(message, Bytes(size)));
  CHECK_FALSE(VerifySignature(Bytes(63), message, Bytes(96)));
}

}  // namespace
}  // namespace zt
