#include "netstack/header/checksum.h"

#include <bit>

namespace zt::netstack {
namespace {

uint32_t Load32(const uint8_t* p) {
  uint32_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

uint16_t Fold(uint64_t sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

uint16_t Swap(uint16_t v) { return static_cast<uint16_t>(v << 8 | v >> 8); }

// The one's complement sum commutes with byte order (RFC 1071 §2 B): words are added as the machine loads them and
// the folded result is swapped once.
uint16_t SumOf(ByteSpan data) {
  const uint8_t* p = data.data();
  size_t n = data.size();
  uint64_t a = 0, b = 0;
  for (; n >= 16; n -= 16, p += 16) {
    a += uint64_t{Load32(p)} + Load32(p + 4);
    b += uint64_t{Load32(p + 8)} + Load32(p + 12);
  }
  for (; n >= 4; n -= 4, p += 4) a += Load32(p);
  uint8_t tail[4] = {};
  if (n != 0) std::memcpy(tail, p, n);
  a += Load32(tail);
  const uint16_t folded = Fold(uint64_t{Fold(a)} + Fold(b));
  return std::endian::native == std::endian::little ? Swap(folded) : folded;
}

}  // namespace

void Checksum::Add(ByteSpan piece) {
  const uint16_t part = SumOf(piece);
  sum_ += odd_ ? Swap(part) : part;
  odd_ ^= (piece.size() & 1) != 0;
}

void Checksum::AddPseudoHeader(const IpAddress& source, const IpAddress& destination,
                               uint8_t protocol, size_t length) {
  Add(ByteSpan(source.bytes).first(source.size()));
  Add(ByteSpan(destination.bytes).first(destination.size()));
  AddU16(protocol);
  AddU32(static_cast<uint32_t>(length));
}

uint16_t Checksum::Finish() const { return static_cast<uint16_t>(~Fold(sum_)); }

uint16_t ChecksumOf(ByteSpan data) {
  Checksum sum;
  sum.Add(data);
  return sum.Finish();
}

}  // namespace zt::netstack
