#include "wire/config_chunk.h"

#include <doctest/doctest.h>

#include "base/byte_reader.h"
#include "wire/limits.h"
#include "wire/test_identities.h"

namespace zt {
namespace {

const Bytes kData{'v', '=', '7'};

ConfigChunk Chunk() {
  ConfigChunk c;
  c.network = {testing::Alice().address().value << 24 | 1};
  c.data = kData;
  c.update_id = 42;
  c.total_length = 10;
  c.position = 7;
  return c;
}

Bytes Signed(const ConfigChunk& c) {
  Bytes buffer(1024);
  ByteWriter out(buffer);
  c.SerializeSigned(out, testing::Alice());
  REQUIRE(out.ok());
  buffer.resize(out.size());
  return buffer;
}

TEST_CASE("a signed chunk verifies under its controller and nobody else") {
  const Bytes bytes = Signed(Chunk());
  const auto chunk = ConfigChunk::Parse(bytes);
  REQUIRE(chunk);
  CHECK(chunk->Verify(testing::Alice().identity()));
  CHECK_FALSE(chunk->Verify(testing::Bob().identity()));
  CHECK(chunk->raw.size() == bytes.size());
  CHECK(chunk->position == 7);
  ByteReader words(chunk->signature);
  const uint64_t first = words.U64();
  CHECK(chunk->DuplicateKey() == (first ^ words.U64()));
}

TEST_CASE("a chunk of another network does not verify under a controller that signed it") {
  ConfigChunk c = Chunk();
  c.network = {testing::Bob().address().value << 24 | 1};
  const Bytes bytes = Signed(c);
  CHECK_FALSE(ConfigChunk::Parse(bytes)->Verify(testing::Alice().identity()));
}

TEST_CASE("a chunk must lie in its total, the total in the capacity") {
  ConfigChunk c = Chunk();
  c.position = 8;
  CHECK_FALSE(ConfigChunk::Parse(Signed(c)));
  c.position = 0xffffffff;
  CHECK_FALSE(ConfigChunk::Parse(Signed(c)));
  c.position = 0;
  c.total_length = limits::kMaxConfigDictionary;
  CHECK(ConfigChunk::Parse(Signed(c)));
  c.total_length = limits::kMaxConfigDictionary + 1;
  CHECK_FALSE(ConfigChunk::Parse(Signed(c)));
}

TEST_CASE("the legacy form ends after the data") {
  ConfigChunk c = Chunk();
  c.is_legacy = true;
  Bytes buffer(64);
  ByteWriter out(buffer);
  c.SerializeTo(out);
  const auto parsed = ConfigChunk::Parse(out.written());
  REQUIRE(parsed);
  CHECK(parsed->is_legacy);
  CHECK(parsed->data.size() == 3);
}

TEST_CASE("no beginning of a signed chunk is one, but for the legacy form it contains") {
  const Bytes bytes = Signed(Chunk());
  for (size_t n = 0; n < bytes.size(); ++n) {
    const auto parsed = ConfigChunk::Parse(ByteSpan(bytes).first(n));
    CHECK(parsed.has_value() == (n == 8 + 2 + kData.size()));
  }
}

}  // namespace
}  // namespace zt
