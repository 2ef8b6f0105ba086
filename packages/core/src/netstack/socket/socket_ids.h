// Numbers of sockets: 1 and up, and after four billion from the start again without those still in use.
#pragma once

#include "zt/ids.h"

namespace zt::netstack {

class SocketIds {
 public:
  explicit SocketIds(uint32_t last = 0) : last_(last) {}

  // The next number for which `in_use` does not hold; not all may be in use.
  template <typename InUse>
  SocketId Next(InUse in_use) {
    do {
      if (++last_ == 0) ++last_;
    } while (in_use(SocketId{last_}));
    return {last_};
  }

 private:
  uint32_t last_;
};

}  // namespace zt::netstack
