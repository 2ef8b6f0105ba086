// What the messages of ARP and neighbor discovery need around them, and what they found.
#pragma once

#include <optional>

#include "netstack/counters.h"
#include "netstack/ip/output_queue.h"
#include "zt/random.h"

namespace zt::netstack {

// Another station says that an address of ours is its own.
struct AddressClaim {
  IpAddress ip;
  Mac mac;
  bool proof = false;  // it has the address; else it asks for it as one does before (RFC 5227 §2.1.1, RFC 4862 §5.4.3)
};

struct NeighborIo {
  const Now& now;
  RandomSource& random;
  OutputQueue& out;
  StackCounters& counters;
  std::optional<AddressClaim> claim;
};

}  // namespace zt::netstack
