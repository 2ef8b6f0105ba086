#include "vl1/checked_identities.h"

#include <array>

namespace zt::vl1 {

// From all of it: an authentic HELLO may claim any address and any key that signs.
size_t CheckedIdentities::PlaceOf(const Identity& identity) const {
  std::array<uint8_t, Identity::kBinarySize> bytes{};
  ByteWriter out(bytes);
  identity.SerializeTo(out);
  return static_cast<size_t>(hash_(bytes) % kCheckedIdentities);
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
