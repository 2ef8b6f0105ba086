// What a NAT does, in the words of RFC 4787. A value: middleboxes are made from it, tables are indexed by it.
#pragma once

#include <cstdint>
#include <vector>

#include "zt/inet.h"
#include "zt/time.h"

namespace zt::sim {

// How much of the remote endpoint a mapping (RFC 4787 §4.1) or a filter (§5) depends on.
enum class Dependence : uint8_t { kEndpointIndependent, kAddressDependent, kAddressAndPortDependent };

// RFC 4787 §4.2.1. Whatever the rule prefers, a port that is taken is not given to a second inside endpoint (REQ-3),
// except by kOverloading.
enum class PortAssignment : uint8_t {
  kPreserving,   // the inside port; another one, at random, when that is taken
  kOverloading,  // the inside port even when it is taken: what REQ-3 forbids
  kSequential,   // the next free one
  kRandom,
};

// RFC 4787 §6. What the receiver behind the same NAT sees as the source.
enum class Hairpin : uint8_t { kNone, kInternalSource, kExternalSource };

// RFC 4787 §4.1, "IP Pooling", of a NAT with several outside addresses.
enum class Pooling : uint8_t { kPaired, kArbitrary };

struct NatBehaviour {
  Dependence mapping = Dependence::kEndpointIndependent;
  Dependence filtering = Dependence::kEndpointIndependent;
  PortAssignment ports = PortAssignment::kPreserving;
  bool keep_parity = false;  // even inside ports get even outside ports (RFC 4787 §4.2.2)
  Hairpin hairpin = Hairpin::kExternalSource;
  Pooling pooling = Pooling::kPaired;
  Millis lifetime = 120'000;     // of an idle mapping (RFC 4787 §4.3, REQ-5: not less than two minutes)
  bool inbound_refresh = false;  // RFC 4787 REQ-6: outbound always refreshes, inbound may
  // False: a stateful firewall. Addresses stay as they are, only the filter acts (RFC 6092 for IPv6).
  bool translate = true;
  bool block_udp = false;        // nothing passes either way

  bool operator==(const NatBehaviour&) const = default;
};

}  // namespace zt::sim
