// Runs of datagrams that one segmentation-offload message can carry: adjacent in memory, to one endpoint, of equal size
// but for a shorter last one.
#pragma once

#include <span>

#include "zt/transmit.h"

namespace zt::host {

struct DatagramGroup {
  ByteSpan bytes;      // all of them, one after the other
  size_t count = 0;    // datagrams
  size_t segment = 0;  // size of each but the last
  Endpoint to;
  uint8_t ttl = 0;
};

// Groups the beginning of `batch` into `out`, in order; the number of groups made. Without `offload` each is one
// datagram.
size_t GroupDatagrams(std::span<const Transmit> batch, bool offload, std::span<DatagramGroup> out);

}  // namespace zt::host
