// The Internet checksum over gathered pieces (RFC 1071).
#pragma once

#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::netstack {

class Checksum {
 public:
  // Pieces may have any length; an odd one shifts the parity of the next.
  void Add(ByteSpan piece);
  void AddU16(uint16_t value) { sum_ += value; }
  void AddU32(uint32_t value) { sum_ += (value >> 16) + (value & 0xffff); }
  // Source, destination, protocol and length as the pseudo-header has them (RFC 9293 §3.1, RFC 8200 §8.1).
  void AddPseudoHeader(const IpAddress& source, const IpAddress& destination, uint8_t protocol,
                       size_t length);
  // The number to store big-endian; over data that already contains a right checksum it is 0.
  uint16_t Finish() const;

 private:
  uint64_t sum_ = 0;
  bool odd_ = false;
};

// Checksum of one piece.
uint16_t ChecksumOf(ByteSpan data);

}  // namespace zt::netstack
