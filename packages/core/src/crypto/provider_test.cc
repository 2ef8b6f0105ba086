#include "crypto/provider.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "base/seeded_random.h"

namespace zt::crypto {
namespace {

ByteSpan Text(const char* text) {
  return {reinterpret_cast<const uint8_t*>(text), std::strlen(text)};
}

TEST_CASE("SHA-384 and SHA-512 of abc (FIPS 180-4 examples)") {
  CHECK(ToHex(Sha384({Text("abc")})) ==
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134"
        "c825a7");
  CHECK(ToHex(Sha512(Text("abc"))) ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST_CASE("the parts of a SHA-384 input may be cut anywhere") {
  SeededRandom random(10);
  Bytes message(600);
  random.Fill(message);
  const auto whole = Sha384({message});
  for (size_t cut = 0; cut <= message.size(); ++cut) {
    REQUIRE(Sha384({ByteSpan(message).first(cut), ByteSpan(message).subspan(cut)}) == whole);
  }
}

TEST_CASE("HMAC-SHA-384: RFC 4231 test cases 2 and 6") {
  CHECK(ToHex(HmacSha384(Text("Jefe"), Text("what do ya want for nothing?"))) ==
        "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfa"
        "b21649");
  const Bytes long_key(131, 0xaa);
  CHECK(
      ToHex(HmacSha384(long_key, Text("Test Using Larger Than Block-Size Key - Hash Key First"))) ==
      "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f4"
      "4952");
}

TEST_CASE("X25519: both sides agree, and an all-zero result is refused") {
  SeededRandom random(11);
  Key32 a, b, ab, ba;
  random.Fill(a);
  random.Fill(b);
  CHECK(X25519(ab, a, X25519Base(b)));
  CHECK(X25519(ba, b, X25519Base(a)));
  CHECK(ab == ba);
  CHECK_FALSE(X25519(ab, a, Key32{}));
  CHECK(ab == Key32{});
}

TEST_CASE("Ed25519 refuses S not below the group order") {
  SeededRandom random(12);
  Key32 seed;
  random.Fill(seed);
  const Key32 key = Ed25519PublicFromSeed(seed);
  auto signature = Ed25519Sign(seed, key, Text("message"));
  CHECK(Ed25519Verify(key, Text("message"), signature));
  // S + L, the same signature modulo the order (RFC 8032 §5.1.7 asks to refuse it).
  const Bytes order = *FromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    carry += signature[32 + i] + order[i];
    signature[32 + i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  CHECK_FALSE(Ed25519Verify(key, Text("message"), signature));
}

TEST_CASE("comparison and wiping of secrets") {
  ByteArray<32> a{}, b{};
  CHECK(ConstantTimeEqual(a, b));
  for (size_t i = 0; i < a.size(); ++i) {
    b = a;
    b[i] = 0x80;
    CHECK_FALSE(ConstantTimeEqual(a, b));
  }
  CHECK_FALSE(ConstantTimeEqual(a, ByteSpan(a).first(31)));
  CHECK(ConstantTimeEqual({}, {}));
  a.fill(7);
  SecureWipe(a);
  CHECK(a == ByteArray<32>{});
}

}  // namespace
}  // namespace zt::crypto
