// Poly1305 one-time authenticator (RFC 8439 §2.5). Constant time.
#pragma once

#include <span>

#include "zt/bytes.h"

namespace zt::crypto {

// The 16-byte tag of a message under a 32-byte key r ‖ s that is used for nothing else.
ByteArray<16> Poly1305(const uint8_t* key32, ByteSpan message);

using Poly1305Function = ByteArray<16> (*)(const uint8_t* key32, ByteSpan message);
struct Poly1305Implementation {
  const char* name;
  Poly1305Function run;
};
// Those this machine can run, the reference first and the fastest last.
std::span<const Poly1305Implementation> Poly1305Implementations();

}  // namespace zt::crypto
