// The decrypted tail of HELLO (vl1.md §5.2).
#include "fuzz/round_trip.h"
#include "wire/verb/hello.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65536) return 0;
  zt::fuzz::Payload<zt::wire::HelloTail>({data, size});
  return 0;
}
