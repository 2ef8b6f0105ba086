// What every part of VL1 works on: the ports to the outside and the tables. State only; behaviour is in the parts,
// which get this and the few other parts they call.
#pragma once

#include "vl1/activity.h"
#include "vl1/expected_replies.h"
#include "vl1/local_sockets.h"
#include "vl1/peer_table.h"
#include "vl1/physical_networks.h"
#include "vl1/root_evidence.h"
#include "vl1/root_set.h"
#include "vl1/surface.h"
#include "vl1/vl1.h"

namespace zt::vl1 {

struct Context {
  const Options options;
  const bool aes;  // we announce version 12 and seal with suite 3; it is opened in any case
  const SecretIdentity self;
  RandomSource& random;
  TransmitQueue& transmit;
  DropCounters& drops;
  Delegate& delegate;

  PathTable paths;
  PeerTable peers;
  RootSet roots;
  ExpectedReplies expected;
  SurfaceTable surface;
  LocalSockets sockets = {};
  RootEvidence evidence = {};
  Activity activity = {};
  const PhysicalNetworks physical{options.physical_networks, options.physical_mtu};
  // Set when an identity or a route was gained: whatever waits may go on once the current input is handled.
  bool retry_waiting = false;
  // The last authenticated packet that came by UDP, not through the TCP relay, from the wide world (vl1.md §10.3).
  Instant heard_directly = Instant::LongAgo();
  // What still comes through the TCP relay teaches no path: nothing is sent through it any more.
  bool tunnel_over = false;

  // What HELLO carries and OK echoes: the wall clock as it was at first, going on with the monotonic one, so that a
  // clock that is set makes no latency. Opaque to others (vl1.md §5.2).
  uint64_t HelloTime(const Now& now) {
    if (!hello_epoch) hello_epoch = now.wall.ms - now.mono.ms;
    return static_cast<uint64_t>(*hello_epoch + now.mono.ms);
  }
  std::optional<int64_t> hello_epoch = std::nullopt;

  void Drop(DropReason reason) { drops.Count(reason); }
};

}  // namespace zt::vl1
