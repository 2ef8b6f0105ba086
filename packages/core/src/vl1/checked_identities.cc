#include "vl1/checked_identities.h"

#include <bit>
#include <cstring>

namespace zt::vl1 {

// From the address and both halves of the key: all but one half can be changed and the packet be authentic still.
size_t CheckedIdentities::PlaceOf(const Identity& identity) const {
  static_assert(std::has_single_bit(kCheckedIdentities));
  uint64_t agreement = 0, signature = 0;
  std::memcpy(&agreement, identity.public_key.data(), sizeof agreement);
  std::memcpy(&signature, identity.public_key.data() + 32, sizeof signature);
  const uint64_t mixed = (agreement ^ std::rotl(signature, 23) ^ identity.address.value) * secret_;
  return static_cast<size_t>(mixed >> (64 - std::countr_zero(kCheckedIdentities)));
}

std::optional<bool> CheckedIdentities::Find(const Identity& identity) const {
  if (entries_.empty()) return std::nullopt;
  const Entry& found = entries_[PlaceOf(identity)];
  if (found.identity != identity) return std::nullopt;
  return found.valid;
}

bool CheckedIdentities::Check(const Identity& identity) {
  if (entries_.empty()) entries_.resize(kCheckedIdentities);
  Entry& entry = entries_[PlaceOf(identity)];
  entry = {identity, identity.Validate()};
  return entry.valid;
}

}  // namespace zt::vl1
