// Which remote endpoints may send to an inside endpoint: those it sent to before (RFC 4787 §5).
#pragma once

#include <unordered_map>

#include "sim/nat_behaviour.h"

namespace zt::sim {

// The part of a remote endpoint that state depends on; the rest is left out.
Endpoint DependentPart(Dependence dependence, const Endpoint& remote);

class NatFilter {
 public:
  NatFilter(Dependence dependence, Millis lifetime) : dependence_(dependence), lifetime_(lifetime) {}

  void Open(Instant now, const Endpoint& inside, const Endpoint& remote);
  bool Admits(Instant now, const Endpoint& inside, const Endpoint& remote) const;
  void Sweep(Instant now);
  void Clear() { opened_.clear(); }
  size_t size() const { return opened_.size(); }

 private:
  struct Pair {
    Endpoint inside, remote;
    bool operator==(const Pair&) const = default;
  };
  struct PairHash {
    size_t operator()(const Pair& pair) const {
      return std::hash<Endpoint>()(pair.inside) * 31 + std::hash<Endpoint>()(pair.remote);
    }
  };
  const Dependence dependence_;
  const Millis lifetime_;
  std::unordered_map<Pair, Instant, PairHash> opened_;  // when the pair was last refreshed
};

}  // namespace zt::sim
