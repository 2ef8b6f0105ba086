// Rules back to back (vl2.md §13.1).
#include "fuzz/round_trip.h"
#include "wire/rule.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65536) return 0;
  const zt::ByteSpan input(data, size);
  zt::fuzz::Elements<zt::Rule>(input);
  if (const auto rules = zt::ParseRules(input, 1024)) {
    ZT_CHECK(rules->size() <= 1024);
    ZT_CHECK(zt::ParseRules(zt::SerializeRules(*rules), 1024) == rules);
  }
  return 0;
}
