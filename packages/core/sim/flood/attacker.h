// Hostile datagrams of every kind issue 4 names, made from what an attacker has: datagrams overheard on the wire, the
// public identity of the victim, and any source address.
#pragma once

#include <array>
#include <vector>

#include "base/seeded_random.h"
#include "testing/test_identities.h"
#include "wire/secret_identity.h"
#include "zt/inet.h"

namespace zt::sim {

enum class Attack : uint8_t {
  kReplay,            // as overheard, from where it came
  kReplayElsewhere,   // from an endpoint of the attacker
  kTruncated,
  kFlipped,           // one bit, from where it came
  kFlippedElsewhere,  // from made-up networks
  kWrongDestination,
  kFragmentBomb,      // parts of packets that never get whole, from made-up networks
  kHelloFlood,        // authentic HELLOs of a key that does not belong to its address, from made-up networks
  kJunk,
};
inline constexpr size_t kAttacks = 9;
extern const std::array<const char*, kAttacks> kAttackNames;

class Attacker {
 public:
  struct Shot {
    Endpoint from;
    Bytes bytes;
  };

  Attacker(const Identity& victim, uint64_t seed);
  // A datagram on its way to the victim.
  void Overhear(const Endpoint& from, ByteSpan bytes);
  bool ready() const { return !heard_.empty(); }
  Shot Make(Attack kind);

 private:
  static constexpr size_t kHeard = 256;
  const Shot& Heard();
  Endpoint MadeUp();

  SeededRandom random_;
  NodeAddress victim_;
  Bytes hello_;
  std::vector<Shot> heard_;
  size_t next_ = 0;
};

}  // namespace zt::sim
