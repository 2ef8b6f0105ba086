// Reassembly of IPv4 and IPv6 fragments, bounded in datagrams, bytes and time (RFC 791 §3.2, RFC 8200 §4.5).
// Fragments that overlap make the whole datagram void (RFC 5722); exact repetitions are ignored.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/drop_counters.h"
#include "netstack/counters.h"
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
  static constexpr size_t kMaxPerSource = 16;   // one sender cannot take all places; his oldest gives way
  static constexpr Millis kTimeoutV4 = 15'000;  // RFC 791 §3.2
  static constexpr Millis kTimeoutV6 = 60'000;  // RFC 8200 §4.5
  static constexpr size_t kQuoteSize = 1280;    // of the first fragment, for an error about the datagram

  Reassembly(DropCounters& drops, StackCounters& counters) : drops_(drops), counters_(counters) {}

  struct Whole {
    uint8_t protocol = 0;  // the next header of the first fragment
    Bytes payload;
    Bytes quote;  // the start of the first fragment as it came
  };
  struct Expired {
    NetworkId interface;
    Bytes quote;
  };
  // The datagram when this fragment completes it. `packet`: all of the fragment with its IP header; empty when no
  // error may be sent about it.
  std::optional<Whole> Add(const Now& now, const FragmentKey& key, uint8_t protocol, size_t offset,
                           bool more, ByteSpan data, ByteSpan packet = {});
  void HandleTimeout(const Now& now);
  // Datagrams given up of which the first fragment had come (RFC 792, RFC 4443 §3.3: others are not reported).
  std::vector<Expired> TakeExpired() { return std::exchange(expired_, {}); }
  Deadline NextTimeout() const;
  void Forget(NetworkId interface);
  size_t bytes() const { return bytes_; }

 private:
  struct Partial {
    Instant expires;
    uint8_t protocol = 0;
    size_t total = 0;  // known from the last fragment, 0 before
    size_t received = 0;
    Bytes quote;
    bool poisoned = false;  // overlapping: swallow the rest silently
    std::map<size_t, Bytes> parts;
  };
  using Map = std::map<FragmentKey, Partial>;
  void Drop(Map::iterator it);
  void Poison(Partial& partial);
  Map::iterator Start(const Now& now, const FragmentKey& key, size_t size);
  void Evict(Map::iterator it);
  Map::iterator Oldest(const IpAddress* source);
  void Refuse(const FragmentKey& key, uint64_t ProtocolCounters::*why, DropReason reason);
  Whole Assemble(Partial& partial);

  DropCounters& drops_;
  StackCounters& counters_;
  std::vector<Expired> expired_;
  Map partials_;
  size_t bytes_ = 0;
};

}  // namespace zt::netstack
