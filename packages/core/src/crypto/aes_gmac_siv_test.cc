#include "crypto/aes_gmac_siv.h"

#include <doctest/doctest.h>
#include <sodium.h>

#include "base/hex.h"
#include "base/seeded_random.h"

namespace zt::crypto {
namespace {

using Factory = std::unique_ptr<AesGmacSiv> (*)(const uint8_t*, const uint8_t*);
// Where the machine has no instructions both are the portable one.
constexpr Factory kFactories[] = {AesGmacSiv::Create, AesGmacSiv::CreatePortable};

TEST_CASE("GMAC: test case 13 of the GCM specification") {
  const ByteArray<32> key{};
  const ByteArray<12> iv{};
  for (Factory create : kFactories) {
    CHECK(ToHex(create(key.data(), key.data())->Gmac(iv.data(), {})) ==
          "530f8afbc74536b9a963b4f1c4cb738b");
  }
}

TEST_CASE("both implementations give the same bytes for all lengths and alignments" *
          doctest::skip(!AesInHardware())) {
  SeededRandom random(9);
  for (size_t size = 0; size <= 2900; size += 1 + size / 400) {
    ByteArray<32> k0, k1;
    ByteArray<8> iv;
    ByteArray<11> aad;
    Bytes data(size);
    random.Fill(k0);
    random.Fill(k1);
    random.Fill(iv);
    random.Fill(aad);
    random.Fill(data);
    const auto hardware = AesGmacSiv::Create(k0.data(), k1.data());
    const auto portable = AesGmacSiv::CreatePortable(k0.data(), k1.data());
    const size_t offset = random.Below(16);
    Bytes expected = data;
    Bytes work(offset + size, 0xaa);
    std::copy(data.begin(), data.end(), work.begin() + static_cast<ptrdiff_t>(offset));
    const ByteArray<16> tag = hardware->Seal(iv.data(), aad.data(), expected);
    REQUIRE(portable->Seal(iv.data(), aad.data(), MutableBytes(work).subspan(offset)) == tag);
    REQUIRE(std::equal(expected.begin(), expected.end(),
                       work.begin() + static_cast<ptrdiff_t>(offset)));
    REQUIRE(portable->Open(tag, aad.data(), MutableBytes(work).subspan(offset)));
    REQUIRE(std::equal(data.begin(), data.end(), work.begin() + static_cast<ptrdiff_t>(offset)));
  }
}

// libsodium's is over the instructions alone.
bool SodiumHasGcm() { return sodium_init() >= 0 && crypto_aead_aes256gcm_is_available() == 1; }

TEST_CASE("GMAC agrees with libsodium's AES-256-GCM for all lengths" *
          doctest::skip(!SodiumHasGcm())) {
  SeededRandom random(6);
  for (size_t size = 0; size <= 700; ++size) {
    ByteArray<32> key;
    ByteArray<12> iv;
    Bytes data(size);
    random.Fill(key);
    random.Fill(iv);
    random.Fill(data);
    ByteArray<16> expected;
    unsigned long long written = 0;
    crypto_aead_aes256gcm_encrypt(expected.data(), &written, nullptr, 0, data.data(), size, nullptr,
                                  iv.data(), key.data());
    REQUIRE(written == 16);
    for (Factory create : kFactories)
      REQUIRE(create(key.data(), key.data())->Gmac(iv.data(), data) == expected);
  }
}

// The construction from its definition in vl1.md §4.4, over libsodium's AES-256-GCM alone: GMAC as
// the tag of additional data; a block E(k, iv ‖ counter) as GCM's key stream, which exists for
// counters from 2 on.
Bytes CounterMode(const ByteArray<32>& key, const uint8_t* counter16, ByteSpan data) {
  const uint32_t first = static_cast<uint32_t>(counter16[12]) << 24 |
                         static_cast<uint32_t>(counter16[13]) << 16 |
                         static_cast<uint32_t>(counter16[14]) << 8 | counter16[15];
  // Starting so far into the stream is out of reach; the caller looks for tags with a small
  // counter.
  REQUIRE(first >= 2);
  const size_t skip = (static_cast<size_t>(first) - 2) * 16;
  Bytes plain(skip + data.size(), 0);
  std::copy(data.begin(), data.end(), plain.begin() + static_cast<ptrdiff_t>(skip));
  Bytes out(plain.size() + 16);
  unsigned long long written = 0;
  crypto_aead_aes256gcm_encrypt(out.data(), &written, plain.data(), plain.size(), nullptr, 0,
                                nullptr, counter16, key.data());
  return Bytes(out.begin() + static_cast<ptrdiff_t>(skip), out.end() - 16);
}

TEST_CASE("the counter mode agrees with libsodium's key stream" * doctest::skip(!SodiumHasGcm())) {
  SeededRandom random(7);
  ByteArray<32> k0, k1;
  random.Fill(k0);
  random.Fill(k1);
  const auto aes = AesGmacSiv::Create(k0.data(), k1.data());
  int compared = 0;
  // One tag in 2^13 starts below 2^18 (bit 31 is cleared); those are compared.
  for (int i = 0; i < 60000; ++i) {
    ByteArray<8> iv;
    ByteArray<11> aad;
    Bytes data(random.Below(400));
    random.Fill(iv);
    random.Fill(aad);
    random.Fill(data);
    Bytes work = data;
    ByteArray<16> tag = aes->Seal(iv.data(), aad.data(), work);
    tag[12] &= 0x7f;
    if (tag[12] != 0 || tag[13] >= 4) continue;
    REQUIRE(CounterMode(k1, tag.data(), data) == work);
    ++compared;
  }
  CHECK(compared > 0);
}

void SealAndOpen(Factory create) {
  SeededRandom random(8);
  ByteArray<32> k0, k1;
  random.Fill(k0);
  random.Fill(k1);
  const auto aes = create(k0.data(), k1.data());
  for (size_t size = 0; size <= 600; ++size) {
    ByteArray<8> iv;
    ByteArray<11> aad;
    Bytes data(size);
    random.Fill(iv);
    random.Fill(aad);
    random.Fill(data);
    Bytes sealed = data;
    const ByteArray<16> tag = aes->Seal(iv.data(), aad.data(), sealed);
    Bytes opened = sealed;
    REQUIRE(aes->Open(tag, aad.data(), opened));
    REQUIRE(opened == data);

    ByteArray<16> other_tag = tag;
    other_tag[random.Below(16)] ^= 1;
    opened = sealed;
    REQUIRE_FALSE(aes->Open(other_tag, aad.data(), opened));
    ByteArray<11> other_aad = aad;
    other_aad[random.Below(11)] ^= 0x80;
    opened = sealed;
    REQUIRE_FALSE(aes->Open(tag, other_aad.data(), opened));
    if (size == 0) continue;
    opened = sealed;
    opened[random.Below(size)] ^= 1;
    REQUIRE_FALSE(aes->Open(tag, aad.data(), opened));
  }
}

TEST_CASE("what is sealed opens, and nothing else does") {
  for (Factory create : kFactories) SealAndOpen(create);
}

}  // namespace
}  // namespace zt::crypto
