// Things made outside of any node: identities and planets (vl1.md §2.3, §6). For engines.
#pragma once

#include <memory>
#include <string>

#include "zt/bytes.h"
#include "zt/generated/enums.h"

namespace zt {

// Makes one secret identity in slices, so that no caller blocks long.
class IdentityMaker {
 public:
  // `seed`: 32..64 bytes of real entropy; null otherwise.
  static std::unique_ptr<IdentityMaker> Create(ByteSpan seed);
  ~IdentityMaker();
  // One slice, a few milliseconds. The 270 characters of the secret text form once found, else empty: call again.
  std::string Step();

 private:
  struct Impl;
  explicit IdentityMaker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A signed planet, serialized into `out` (cleared first). `spec`: id u64, timestamp i64, signing key 128 bytes (64
// public ‖ 64 private) or 128 zero bytes for a fresh one, list of (str16 identity text, list of ep); fields as in
// HOST_PROTOCOL.md §1. `seed`: 32..64 bytes. kInvalidArgument: malformed, 0 or more than 4 roots, more than 32
// endpoints, id 0; kInvalidIdentity: a root's identity.
Status MakePlanet(ByteSpan seed, ByteSpan spec, Bytes& out);

}  // namespace zt
