#include "vl2/config_assembler.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace zt::vl2 {
namespace {

ConfigPiece Piece(uint64_t update, uint64_t key, uint32_t total, uint32_t position, ByteSpan data) {
  return {update, key, total, position, true, data};
}

TEST_CASE("Chunks in every order make the same dictionary") {
  const Bytes all = {1, 2, 3, 4, 5, 6, 7};
  std::vector<std::pair<uint32_t, uint32_t>> cuts = {{0, 2}, {2, 3}, {5, 2}};
  std::sort(cuts.begin(), cuts.end());
  do {
    ConfigAssembler assembler;
    std::optional<Bytes> whole;
    for (const auto& [at, size] : cuts) {
      CHECK(!whole);
      whole = assembler.Add(Piece(9, at + 1, 7, at, ByteSpan(all).subspan(at, size)));
    }
    REQUIRE(whole);
    CHECK(*whole == all);
  } while (std::next_permutation(cuts.begin(), cuts.end()));
}

TEST_CASE("Overlapping chunks that add up to the total are not a dictionary") {
  const Bytes four = {1, 2, 3, 4};
  ConfigAssembler assembler;
  CHECK(!assembler.Add(Piece(9, 1, 8, 0, four)));
  CHECK(!assembler.Add(Piece(9, 2, 8, 2, four)));  // 8 bytes received, 6 covered
  CHECK(assembler.Add(Piece(9, 3, 8, 4, four)));
}

TEST_CASE("A chunk is recognised after its update is complete") {
  const Bytes data = {1};
  ConfigAssembler assembler;
  const ConfigPiece piece = Piece(9, 5, 1, 0, data);
  CHECK(!assembler.Seen(piece));
  CHECK(assembler.Add(piece));
  CHECK(assembler.Seen(piece));
  CHECK(!assembler.Seen(Piece(9, 6, 1, 0, data)));
}

TEST_CASE("A fourth update takes the place of the least recently fed one") {
  const Bytes half = {1};
  ConfigAssembler assembler;
  for (uint64_t update = 1; update <= 3; ++update) CHECK(!assembler.Add(Piece(update, 1, 2, 0, half)));
  CHECK(!assembler.Add(Piece(4, 1, 2, 0, half)));
  CHECK(!assembler.Add(Piece(1, 2, 2, 1, half)));  // its first half is gone
  CHECK(assembler.Add(Piece(3, 2, 2, 1, half)));
}

TEST_CASE("What others bring does not displace the updates that the controller is sending") {
  const Bytes half = {1};
  ConfigAssembler assembler;
  const auto others = [&](uint64_t update, uint64_t key, uint32_t position) {
    ConfigPiece piece = Piece(update, key, 2, position, half);
    piece.from_controller = false;
    return assembler.Add(piece);
  };
  CHECK(!assembler.Add(Piece(1, 1, 2, 0, half)));
  for (uint64_t update = 11; update < 20; ++update) CHECK(!others(update, 1, 0));
  CHECK(assembler.Add(Piece(1, 2, 2, 1, half)));  // its first half is still there
  CHECK(others(19, 2, 1));                        // as is that of the last of the others
  for (uint64_t update = 2; update <= 4; ++update) CHECK(!assembler.Add(Piece(update, 1, 2, 0, half)));
  CHECK(!others(20, 1, 0));
  CHECK(!others(20, 2, 1));  // no slot: the controller is busy with three updates
  CHECK(!assembler.Add(Piece(5, 1, 2, 0, half)));
  CHECK(assembler.Add(Piece(5, 2, 2, 1, half)));  // but itself it may displace one
  CHECK(!others(20, 3, 0));
  CHECK(others(20, 4, 1));
}

TEST_CASE("Chunks that cannot be part of a dictionary do not fit") {
  const Bytes two = {1, 2};
  CHECK(!ConfigAssembler::Fits(Piece(0, 1, 2, 0, two)));
  CHECK(!ConfigAssembler::Fits(Piece(1, 1, 2, 1, two)));
  CHECK(!ConfigAssembler::Fits(Piece(1, 1, ConfigAssembler::kCapacity + 1, 0, two)));
  CHECK(!ConfigAssembler::Fits(Piece(1, 1, 2, 0xffffffff, two)));
  CHECK(ConfigAssembler::Fits(Piece(1, 1, 2, 0, two)));
}

}  // namespace
}  // namespace zt::vl2
