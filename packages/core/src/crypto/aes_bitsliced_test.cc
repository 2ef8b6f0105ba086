#include "crypto/aes_bitsliced.h"

#include <bit>

#include <doctest/doctest.h>

#include "base/hex.h"
#include "base/seeded_random.h"
#include "crypto/aes_sbox_circuit.h"

namespace zt::crypto {
namespace {

template <size_t kSize>
ByteArray<kSize> FromHexArray(std::string_view text) {
  const std::optional<Bytes> bytes = FromHex(text);
  REQUIRE(bytes);
  REQUIRE(bytes->size() == kSize);
  ByteArray<kSize> out{};
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

// FIPS 197 §4.2: the product in GF(2^8).
uint8_t Product(uint8_t a, uint8_t b) {
  unsigned out = 0;
  for (unsigned shifted = a, i = 0; i < 8;
       ++i, shifted = shifted << 1 ^ (shifted & 0x80 ? 0x11b : 0)) {
    if ((b >> i & 1) != 0) out ^= shifted;
  }
  return static_cast<uint8_t>(out);
}

// FIPS 197 §5.1.1: the inverse, then the affine transformation.
uint8_t Sbox(uint8_t x) {
  uint8_t inverse = 1;  // x^254
  for (int i = 0; i < 254; ++i) inverse = Product(inverse, x);
  uint8_t out = 0x63;
  for (int i = 0; i < 5; ++i) out ^= std::rotl(inverse, i);
  return out;
}

using Circuit = void (*)(aes_circuit::Slice (&)[8]);
uint8_t Through(Circuit circuit, uint8_t x) {
  aes_circuit::Slice bits[8] = {};
  for (int b = 0; b < 8; ++b) bits[b][1] = static_cast<uint64_t>(x >> b & 1) << 17;
  circuit(bits);
  uint8_t out = 0;
  for (int b = 0; b < 8; ++b) out |= static_cast<uint8_t>((bits[b][1] >> 17 & 1) << b);
  return out;
}

TEST_CASE("the circuit is the S-box for every byte, and its inverse undoes it") {
  for (int i = 0; i < 256; ++i) {
    const auto x = static_cast<uint8_t>(i);
    REQUIRE((Through(aes_circuit::SubBytes, x) ^ 0x63) == Sbox(x));
    REQUIRE(Through(aes_circuit::InvSubBytes, Sbox(x) ^ 0x63) == x);
  }
}

TEST_CASE("AES-256: FIPS 197 Appendix C.3") {
  const auto key =
      FromHexArray<32>("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  const auto plain = FromHexArray<16>("00112233445566778899aabbccddeeff");
  const BitslicedAes256 aes(key.data());
  const ByteArray<16> encrypted = aes.Encrypt(plain);
  CHECK(ToHex(encrypted) == "8ea2b7ca516745bfeafc49904b496089");
  CHECK(aes.Decrypt(encrypted) == plain);
}

TEST_CASE("AES-256 in ECB and CTR mode: NIST SP 800-38A F.1.5 and F.5.5") {
  const auto key =
      FromHexArray<32>("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
  const BitslicedAes256 aes(key.data());
  CHECK(ToHex(aes.Encrypt(FromHexArray<16>("6bc1bee22e409f96e93d7e117393172a"))) ==
        "f3eed1bdb5d2a03c064b5a7e3db181f8");
  Bytes data = *FromHex(
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
      "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
  aes.XorCounterStream(FromHexArray<16>("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), data);
  CHECK(ToHex(data) ==
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
        "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6");
}

TEST_CASE("decryption undoes encryption") {
  SeededRandom random(1);
  for (int i = 0; i < 300; ++i) {
    ByteArray<32> key;
    ByteArray<16> block;
    random.Fill(key);
    random.Fill(block);
    const BitslicedAes256 aes(key.data());
    REQUIRE(aes.Decrypt(aes.Encrypt(block)) == block);
  }
}

TEST_CASE(
    "the counter stream is made of single blocks, counts 32 bits and writes nothing beside the "
    "data") {
  SeededRandom random(2);
  ByteArray<32> key;
  random.Fill(key);
  const BitslicedAes256 aes(key.data());
  for (size_t size = 0; size <= 300; ++size) {
    ByteArray<16> counter;
    random.Fill(counter);
    counter[12] = counter[13] = counter[14] = 0xff;  // the carry must not reach byte 11
    Bytes work(size + 16, 0xaa);
    aes.XorCounterStream(counter, MutableBytes(work).first(size));
    for (size_t at = 0; at < size; ++at) {
      ByteArray<16> block = counter;
      const auto count = static_cast<uint32_t>(0xffffff00 + counter[15] + at / 16);
      for (size_t k = 0; k < 4; ++k) block[12 + k] = static_cast<uint8_t>(count >> (24 - 8 * k));
      REQUIRE((work[at] ^ 0xaa) == aes.Encrypt(block)[at % 16]);
    }
    for (size_t at = size; at < work.size(); ++at) REQUIRE(work[at] == 0xaa);
  }
}

}  // namespace
}  // namespace zt::crypto
