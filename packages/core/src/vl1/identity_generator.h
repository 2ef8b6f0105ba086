// Making an identity is memory-hard work; this does it in slices so that no caller blocks long (vl1.md §2.3, §2.4).
#pragma once

#include <memory>
#include <optional>

#include "wire/secret_identity.h"
#include "zt/random.h"

namespace zt::vl1 {

class IdentityGenerator {
 public:
  explicit IdentityGenerator(RandomSource& random);
  ~IdentityGenerator();
  // One slice of work, a few milliseconds. The identity once found; call again while it returns nothing.
  std::optional<SecretIdentity> Step();

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace zt::vl1
