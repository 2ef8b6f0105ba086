// Reads a pcapng file back for tests: walks blocks by their lengths and checks both length fields. Little-endian only.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "zt/bytes.h"

namespace zt::testing {

struct PcapngFile {
  struct Interface {
    uint16_t link;
    uint32_t snaplen;
    std::string name;
    uint64_t received = 0, dropped = 0;  // of the statistics block
    bool has_statistics = false;
  };
  struct Packet {
    uint32_t interface;
    uint64_t time_us;
    uint32_t original;
    uint32_t flags;
    Bytes bytes;
  };
  std::vector<Interface> interfaces;
  std::vector<Packet> packets;
  size_t sections = 0;

  static uint64_t Little(ByteSpan bytes, size_t at, size_t n) {
    uint64_t v = 0;
    for (size_t i = n; i-- > 0;) v = v << 8 | bytes[at + i];
    return v;
  }
  static uint64_t HighLow(ByteSpan bytes, size_t at) { return Little(bytes, at, 4) << 32 | Little(bytes, at + 4, 4); }

  static PcapngFile Parse(ByteSpan file) {
    PcapngFile out;
    while (!file.empty()) {
      REQUIRE(file.size() >= 12);
      const uint64_t length = Little(file, 4, 4);
      REQUIRE(length % 4 == 0);
      REQUIRE(length <= file.size());
      REQUIRE(Little(file, length - 4, 4) == length);
      out.Block(static_cast<uint32_t>(Little(file, 0, 4)), file.subspan(8, length - 12));
      file = file.subspan(length);
    }
    return out;
  }

 private:
  // The value of an option, empty if there is none.
  static ByteSpan Option(ByteSpan options, uint64_t code) {
    while (options.size() >= 4 && Little(options, 0, 2) != 0) {
      const uint64_t length = Little(options, 2, 2);
      REQUIRE(options.size() >= 4 + length);
      if (Little(options, 0, 2) == code) return options.subspan(4, length);
      options = options.subspan(4 + (length + 3) / 4 * 4);
    }
    return {};
  }

  void Block(uint32_t type, ByteSpan body) {
    switch (type) {
      case 0x0a0d0d0a:
        CHECK(Little(body, 0, 4) == 0x1a2b3c4d);
        ++sections;
        return;
      case 1: {
        const ByteSpan name = Option(body.subspan(8), 2);
        interfaces.push_back({static_cast<uint16_t>(Little(body, 0, 2)), static_cast<uint32_t>(Little(body, 4, 4)),
                              std::string(name.begin(), name.end())});
        return;
      }
      case 5: {
        Interface& interface = interfaces.at(Little(body, 0, 4));
        interface.has_statistics = true;
        interface.received = Little(Option(body.subspan(12), 4), 0, 8);
        interface.dropped = Little(Option(body.subspan(12), 5), 0, 8);
        return;
      }
      case 6: {
        const uint64_t captured = Little(body, 12, 4);
        const ByteSpan bytes = body.subspan(20, captured);
        const ByteSpan flags = Option(body.subspan(20 + (captured + 3) / 4 * 4), 2);
        REQUIRE(flags.size() == 4);
        packets.push_back({static_cast<uint32_t>(Little(body, 0, 4)), HighLow(body, 4),
                           static_cast<uint32_t>(Little(body, 16, 4)), static_cast<uint32_t>(Little(flags, 0, 4)),
                           Bytes(bytes.begin(), bytes.end())});
        REQUIRE(packets.back().interface < interfaces.size());
        return;
      }
      default: FAIL("unknown block type ", type);
    }
  }
};

}  // namespace zt::testing
