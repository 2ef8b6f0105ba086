// A configuration dictionary (vl2.md §6).
#include "fuzz/round_trip.h"
#include "wire/network_config.h"
#include "wire/request_metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const zt::ByteSpan input(data, size);
  if (const auto first = zt::NetworkConfig::Parse(input)) {
    if (const auto once = first->Serialize()) {
      const auto second = zt::NetworkConfig::Parse(*once);
      ZT_CHECK(second.has_value());
      ZT_CHECK(second->Serialize() == once);
      ZT_CHECK(*second == *first);
    }
  }
  const zt::RequestMetadata metadata = zt::RequestMetadata::Parse(input);
  if (const auto once = metadata.Serialize()) ZT_CHECK(zt::RequestMetadata::Parse(*once) == metadata);
  return 0;
}
