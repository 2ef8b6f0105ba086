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
  // Roots and controllers hold the groups of every member of every network. Alone in its group an entry costs some 170
  // bytes with the group, among others 40, so this is 45 MB at the very worst.
  static constexpr size_t kMaxEntries = 262'144;
  // Of one node that announces itself or names others: its own and its bridged groups on two networks (vl2.md §12.2).
  static constexpr size_t kMaxPerTeller = 16'384;
  // One group answers gathers in one packet of some 2000 addresses; more members than this add nothing.
  static constexpr size_t kMaxPerGroup = 16'384;
  // How much is freed when the table is full, so that looking for what to free is rare.
  static constexpr size_t kTrim = kMaxEntries / 16;

  struct Member {
    NodeAddress address;
    NodeAddress teller;  // who told us first: itself, or who answered our question
    Instant seen;        // told last, by anybody
    Instant vouched;     // told last by itself or by who collects announcements; LongAgo: never
  };
  // What somebody says of a member.
  struct Report {
    NodeAddress member;
    NodeAddress teller;
    // The word of a node that has it from the member: may be passed on. What ordinary members say they heard is used
    // and not repeated, else two of them would keep a member that left in each other's tables for ever.
    bool vouched = true;
  };
  enum class Added : uint8_t { kNew, kRefreshed, kFull };

  Added Add(Instant now, NetworkId network, const MulticastGroup& group, const Report& report);
  void Remove(NetworkId network, const MulticastGroup& group, NodeAddress member);
  void Forget(NetworkId network);
  // By address.
  std::span<const Member> Of(NetworkId network, const MulticastGroup& group) const;
  // The members in random order, without `except` (vl2.md §12.5).
  std::vector<NodeAddress> Shuffled(NetworkId network, const MulticastGroup& group, NodeAddress except,
                                    RandomSource& random) const;
  // Those that may be told to others, in the same manner (vl2.md §12.7), and how many there are with `except`.
  std::vector<NodeAddress> Vouched(Instant now, NetworkId network, const MulticastGroup& group, NodeAddress except,
                                   RandomSource& random, size_t& total) const;

  void Expire(Instant now);
  Deadline NextExpiry() const { return {next_, "multicast members expire"}; }
  size_t entries() const { return entries_; }

 private:
  struct Key {
    NetworkId network;
    MulticastGroup group;
    auto operator<=>(const Key&) const = default;
  };
  using Group = std::vector<Member>;

  bool MakeRoom(Group* group, NodeAddress teller, NodeAddress member);
  // Frees kTrim entries of the tellers with most of them: who fills the table loses its own entries.
  void Trim();
  void Count(NodeAddress teller, ptrdiff_t change);
  template <typename Predicate>
  void EraseIf(Predicate unwanted);

  std::map<Key, Group> groups_;
  std::map<NodeAddress, size_t> told_;  // entries by teller
  size_t entries_ = 0;
  Instant next_ = Instant::Never();
};

}  // namespace zt::vl2
