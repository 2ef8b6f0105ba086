// Serialized worlds, one after the other (vl1.md §6.1).
#include "fuzz/round_trip.h"
#include "wire/world.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65536) return 0;
  const zt::ByteSpan input(data, size);
  zt::fuzz::Elements<zt::World>(input);
  if (const auto worlds = zt::World::ParseAll(input)) {
    for (const zt::World& w : *worlds) ZT_CHECK(w.SignedMessage().size() + 80 >= w.Serialize().size());
  }
  return 0;
}
