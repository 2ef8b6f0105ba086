// What a node did for others, as a root and as a relay, and heard of strangers. Counted since its start, never reset.
#pragma once

#include <cstdint>

namespace zt::vl1 {

struct Activity {
  uint64_t packets_relayed = 0;  // datagrams, fragments among them
  uint64_t bytes_relayed = 0;
  uint64_t relay_limited = 0;    // datagrams not relayed for a limit's sake
  uint64_t introductions = 0;    // pairs
  uint64_t hellos_answered = 0;
  uint64_t whois_answered = 0;   // addresses
  uint64_t whois_unknown = 0;
  uint64_t worlds_sent = 0;      // answers that carried any
  uint64_t from_strangers = 0;   // datagrams from endpoints at which no peer is reached
};

}  // namespace zt::vl1
