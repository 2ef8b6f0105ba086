// Who has announced which multicast group, over all networks: the node's one member table (vl2.md §12.1, §12.3).
#pragma once

#include <map>
#include <span>
#include <vector>

#include "vl2/multicast_group.h"
#include "zt/random.h"
#include "zt/time.h"

namespace zt::vl2 {

class MulticastMembers {
 public:
  static constexpr Millis kExpiry = 600'000;  // vl2.md §12.3
  static constexpr Millis kCleaning = 30'000;
  // Roots and controllers hold the groups of every member of every network; 24 bytes each, so some megabytes at worst.
  static constexpr size_t kMaxGroups = 65'536;
  static constexpr size_t kMaxEntries = 262'144;
  // One group answers gathers in one packet of some 2000 addresses; more members than this add nothing.
  static constexpr size_t kMaxPerGroup = 16'384;

  struct Member {
    NodeAddress address;
    Instant seen;
  };
  enum class Added : uint8_t { kNew, kRefreshed, kFull };

  Added Add(Instant now, NetworkId network, const MulticastGroup& group, NodeAddress member);
  void Remove(NetworkId network, const MulticastGroup& group, NodeAddress member);
  std::span<const Member> Of(NetworkId network, const MulticastGroup& group) const;
  // The members in random order, without `except` (vl2.md §12.5, §12.7).
  std::vector<NodeAddress> Shuffled(NetworkId network, const MulticastGroup& group, NodeAddress except,
                                    RandomSource& random) const;

  void Expire(Instant now);
  Deadline NextExpiry() const { return {next_, "multicast members expire"}; }

 private:
  struct Key {
    NetworkId network;
    MulticastGroup group;
    auto operator<=>(const Key&) const = default;
  };

  std::map<Key, std::vector<Member>> groups_;
  size_t entries_ = 0;
  Instant next_ = Instant::Never();
};

}  // namespace zt::vl2
