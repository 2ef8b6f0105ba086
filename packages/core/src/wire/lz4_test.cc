#include "wire/lz4.h"

#include <doctest/doctest.h>

#include <string>

#include "base/seeded_random.h"

namespace zt::wire {
namespace {

Bytes Decompress(const Bytes& block, size_t room = 64) {
  Bytes out(room);
  const std::optional<size_t> n = Lz4Decompress(block, out);
  if (!n) return {};
  out.resize(*n);
  return out;
}

TEST_CASE("literals alone are a block") { CHECK(Decompress({0x30, 'a', 'b', 'c'}) == Bytes{'a', 'b', 'c'}); }

TEST_CASE("a match may overlap what it writes") {
  // One literal 'a', then 9 times the byte before, then five literals.
  const Bytes out = Decompress({0x15, 'a', 1, 0, 0x50, 'v', 'w', 'x', 'y', 'z'});
  CHECK(std::string(out.begin(), out.end()) == "aaaaaaaaaavwxyz");
}

TEST_CASE("lengths of 15 and more continue in the following bytes") {
  Bytes block(3 + 15 + 255 + 1, 'q');
  block[0] = 0xf0;
  block[1] = 255;
  block[2] = 1;
  CHECK(Decompress(block, 271) == Bytes(271, 'q'));
  CHECK(Decompress(block, 270).empty());
}

TEST_CASE("a match that starts before the output is malformed") {
  CHECK(Decompress({0x15, 'a', 2, 0, 0x50, 'v', 'w', 'x', 'y', 'z'}).empty());
  CHECK(Decompress({0x15, 'a', 0, 0, 0x50, 'v', 'w', 'x', 'y', 'z'}).empty());
}

TEST_CASE("the end-of-block rules are enforced") {
  // Four last literals instead of five.
  CHECK(Decompress({0x1f, 'a', 1, 0, 9, 0x40, 'w', 'x', 'y', 'z'}).empty());
  // A match that begins less than twelve bytes before the end.
  CHECK(Decompress({0x10, 'a', 1, 0, 0x50, 'v', 'w', 'x', 'y', 'z'}).empty());
  // A block that ends with a match, in a length, in literals; nothing; an empty result.
  CHECK(Decompress({0x1f, 'a', 1, 0, 9}).empty());
  CHECK(Decompress({0xf0}).empty());
  CHECK(Decompress({0x30, 'a', 'b'}).empty());
  CHECK(Decompress({}).empty());
  CHECK(Decompress({0x00}).empty());
}

TEST_CASE("no room, no output") {
  CHECK(Decompress({0x15, 'a', 1, 0, 0x50, 'v', 'w', 'x', 'y', 'z'}, 14).empty());
  CHECK(Decompress({0x15, 'a', 1, 0, 0x50, 'v', 'w', 'x', 'y', 'z'}, 15).size() == 15);
}

// Compressed with just enough room, and opened again by the strict decoder.
size_t RoundTrip(const Bytes& data) {
  Bytes block(data.size() + data.size() / 255 + 16);
  const auto size = Lz4Compress(data, block);
  REQUIRE(size);
  CHECK(Decompress(Bytes(block.begin(), block.begin() + static_cast<long>(*size)), data.size()) == data);
  CHECK(Lz4Compress(data, MutableBytes(block).first(*size)) == size);
  CHECK_FALSE(Lz4Compress(data, MutableBytes(block).first(*size - 1)));
  return *size;
}

TEST_CASE("what is compressed obeys the end-of-block rules at every length") {
  for (size_t n = 1; n <= 300; ++n) {
    CHECK(RoundTrip(Bytes(n, 'q')) <= n + 2 + n / 255);
    Bytes text(n);
    for (size_t i = 0; i < n; ++i) text[i] = "abcabcabdabc "[i % 13];
    RoundTrip(text);
  }
  CHECK(RoundTrip(Bytes(9996, 0)) < 60);
}

TEST_CASE("random data, and random data that repeats, come back") {
  SeededRandom random(7);
  for (int i = 0; i < 300; ++i) {
    Bytes data(1 + random.Below(9996));
    random.Fill(data);
    for (size_t at = 0; i % 3 != 0 && at < data.size(); at += 1 + random.Below(200)) {
      const size_t n = std::min<size_t>(1 + random.Below(100), data.size() - at);
      const size_t from = random.Below(at + 1);
      for (size_t k = 0; k < n; ++k) data[at + k] = data[from + k];
    }
    RoundTrip(data);
  }
}

TEST_CASE("what does not shrink is refused by too little room, and nothing gives nothing") {
  SeededRandom random(8);
  Bytes data(500), room(499);
  random.Fill(data);
  CHECK_FALSE(Lz4Compress(data, room));
  CHECK_FALSE(Lz4Compress({}, room));
  CHECK_FALSE(Lz4Compress(data, {}));
}

}  // namespace
}  // namespace zt::wire
