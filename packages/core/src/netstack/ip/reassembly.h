// Reassembly of IPv4 and IPv6 fragments, bounded in datagrams, bytes and time (RFC 791 §3.2, RFC 8200 §4.5).
// Fragments that overlap make the whole datagram void (RFC 5722); exact repetitions are ignored.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/drop_counters.h"
#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/time.h"

namespace zt::netstack {

struct FragmentKey {
  NetworkId interface;
  IpAddress source, destination;
  uint8_t protocol = 0;  // 0 for IPv6: the key is addresses and identification
  uint32_t identification = 0;
  auto operator<=>(const FragmentKey&) const = default;
};

class Reassembly {
 public:
  static constexpr size_t kMaxDatagrams = 64;  // concurrent senders of large datagrams; the oldest gives way
  static constexpr size_t kMaxBytes = 2 << 20;
  static constexpr size_t kMaxFragments = 128;  // of one datagram: 64 KiB in fragments of 512
  static constexpr Millis kTimeout = 30'000;    // RFC 791 suggests 15 s to 2 min; RFC 8200 60 s at most

  explicit Reassembly(DropCounters& drops) : drops_(drops) {}

  struct Whole {
    uint8_t protocol = 0;  // the next header of the first fragment
    Bytes payload;
  };
  // The datagram when this fragment completes it.
  std::optional<Whole> Add(const Now& now, const FragmentKey& key, uint8_t protocol, size_t offset,
                           bool more, ByteSpan data);
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;
  void Forget(NetworkId interface);
  size_t bytes() const { return bytes_; }

 private:
  struct Partial {
    Instant expires;
    uint8_t protocol = 0;
    size_t total = 0;  // known from the last fragment, 0 before
    size_t received = 0;
    bool poisoned = false;  // overlapping: swallow the rest silently
    std::map<size_t, Bytes> parts;
  };
  using Map = std::map<FragmentKey, Partial>;
  void Drop(Map::iterator it);
  void Poison(Partial& partial);
  void EvictOldest();
  Whole Assemble(Partial& partial);

  DropCounters& drops_;
  Map partials_;
  size_t bytes_ = 0;
};

}  // namespace zt::netstack
