#include "wire/lz4.h"

#include <doctest/doctest.h>

#include <string>

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

}  // namespace
}  // namespace zt::wire
