// SipHash-2-4: a keyed hash, so that a peer can neither choose whose place in a table it takes nor predict initial
// sequence numbers (RFC 6528 §3).
#pragma once

#include "zt/bytes.h"
#include "zt/random.h"

namespace zt {

class SipHash {
 public:
  explicit SipHash(RandomSource& random) : k0_(random.U64()), k1_(random.U64()) {}
  SipHash(uint64_t k0, uint64_t k1) : k0_(k0), k1_(k1) {}
  uint64_t operator()(ByteSpan data) const;

 private:
  uint64_t k0_, k1_;
};

}  // namespace zt
