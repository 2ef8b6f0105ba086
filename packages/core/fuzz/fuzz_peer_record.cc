// Peer cache records (vl1.md §9.2).
#include "fuzz/round_trip.h"
#include "wire/limits.h"
#include "wire/peer_record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65536) return 0;
  const auto first = zt::PeerRecord::Parse({data, size});
  if (!first) return 0;
  ZT_CHECK(first->endpoints.size() <= zt::limits::kMaxCachedEndpoints);
  ZT_CHECK(zt::PeerRecord::Parse(first->Serialize()) == first);
  return 0;
}
