#include "crypto/poly1305.h"

#include "crypto/little_endian.h"
#include "crypto/poly1305_limbs26.h"

namespace zt::crypto {
namespace {

constexpr Poly1305Implementation kImplementations[] = {
    {"26-bit limbs", Poly1305Limbs26},
};

size_t Usable() { return 1; }

}  // namespace

std::span<const Poly1305Implementation> Poly1305Implementations() {
  return std::span<const Poly1305Implementation>(kImplementations).first(Usable());
}

ByteArray<16> Poly1305(const uint8_t* key32, ByteSpan message) {
  return kImplementations[Usable() - 1].run(key32, message);
}

}  // namespace zt::crypto
