// Packet ids of requests, so that unsolicited OKs are ignored (vl1.md §5.1). Stricter than required: all 64 bits, the
// responder and an expiry are checked. The verb is not: OK to NETWORK_CONFIG names another one (vl1.md appendix E 13).
#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include "vl1/limits.h"
#include "zt/ids.h"
#include "zt/time.h"

namespace zt::vl1 {

class ExpectedReplies {
 public:
  explicit ExpectedReplies(size_t max_peers)
      : count_(std::max(kMinSets, max_peers / kPeersPerSet)), sets_(std::make_unique<Set[]>(count_)) {}
  void Add(Instant now, PacketId id, NodeAddress responder);
  // Entries stay: one HELLO sent from several sockets is answered several times.
  bool Contains(Instant now, PacketId id, NodeAddress responder) const;

 private:
  // 4096 entries: "the last few thousand" (vl1.md §5.1), and one for every other peer of a large root, which may all
  // come at once. The oldest of a set makes room.
  static constexpr size_t kMinSets = 512;
  static constexpr size_t kWays = 8;
  static constexpr size_t kPeersPerSet = 16;
  struct Entry {
    uint64_t id = 0;
    uint64_t responder = 0;  // 0 is no address: an empty entry never matches
    Instant at = Instant::LongAgo();
  };
  struct Set {
    std::array<Entry, kWays> entries;
    uint8_t next = 0;
  };
  size_t IndexOf(PacketId id) const { return std::hash<PacketId>()(id) % count_; }

  size_t count_;
  std::unique_ptr<Set[]> sets_;
};

}  // namespace zt::vl1
