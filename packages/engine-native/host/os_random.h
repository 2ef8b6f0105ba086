// The machine's random source.
#pragma once

#include "zt/bytes.h"

namespace zt::host {

// A seed of the largest size a node takes (HOST_PROTOCOL.md §2). Aborts if the machine has no random source: nothing
// may go on without one.
ByteArray<64> RandomSeed();

// A number of `low`..`high`, both included. Aborts likewise.
uint16_t RandomPort(uint16_t low, uint16_t high);

}  // namespace zt::host
