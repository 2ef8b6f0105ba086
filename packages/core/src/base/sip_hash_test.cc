#include "base/sip_hash.h"

#include <doctest/doctest.h>

namespace zt {
namespace {

TEST_CASE("SipHash-2-4 gives the published result") {
  // Aumasson and Bernstein, "SipHash: a fast short-input PRF", appendix A.
  const SipHash hash(0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL);
  Bytes data;
  for (uint8_t i = 0; i < 15; ++i) data.push_back(i);
  CHECK(hash(data) == 0xa129ca6149be45e5ULL);
}

}  // namespace
}  // namespace zt
