// Things made outside of any node: identities, planets and moons (vl1.md §2.3, §6). For engines.
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

// A signed planet or moon, serialized, and behind it the 128-byte key pair (64 public ‖ 64 private) that signed it,
// into `out` (cleared first). `spec`: type u8 (1 planet, 127 moon), id u64, timestamp i64, public key that must sign the next
// update (64 bytes; zero: the signing one), signing key pair 128 bytes or zero for a fresh one, list of (str16 identity
// text, list of ep); fields as in HOST_PROTOCOL.md §1. `seed`: 32..64 bytes. kInvalidArgument: malformed, another type,
// 0 or more than 4 roots, more than 32 endpoints, id 0, a private key that does not belong to the public one;
// kInvalidIdentity: a root's identity, also one whose address does not follow from its key.
Status MakeWorld(ByteSpan seed, ByteSpan spec, Bytes& out);

// A planet alone, signed by the key that also signs the next update. `spec` as above without type and next key.
Status MakePlanet(ByteSpan seed, ByteSpan spec, Bytes& out);

}  // namespace zt
