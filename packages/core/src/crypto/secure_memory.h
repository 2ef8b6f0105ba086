// What secrets need from memory: to be erased for good and compared without telling how far they
// agree.
#pragma once

#include "zt/bytes.h"

namespace zt::crypto {

// Zeroes memory; the compiler cannot leave it out (vl1.md §11.1 rule 17).
void SecureWipe(void* data, size_t size);

template <typename T>
void SecureWipe(T& object) {
  static_assert(std::is_trivially_copyable_v<T>);
  SecureWipe(&object, sizeof object);
}

// Time depends on the size alone. False for different sizes.
bool ConstantTimeEqual(ByteSpan a, ByteSpan b);

}  // namespace zt::crypto
