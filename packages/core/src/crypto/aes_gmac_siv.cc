#include "crypto/aes_gmac_siv.h"

namespace zt::crypto {

std::unique_ptr<AesGmacSiv> AesGmacSiv::Create(const uint8_t* k0, const uint8_t* k1) {
  std::unique_ptr<AesGmacSiv> out = CreateHardware(k0, k1);
  return out != nullptr ? std::move(out) : CreatePortable(k0, k1);
}

#ifndef __x86_64__
bool AesInHardware() { return false; }
std::unique_ptr<AesGmacSiv> AesGmacSiv::CreateHardware(const uint8_t*, const uint8_t*) {
  return nullptr;
}
#endif

}  // namespace zt::crypto
