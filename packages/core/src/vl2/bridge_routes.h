// Which active bridge a foreign MAC was last seen behind (vl2.md §10).
#pragma once

#include <map>
#include <optional>

#include "zt/ids.h"
#include "zt/time.h"

namespace zt::vl2 {

class BridgeRoutes {
 public:
  static constexpr size_t kMaxRoutes = 65'536;   // vl2.md §10, the recommended cap
  static constexpr Millis kExpiry = 1'200'000;   // as learned groups (vl2.md §12.2): bridges refresh by talking

  void Learn(Instant now, Mac mac, NodeAddress bridge);
  std::optional<NodeAddress> Find(Mac mac) const;
  void Expire(Instant now);
  void Clear() { routes_.clear(); }
  size_t size() const { return routes_.size(); }

 private:
  struct Route {
    NodeAddress bridge;
    Instant seen;
  };
  void EraseBusiest();

  std::map<Mac, Route> routes_;
};

}  // namespace zt::vl2
