// An authenticated, decrypted, decompressed packet as VL1 hands it upwards.
#pragma once

#include "wire/identity.h"
#include "zt/generated/enums.h"
#include "zt/inet.h"

namespace zt::vl1 {

struct Message {
  const Identity* source;  // never null, valid during the call
  Verb verb;               // a VL2 verb, USER_MESSAGE, REMOTE_TRACE, or OK / ERROR whose in-re verb is a VL2 verb
  PacketId packet_id;      // as on the wire
  uint8_t hops;            // 0 = direct
  Endpoint from;           // physical endpoint it arrived from (the relay's if hops > 0)
  ByteSpan payload;        // from packet offset 28: for OK and ERROR it starts with the in-re verb
};

}  // namespace zt::vl1
