// What the host sends and receives.
#pragma once

#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt {

// A datagram to send. `bytes` is valid as long as Node::PollTransmit says. ttl 0 = default (vl1.md §3.10).
struct Transmit {
  ByteSpan bytes;
  Endpoint to;
  LocalSocket via;
  uint8_t ttl = 0;
};

// A datagram received. The core may decrypt in place; `bytes` need not survive the call.
struct InboundDatagram {
  MutableBytes bytes;
  Endpoint from;
  LocalSocket via;
};

}  // namespace zt
