// A NAT, or a stateful firewall, as a function of the two endpoints of a datagram and the time. Two in series are a
// carrier-grade NAT.
#pragma once

#include "base/seeded_random.h"
#include "sim/nat_filter.h"
#include "sim/nat_mappings.h"

namespace zt::sim {

struct NatFlow {
  Endpoint source, destination;
  bool operator==(const NatFlow&) const = default;
};

// Where a datagram goes after the box, and with which endpoints.
struct NatVerdict {
  enum class To : uint8_t { kNowhere, kOutside, kInside };
  To to = To::kNowhere;
  NatFlow flow;
};

// Why the box kept a datagram.
struct NatCounters {
  uint64_t blocked = 0, no_port = 0, no_mapping = 0, filtered = 0, no_hairpin = 0;
};

class Nat {
 public:
  // `outside`: the addresses it translates to; empty for a firewall.
  Nat(const NatBehaviour& behaviour, std::vector<IpAddress> outside, uint64_t seed);
  Nat(const Nat&) = delete;
  Nat& operator=(const Nat&) = delete;

  // From the inside. To kInside: it came back by the hairpin (RFC 4787 §6).
  NatVerdict FromInside(Instant now, const NatFlow& flow);
  // From the outside: to kInside, or to nowhere.
  NatVerdict FromOutside(Instant now, const NatFlow& flow);
  // A restart: all state is lost.
  void Forget();

  const NatBehaviour& behaviour() const { return behaviour_; }
  const NatCounters& counters() const { return counters_; }
  size_t mappings() const { return mappings_.size(); }

 private:
  // To the inside endpoint that `source` may reach at `outside`; none if there is none.
  const NatMapping* Inward(Instant now, const Endpoint& source, const Endpoint& outside);
  NatVerdict Turn(Instant now, const NatFlow& flow, const Endpoint& outside_source);

  const NatBehaviour behaviour_;
  SeededRandom random_;
  NatMappings mappings_;
  NatFilter filter_;
  NatCounters counters_;
};

}  // namespace zt::sim
