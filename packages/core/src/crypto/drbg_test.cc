#include "crypto/drbg.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/hex.h"
#include "base/seeded_random.h"
#include "crypto/provider.h"
#include "crypto/salsa20.h"

namespace zt::crypto {
namespace {

Bytes Seed(uint64_t seed, size_t size) {
  Bytes out(size);
  SeededRandom(seed).Fill(out);
  return out;
}

Bytes Draw(Drbg& random, size_t size) {
  Bytes out(size);
  random.Fill(out);
  return out;
}

TEST_CASE("the same seed gives the same bytes however they are asked for") {
  Drbg whole(Seed(1, 32));
  Drbg parts(Seed(1, 32));
  const Bytes expected = Draw(whole, 10000);
  SeededRandom sizes(2);
  Bytes joined;
  while (joined.size() < expected.size()) {
    const Bytes part =
        Draw(parts, std::min<size_t>(sizes.Below(1500), expected.size() - joined.size()));
    joined.insert(joined.end(), part.begin(), part.end());
  }
  CHECK(joined == expected);
}

TEST_CASE("the output is the published construction") {
  const Bytes seed = Seed(3, 64);
  Drbg random(seed);
  ByteArray<64> key = Sha512(seed);
  for (int refill = 0; refill < 3; ++refill) {
    const ByteArray<8> nonce{};
    ByteArray<1024> stream;
    Salsa20(SalsaRounds::k20, key.data(), nonce.data()).Keystream(0, stream);
    const Bytes drawn = Draw(random, 1024 - 32);
    REQUIRE(std::equal(drawn.begin(), drawn.end(), stream.begin() + 32));
    std::copy_n(stream.begin(), 32, key.begin());
  }
}

TEST_CASE("seeds that differ, in bytes or length, give other bytes") {
  std::set<std::string> seen;
  for (size_t size = Drbg::kMinSeed; size <= Drbg::kMaxSeed; ++size) {
    Drbg random(Seed(4, size));
    seen.insert(ToHex(Draw(random, 32)));
  }
  CHECK(seen.size() == Drbg::kMaxSeed - Drbg::kMinSeed + 1);
}

TEST_CASE("packet ids do not repeat") {
  Drbg random(Seed(5, 32));
  std::set<uint64_t> ids;
  for (int i = 0; i < 20000; ++i) ids.insert(random.U64());
  CHECK(ids.size() == 20000);
}

}  // namespace
}  // namespace zt::crypto
