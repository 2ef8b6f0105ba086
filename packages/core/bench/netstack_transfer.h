// Two stacks back to back in one thread, no cipher, no system calls: what a segment costs in the stack alone. Frames
// wait in a short queue of fixed slots (the wire: one copy); time advances with the frames, so that every run of the
// same size does the same work. Used by zt_netstack_bench (callgrind) and, inside both engines, by the probe.
#pragma once

#include <cstdint>

namespace zt::bench {

struct TransferPlan {
  uint64_t bytes = 0;   // of the one stream
  uint32_t mtu = 2800;
  bool v6 = false;
  bool in_place = false;  // the reader uses TcpPeek and TcpConsume instead of TcpRead
};

struct TransferResult {
  uint64_t bytes = 0;     // received; less than planned when the stream stood still
  uint64_t frames = 0;    // both directions
  uint64_t segments = 0;  // with data
};

TransferResult RunTransfer(const TransferPlan& plan);

}  // namespace zt::bench
