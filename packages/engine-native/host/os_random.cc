#include "host/os_random.h"

#include <cerrno>
#include <cstdlib>
#include <sys/random.h>

namespace zt::host {

ByteArray<64> RandomSeed() {
  ByteArray<64> seed;
  size_t at = 0;
  while (at < seed.size()) {
    const ssize_t got = getrandom(seed.data() + at, seed.size() - at, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) std::abort();
    at += static_cast<size_t>(got);
  }
  return seed;
}

}  // namespace zt::host
