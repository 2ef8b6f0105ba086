// Packet ids of requests, so that unsolicited OKs are ignored (vl1.md §5.1). Stricter than required: all 64 bits, the
// responder and an expiry are checked. The verb is not: OK to NETWORK_CONFIG names another one (vl1.md appendix E 13).
#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include "vl1/limits.h"
#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/time.h"

namespace zt::vl1 {

class ExpectedReplies {
 public:
  explicit ExpectedReplies(size_t max_peers)
      : count_(std::max(kMinSets, max_peers / kPeersPerSet)), sets_(std::make_unique<Set[]>(count_)) {}
  void Add(Instant now, PacketId id, NodeAddress responder, const Endpoint& to);
  // Entries stay: one HELLO sent from several sockets is answered several times.
  bool Contains(Instant now, PacketId id, NodeAddress responder) const { return Find(now, id, responder) != nullptr; }
  // Where the request went, as its KeyOf: an answer proves that it arrived there. Zero: not expected.
  uint64_t AskedAt(Instant now, PacketId id, NodeAddress responder) const;
  // Ports next to each other are the rule behind a NAT, so the port is kept whole and the address is hashed.
  static uint64_t KeyOf(const Endpoint& endpoint) {
    const uint64_t address = std::hash<IpAddress>()(endpoint.ip) * 0x9e3779b97f4a7c15;
    return (address >> 16 << 16) | endpoint.port;
  }

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
    uint64_t to = 0;  // KeyOf the endpoint; a peer that makes another one equal to it harms only its own paths
  };
  struct Set {
    std::array<Entry, kWays> entries;
    uint8_t next = 0;
  };
  const Entry* Find(Instant now, PacketId id, NodeAddress responder) const;
  size_t IndexOf(PacketId id) const { return std::hash<PacketId>()(id) % count_; }

  size_t count_;
  std::unique_ptr<Set[]> sets_;
};

}  // namespace zt::vl1
