#include "crypto/ghash_portable.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "base/seeded_random.h"

namespace zt::crypto {
namespace {

using Block = ByteArray<16>;

Block FromHexBlock(std::string_view text) {
  const std::optional<Bytes> bytes = FromHex(text);
  REQUIRE(bytes);
  REQUIRE(bytes->size() == 16);
  Block out{};
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

// SP 800-38D §6.3, algorithm 1, bit by bit.
Block Product(const Block& x, const Block& y) {
  Block z{};
  Block v = y;
  for (size_t i = 0; i < 128; ++i) {
    if ((x[i / 8] >> (7 - i % 8) & 1) != 0) {
      for (size_t k = 0; k < 16; ++k) z[k] ^= v[k];
    }
    const bool out = (v[15] & 1) != 0;
    for (size_t k = 15; k > 0; --k) v[k] = static_cast<uint8_t>(v[k] >> 1 | v[k - 1] << 7);
    v[0] >>= 1;
    if (out) v[0] ^= 0xe1;
  }
  return z;
}

// SP 800-38D §6.4, algorithm 2, over whole blocks and the block of lengths.
Block Reference(const Block& key, ByteSpan data) {
  Bytes padded(data.begin(), data.end());
  padded.resize((data.size() + 15) / 16 * 16);
  for (int i = 7; i >= 0; --i) padded.push_back(static_cast<uint8_t>(data.size() * 8 >> (8 * i)));
  padded.resize(padded.size() + 8);
  Block hash{};
  for (size_t at = 0; at < padded.size(); at += 16) {
    for (size_t k = 0; k < 16; ++k) hash[k] ^= padded[at + k];
    hash = Product(hash, key);
  }
  return hash;
}

TEST_CASE("GHASH: test cases 2 and 4 of the GCM specification") {
  const GhashKey key2(FromHexBlock("66e94bd4ef8a2c3b884cfa59ca342b2e"));
  Ghash hash2(key2);
  hash2.Add(FromHexBlock("0388dace60b6a392f328c2b971b2fe78"));
  CHECK(ToHex(hash2.Finish(0, 16)) == "f38cbb1ad69223dcc3457ae5b6b0f885");

  const GhashKey key4(FromHexBlock("b83b533708bf535d0aa6e52980d53b78"));
  Ghash hash4(key4);
  hash4.Add(*FromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  hash4.Add(
      *FromHex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
               "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"));
  CHECK(ToHex(hash4.Finish(20, 60)) == "698e57f70e6ecc7fd9463b7260a9ae5f");
}

TEST_CASE("GHASH agrees with its definition for all lengths, keys of one bit included") {
  SeededRandom random(1);
  for (size_t size = 0; size <= 300; ++size) {
    Block key{};
    Bytes data(size);
    if (size < 128) {
      key[size / 8] = static_cast<uint8_t>(0x80 >> size % 8);
    } else {
      random.Fill(key);
    }
    random.Fill(data);
    const GhashKey expanded(key);
    Ghash hash(expanded);
    hash.Add(data);
    REQUIRE(hash.Finish(size, 0) == Reference(key, data));
  }
}

TEST_CASE("GHASH of all ones: the sums inside a product are the largest there are") {
  Block key{};
  key.fill(0xff);
  const Bytes data(160, 0xff);
  const GhashKey expanded(key);
  Ghash hash(expanded);
  hash.Add(data);
  CHECK(hash.Finish(data.size(), 0) == Reference(key, data));
}

}  // namespace
}  // namespace zt::crypto
