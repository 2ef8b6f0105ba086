// Paths: pairs of (local socket, remote endpoint), one record for the whole node, shared by the peers seen on it
// (vl1.md §7.1). A record is made only by an authenticated packet, so that garbage cannot fill the table.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <unordered_map>

#include "vl1/limits.h"
#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/random.h"
#include "zt/time.h"

namespace zt::vl1 {

struct Path {
  Endpoint endpoint;
  LocalSocket socket;
  Instant heard_at = Instant::LongAgo();          // any datagram, even garbage (vl1.md §3.1)
  Instant sent_at = Instant::LongAgo();
  Instant last_trust = Instant::LongAgo();
  Instant last_echo_answer = Instant::LongAgo();  // gate of vl1.md §5.7
  int latency = kLatencyUnknown;                  // ms, full round trip
  uint32_t slots = 0;                             // how many peers use this record
  Instant took_over = Instant::LongAgo();         // the place of another port of the same IP (vl1.md §7.4)
  int port_changes = 0;                           // that led to it, each within kPortChangePause of the one before

  bool Alive(Instant now) const { return now - heard_at < kPathAlive; }
  bool Trusted(Instant now) const { return now - last_trust < kTrustLifetime; }
  // A sample from OK(HELLO) (vl1.md §7.2).
  void AddLatency(Millis sample);
};

class PathTable {
 public:
  PathTable(RandomSource& random, size_t max_paths);
  Path* Find(LocalSocket socket, const Endpoint& endpoint);
  // The record, made if missing. Null when the table is full of records in use.
  Path* FindOrCreate(Instant now, LocalSocket socket, const Endpoint& endpoint);
  // Drops records over these sockets that no peer uses.
  void DropUnused(std::span<const LocalSocket> sockets);
  // Drops records no peer uses and nobody was heard on for a while.
  void Sweep(Instant now);
  size_t size() const { return paths_.size(); }

 private:
  bool MakeRoom(Instant now);

  const size_t max_paths_;

  struct Key {
    int32_t socket;
    Endpoint endpoint;
    bool operator==(const Key&) const = default;
  };
  // Multilinear hashing with secret multipliers: the endpoints are the senders' choice (an IPv6 /64 is plenty), and
  // none of them may know which ones share a bucket.
  struct Hash {
    static constexpr size_t kWords = 7;  // socket, family and port, address
    std::array<uint64_t, kWords> secret;
    size_t operator()(const Key& key) const noexcept;
  };
  std::unordered_map<Key, std::unique_ptr<Path>, Hash> paths_;
  Instant no_room_until_ = Instant::LongAgo();
};

}  // namespace zt::vl1
