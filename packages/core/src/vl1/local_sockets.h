// The UDP sockets the host has (HOST_PROTOCOL.md §3, set_local_sockets). A host that never tells has all it sends from.
#pragma once

#include <span>
#include <vector>

#include "vl1/limits.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt::vl1 {

struct BoundSocket {
  LocalSocket socket;
  Endpoint bound;
  bool operator==(const BoundSocket&) const = default;
};

class LocalSockets {
 public:
  // Replaces the list; what is beyond kMaxLocalSockets is not used. The numbers that are gone.
  std::vector<LocalSocket> Set(std::span<const BoundSocket> sockets);
  bool told() const { return told_; }
  const std::vector<BoundSocket>& all() const { return sockets_; }
  // False: a datagram came over it, or a path leads over it, after the host gave it up.
  bool Has(LocalSocket socket) const;
  bool HasFamily(IpFamily family) const { return CountOf(family) != 0; }
  // 1 while the host did not tell.
  size_t CountOf(IpFamily family) const;

 private:
  bool told_ = false;
  std::vector<BoundSocket> sockets_;
};

}  // namespace zt::vl1
