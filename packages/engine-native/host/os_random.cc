#include "host/os_random.h"

#include <cerrno>
#include <cstdlib>
#include <sys/random.h>

namespace zt::host {

namespace {

void Fill(uint8_t* out, size_t size) {
  size_t at = 0;
  while (at < size) {
    const ssize_t got = getrandom(out + at, size - at, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) std::abort();
    at += static_cast<size_t>(got);
  }
}

}  // namespace

ByteArray<64> RandomSeed() {
  ByteArray<64> seed;
  Fill(seed.data(), seed.size());
  return seed;
}

uint16_t RandomPort(uint16_t low, uint16_t high) {
  // 32 bits over at most 16: the remainder's bias does not matter for a port.
  ByteArray<4> bytes;
  Fill(bytes.data(), bytes.size());
  uint32_t number = 0;
  for (const uint8_t byte : bytes) number = number << 8 | byte;
  return static_cast<uint16_t>(low + number % (static_cast<uint32_t>(high - low) + 1));
}

}  // namespace zt::host
