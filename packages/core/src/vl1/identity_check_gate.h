// How often strangers may make us do public-key work, by where they send from (vl1.md §11.3).
#pragma once

#include <vector>

#include "base/sip_hash.h"
#include "vl1/limits.h"
#include "zt/inet.h"
#include "zt/time.h"

namespace zt::vl1 {

// One of 16 384 buckets of a physical source: IPv4 by /24, IPv6 by /48.
uint16_t IdentityCheckBucket(const IpAddress& source);

inline constexpr size_t kIdentityCheckBuckets = 16384;

// Which networks (IPv4 /24, IPv6 /48) a check was made for lately. The last of those that share a place is remembered:
// the buckets above overlap, neighbours of one /32 fill those of others, and a closed gate must be the network's own.
class IdentityCheckGate {
 public:
  explicit IdentityCheckGate(const SipHash& hash) : hash_(hash) {}

  bool IsOpen(Instant now, const IpAddress& source) const;
  // Nothing more from its network for kIdentityCheckGate: a check was made for it.
  void Close(Instant now, const IpAddress& source);

 private:
  struct Place {
    uint64_t network = 0;  // its hash
    Instant closed = Instant::LongAgo();
  };
  uint64_t HashOf(const IpAddress& source) const;

  SipHash hash_;
  std::vector<Place> places_;  // kIdentityCheckBuckets, 256 KB, allocated by the first stranger
};

struct CheckRate {
  int per_second, burst;
};
struct CheckRates {
  CheckRate agreements, work_functions;  // about 0.05 ms each; 5 ms, on small machines tens (vl1.md §2.5)
};
// Of strangers, all sources together, because sources can be made up. Work functions of a root take at most a third of
// one core, and never keep it from relaying for more than 0.1 s; its agreements a tenth of a core.
inline constexpr CheckRates kLeafChecks = {{kStrangersPerSecond, kStrangersPerSecond},
                                           {kValidationsPerSecond, kValidationsPerSecond}};
inline constexpr CheckRates kRootChecks = {{2048, 512}, {64, 16}};
// From our own host (Options::allow_loopback_paths): a thousand nodes of one test start together without a pause.
inline constexpr CheckRates kLoopbackChecks = {{2048, 4096}, {64, 1024}};

// How often something may be done. What is spent comes back bit by bit, not by the second: whoever comes at any time
// among many others has the share of one among them, and nobody wins by being the first of a second.
class CheckBudget {
 public:
  // Whether one more may be done that costs `price` of the rate, and leaves `reserve` for others. A price above the
  // burst can be saved for.
  bool Has(Instant now, const CheckRate& rate, int price = 1, int reserve = 0);
  void Spend(int price = 1) { credit_ -= int64_t{1000} * price; }
  bool Take(Instant now, const CheckRate& rate);

 private:
  Instant since_ = Instant::LongAgo();
  int64_t credit_ = 0;  // thousandths
};

// A /24 or /48 is easily had by the thousand: an IPv6 provider, or a customer of one, holds a /32. Each of those, and
// each IPv4 /16, has a share that the others cannot spend; beyond its share it may have half of what lies unused.
class StrangersBudget {
 public:
  static constexpr size_t kWideNetworks = 4096;  // places, by a hash nobody else can compute; 64 KB
  static constexpr int kShare = 16;              // this part of the rate: so many of them it takes to crowd out others

  explicit StrangersBudget(const SipHash& hash) : hash_(hash) {}
  bool Take(Instant now, const IpAddress& source, const CheckRate& rate);

 private:
  CheckBudget& ShareOf(const IpAddress& source);

  SipHash hash_;
  CheckBudget total_;
  std::vector<CheckBudget> shares_;  // allocated by the first stranger
};

}  // namespace zt::vl1
