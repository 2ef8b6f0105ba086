#include "crypto/poly1305.h"

#include "crypto/poly1305_implementations.h"
#include "crypto/poly1305_limbs26.h"

namespace zt::crypto {
namespace {

constexpr Poly1305Implementation kImplementations[] = {
    {"26-bit limbs", Poly1305Limbs26},
#ifdef __x86_64__
    {"avx2", Poly1305Avx2},
#endif
};

// How many of the table this machine can run.
size_t Usable() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx2") ? 2 : 1;
#else
  return 1;
#endif
}

}  // namespace

ByteArray<16> Poly1305Limbs26(const uint8_t* key32, ByteSpan message) {
  const Limbs26 r = ClampedR(key32);
  Limbs26 h{};
  Absorb26(h, r, message);
  return Finish26(h, key32 + 16);
}

std::span<const Poly1305Implementation> Poly1305Implementations() {
  return std::span<const Poly1305Implementation>(kImplementations).first(Usable());
}

ByteArray<16> Poly1305(const uint8_t* key32, ByteSpan message) {
  return kImplementations[Usable() - 1].run(key32, message);
}

}  // namespace zt::crypto
