// A configuration chunk (vl2.md §5.3).
#include "fuzz/round_trip.h"
#include "wire/config_chunk.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65536) return 0;
  const zt::ByteSpan input(data, size);
  zt::fuzz::Payload<zt::ConfigChunk>(input);
  if (const auto chunk = zt::ConfigChunk::Parse(input); chunk && !chunk->is_legacy) {
    ZT_CHECK(chunk->position + chunk->data.size() <= chunk->total_length);
    (void)chunk->DuplicateKey();
  }
  return 0;
}
