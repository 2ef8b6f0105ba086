// Members we, the controller, have configured recently: their multicast announcements and questions are heard even on
// networks that we have not joined (vl2.md §12.1).
#pragma once

#include <map>
#include <utility>

#include "zt/ids.h"
#include "zt/time.h"

namespace zt::vl2 {

class Authorization {
 public:
  static constexpr Millis kLife = 180'000;           // vl2.md §17
  static constexpr size_t kMaxEntries = 131'072;     // configured members within three minutes

  void Note(Instant now, NetworkId network, NodeAddress member) {
    if (entries_.size() >= kMaxEntries) {
      std::erase_if(entries_, [&](const auto& e) { return now - e.second > kLife; });
      if (entries_.size() >= kMaxEntries) return;
    }
    entries_[{network, member}] = now;
  }
  bool Has(Instant now, NetworkId network, NodeAddress member) const {
    const auto it = entries_.find({network, member});
    return it != entries_.end() && now - it->second <= kLife;
  }
  void Withdraw(NetworkId network, NodeAddress member) { entries_.erase({network, member}); }

 private:
  std::map<std::pair<NetworkId, NodeAddress>, Instant> entries_;
};

}  // namespace zt::vl2
