// LZ4 blocks into a buffer of the size the protocol allows (vl1.md §4.7).
#include <algorithm>

#include "fuzz/round_trip.h"
#include "wire/limits.h"
#include "wire/lz4.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65536) return 0;
  zt::Bytes out(zt::limits::kMaxPayloadSize);
  // Anything that is compressed comes back.
  if (size >= 1 && size <= zt::limits::kMaxPayloadSize) {
    zt::Bytes block(size + size / 255 + 16);
    const auto compressed = zt::wire::Lz4Compress({data, size}, block);
    ZT_CHECK(compressed && *compressed <= block.size());
    const auto back = zt::wire::Lz4Decompress(zt::ByteSpan(block).first(*compressed), out);
    ZT_CHECK(back == size && std::equal(data, data + size, out.begin()));
  }
  const auto written = zt::wire::Lz4Decompress({data, size}, out);
  if (!written) return 0;
  ZT_CHECK(*written >= 1 && *written <= out.size());
  // The exact room is enough, one byte less is not.
  zt::Bytes exact(*written);
  ZT_CHECK(zt::wire::Lz4Decompress({data, size}, exact) == written);
  out.resize(*written);
  ZT_CHECK(exact == out);
  zt::Bytes less(*written - 1);
  ZT_CHECK(!zt::wire::Lz4Decompress({data, size}, less));
  return 0;
}
