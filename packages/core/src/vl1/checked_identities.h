// What the work function said of identities that were seen lately, so that a HELLO that is sent again and again, from
// wherever, is computed once (vl1.md §2.3, §11.3).
#pragma once

#include <optional>
#include <vector>

#include "base/sip_hash.h"
#include "wire/identity.h"

namespace zt::vl1 {

inline constexpr size_t kCheckedIdentities = 1024;  // 80 bytes each

class CheckedIdentities {
 public:
  explicit CheckedIdentities(const SipHash& hash) : hash_(hash) {}

  // Whether it is valid; nothing if that is not known.
  std::optional<bool> Find(const Identity& identity) const;
  // Computes it, and remembers it in the place of another.
  bool Check(const Identity& identity);

 private:
  struct Entry {
    Identity identity;
    bool valid = false;
  };
  size_t PlaceOf(const Identity& identity) const;

  const SipHash hash_;          // nobody may choose whose place theirs is
  std::vector<Entry> entries_;  // allocated by the first
};

}  // namespace zt::vl1
