// Credentials: first byte chooses the kind, the rest is objects back to back (vl2.md §7).
#include "fuzz/round_trip.h"
#include "wire/credential/capability.h"
#include "wire/credential/membership.h"
#include "wire/credential/ownership.h"
#include "wire/credential/revocation.h"
#include "wire/credential/tag.h"

namespace {

template <typename T>
void Run(zt::ByteSpan input) {
  zt::fuzz::Elements<T>(input);
  zt::ByteReader in(input);
  if (const auto object = T::Parse(in)) (void)object->SignedMessage();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 65536) return 0;
  const zt::ByteSpan input(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0: Run<zt::CertificateOfMembership>(input); break;
    case 1: Run<zt::Capability>(input); break;
    case 2: Run<zt::Tag>(input); break;
    case 3: Run<zt::CertificateOfOwnership>(input); break;
    default: Run<zt::Revocation>(input); break;
  }
  return 0;
}
