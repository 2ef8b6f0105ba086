#include "crypto/salsa20.h"

#include <doctest/doctest.h>
#include <sodium.h>

#include "base/hex.h"
#include "base/seeded_random.h"

namespace zt::crypto {
namespace {

struct Input {
  ByteArray<32> key;
  ByteArray<8> nonce;
  Bytes data;
};

Input RandomInput(SeededRandom& random, size_t size) {
  Input out;
  random.Fill(out.key);
  random.Fill(out.nonce);
  out.data.resize(size);
  random.Fill(out.data);
  return out;
}

// The expanded state of salsa20.h, built from its published layout, to call the implementations one
// by one.
struct State {
  alignas(16) uint32_t words[16];
};
State Expand(const Input& in) {
  State s;
  std::memcpy(&s.words[0], "expa", 4);
  std::memcpy(&s.words[1], in.key.data(), 16);
  std::memcpy(&s.words[5], "nd 3", 4);
  std::memcpy(&s.words[6], in.nonce.data(), 8);
  s.words[8] = s.words[9] = 0;
  std::memcpy(&s.words[10], "2-by", 4);
  std::memcpy(&s.words[11], in.key.data() + 16, 16);
  std::memcpy(&s.words[15], "te k", 4);
  return s;
}

TEST_CASE("eSTREAM: Salsa20/20, 256-bit key, set 1 vector 0") {
  ByteArray<32> key{};
  key[0] = 0x80;
  const ByteArray<8> nonce{};
  ByteArray<64> out;
  Salsa20(SalsaRounds::k20, key.data(), nonce.data()).Keystream(0, out);
  CHECK(ToHex(out) ==
        "e3be8fdd8beca2e3ea8ef9475b29a6e7003951e1097a5c38d23b7a5fad9f6844"
        "b22c97559e2723c7cbbd3fe4fc8d9a0744652a83e72a9c461876af4d7ef1a117");
}

TEST_CASE("the stream agrees with libsodium for all lengths up to several batches") {
  SeededRandom random(1);
  for (size_t size = 1; size <= 1600; ++size) {
    const Input in = RandomInput(random, size);
    Bytes ours12 = in.data, ours20 = in.data, theirs12(size), theirs20(size);
    Salsa20(SalsaRounds::k12, in.key.data(), in.nonce.data()).Xor(0, ours12);
    Salsa20(SalsaRounds::k20, in.key.data(), in.nonce.data()).Xor(0, ours20);
    crypto_stream_salsa2012_xor(theirs12.data(), in.data.data(), size, in.nonce.data(),
                                in.key.data());
    crypto_stream_salsa20_xor(theirs20.data(), in.data.data(), size, in.nonce.data(),
                              in.key.data());
    REQUIRE(ours12 == theirs12);
    REQUIRE(ours20 == theirs20);
  }
}

TEST_CASE(
    "every implementation gives the scalar one's bytes, whatever length, place and alignment") {
  SeededRandom random(2);
  const auto implementations = SalsaImplementations();
  REQUIRE(implementations.size() >= 2);
  for (const SalsaImplementation& each : implementations) {
    CAPTURE(each.name);
    for (size_t size = 0; size <= 1300; size += 1 + size / 97) {
      const Input in = RandomInput(random, size);
      const State state = Expand(in);
      const uint64_t block = random.U64();
      Bytes expected(size), stream(size), with_nothing(size);
      implementations[0].run(state.words, 12, block, in.data.data(), expected.data(), size);
      implementations[0].run(state.words, 12, block, nullptr, stream.data(), size);
      const size_t offset = random.Below(16);
      Bytes work(size + 32, 0xaa);
      std::copy(in.data.begin(), in.data.end(), work.begin() + static_cast<ptrdiff_t>(offset));
      each.run(state.words, 12, block, work.data() + offset, work.data() + offset, size);
      REQUIRE(std::equal(expected.begin(), expected.end(),
                         work.begin() + static_cast<ptrdiff_t>(offset)));
      // Nothing is written beside the data.
      for (size_t i = 0; i < offset; ++i) REQUIRE(work[i] == 0xaa);
      for (size_t i = offset + size; i < work.size(); ++i) REQUIRE(work[i] == 0xaa);
      each.run(state.words, 12, block, nullptr, with_nothing.data(), size);
      REQUIRE(with_nothing == stream);
    }
  }
}

TEST_CASE("the block counter carries into its high word inside a batch") {
  SeededRandom random(3);
  for (uint64_t first : {0xfffffffdull, 0xfffffffaull, 0xffffffffffffffffull}) {
    const Input in = RandomInput(random, 1024);
    const State state = Expand(in);
    Bytes theirs(1024);
    crypto_stream_salsa20_xor_ic(theirs.data(), in.data.data(), 1024, in.nonce.data(), first,
                                 in.key.data());
    for (const SalsaImplementation& each : SalsaImplementations()) {
      CAPTURE(each.name);
      Bytes ours(1024);
      each.run(state.words, 20, first, in.data.data(), ours.data(), 1024);
      REQUIRE(ours == theirs);
    }
  }
}

}  // namespace
}  // namespace zt::crypto
