// LZ4 blocks into a buffer of the size the protocol allows (vl1.md §4.7).
#include "fuzz/round_trip.h"
#include "wire/limits.h"
#include "wire/lz4.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65536) return 0;
  zt::Bytes out(zt::limits::kMaxPayloadSize);
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
