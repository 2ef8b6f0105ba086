#include "base/pcapng.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/hex.h"

namespace zt {
namespace {

// A reader of its own for the tests: walks blocks by their lengths, fields little-endian.
struct BlockView {
  uint32_t type;
  ByteSpan body;
};

uint64_t Little(ByteSpan bytes, size_t at, size_t n) {
  uint64_t v = 0;
  for (size_t i = n; i-- > 0;) v = v << 8 | bytes[at + i];
  return v;
}

std::vector<BlockView> Walk(ByteSpan file) {
  std::vector<BlockView> blocks;
  while (!file.empty()) {
    REQUIRE(file.size() >= 12);
    const uint64_t length = Little(file, 4, 4);
    REQUIRE(length % 4 == 0);
    REQUIRE(length <= file.size());
    REQUIRE(Little(file, length - 4, 4) == length);
    blocks.push_back({static_cast<uint32_t>(Little(file, 0, 4)), file.subspan(8, length - 12)});
    file = file.subspan(length);
  }
  return blocks;
}

TEST_CASE("pcapng: the bytes of a small file, field by field") {
  Bytes out;
  PcapngWriter writer(out);
  writer.Section("zt");
  CHECK(ToHex(out) ==
        "0a0d0d0a" "28000000" "4d3c2b1a" "0100" "0000" "ffffffffffffffff"
        "0400" "0200" "7a740000" "0000" "0000" "28000000");
  out.clear();
  CHECK(writer.Interface(PcapngLink::kRaw, "outer") == 0);
  CHECK(ToHex(out) ==
        "01000000" "2c000000" "6500" "0000" "00000400"
        "0200" "0500" "6f75746572000000" "0900" "0100" "06000000" "0000" "0000" "2c000000");
  out.clear();
  const Bytes packet = {0x45, 0x00, 0x01, 0x02, 0x03};
  const ByteSpan piece(packet);
  writer.Packet({0, 0x0005'f0f1'f2f3'f4f5, PcapngDirection::kOutbound, {&piece, 1}});
  CHECK(ToHex(out) ==
        "06000000" "34000000" "00000000" "f1f00500" "f5f4f3f2" "05000000" "05000000" "4500010203000000"
        "0200" "0400" "02000000" "0000" "0000" "34000000");
  CHECK(out.size() == writer.PacketSize(packet.size()));
  out.clear();
  writer.Statistics(0, 0x0005'f0f1'f2f3'f4f5, 7, 2);
  CHECK(ToHex(out) ==
        "05000000" "40000000" "00000000" "f1f00500" "f5f4f3f2"
        "0300" "0800" "f1f00500" "f5f4f3f2" "0400" "0800" "0700000000000000"
        "0500" "0800" "0200000000000000" "0000" "0000" "40000000");
  CHECK(out.size() == PcapngWriter::kStatisticsSize);
}

TEST_CASE("pcapng: blocks can be walked whatever the lengths, and interfaces count up") {
  Bytes out;
  PcapngWriter writer(out);
  writer.Section("walk");
  CHECK(writer.Interface(PcapngLink::kEthernet, "8056c2e21c000001") == 0);
  CHECK(writer.Interface(PcapngLink::kEthernet, "") == 1);
  CHECK(writer.interfaces() == 2);
  const Bytes data(40, 0xab);
  for (size_t length = 0; length <= data.size(); ++length) {
    const ByteSpan piece = ByteSpan(data).first(length);
    const size_t before = out.size();
    writer.Packet({1, length, PcapngDirection::kInbound, {&piece, 1}});
    CHECK(out.size() - before == writer.PacketSize(length));
  }
  const std::vector<BlockView> blocks = Walk(out);
  REQUIRE(blocks.size() == 3 + data.size() + 1);
  for (size_t length = 0; length <= data.size(); ++length) {
    const BlockView& block = blocks[3 + length];
    CHECK(block.type == 6);
    CHECK(Little(block.body, 0, 4) == 1);
    CHECK(Little(block.body, 8, 4) == length);   // the low half of the timestamp
    CHECK(Little(block.body, 12, 4) == length);  // captured
    CHECK(Little(block.body, 16, 4) == length);  // original
  }
}

TEST_CASE("pcapng: a packet of pieces is joined, and cut at the snap length anywhere") {
  const Bytes head = {1, 2, 3}, middle = {}, tail = {4, 5, 6, 7};
  const ByteSpan pieces[] = {head, middle, tail};
  for (uint32_t snaplen = 1; snaplen <= 9; ++snaplen) {
    Bytes out;
    PcapngWriter writer(out, snaplen);
    writer.Packet({0, 0, PcapngDirection::kInbound, pieces});
    CHECK(out.size() == writer.PacketSize(7));
    const std::vector<BlockView> blocks = Walk(out);
    REQUIRE(blocks.size() == 1);
    const uint64_t captured = Little(blocks[0].body, 12, 4);
    CHECK(captured == std::min(snaplen, 7u));
    CHECK(Little(blocks[0].body, 16, 4) == 7);
    const Bytes whole = {1, 2, 3, 4, 5, 6, 7};
    CHECK(ToHex(blocks[0].body.subspan(20, captured)) == ToHex(ByteSpan(whole).first(captured)));
  }
}

TEST_CASE("pcapng: limits hold for any argument") {
  Bytes out;
  CHECK(PcapngWriter(out, 0).snaplen() == PcapngWriter::kMaxSnaplen);
  CHECK(PcapngWriter(out, UINT32_MAX).snaplen() == PcapngWriter::kMaxSnaplen);
  PcapngWriter writer(out);
  writer.Section(std::string(100'000, 'a'));
  out.clear();
  writer.Interface(PcapngLink::kEthernet, std::string(100'000, 'n'));
  CHECK(out.size() == PcapngWriter::kMaxInterfaceSize);
  out.clear();
  const Bytes large(PcapngWriter::kMaxSnaplen + 1);
  const ByteSpan piece(large);
  writer.Packet({0, 0, PcapngDirection::kUnknown, {&piece, 1}});
  const std::vector<BlockView> blocks = Walk(out);
  REQUIRE(blocks.size() == 1);
  CHECK(Little(blocks[0].body, 12, 4) == PcapngWriter::kMaxSnaplen);
  CHECK(Little(blocks[0].body, 16, 4) == PcapngWriter::kMaxSnaplen + 1);
}

}  // namespace
}  // namespace zt
