#include "crypto/secure_memory.h"

namespace zt::crypto {

void SecureWipe(void* data, size_t size) {
  if (size == 0) return;
  std::memset(data, 0, size);
  // The memory counts as read here, so the stores above are not dead.
  __asm__ __volatile__("" : : "r"(data) : "memory");
}

bool ConstantTimeEqual(ByteSpan a, ByteSpan b) {
  if (a.size() != b.size()) return false;
  uint32_t difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference |= static_cast<uint32_t>(a[i] ^ b[i]);
  // Keeps the compiler from turning the loop into an early exit.
  __asm__ __volatile__("" : "+r"(difference));
  return difference == 0;
}

}  // namespace zt::crypto
