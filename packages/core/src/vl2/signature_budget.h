// What one node may make us spend on signatures (vl2.md §19). Checking one costs about as much as a hundred frames, and
// any authenticated stranger can send objects that need it.
#pragma once

#include <algorithm>
#include <map>

#include "zt/ids.h"
#include "zt/time.h"

namespace zt::vl2 {

// For each sender a bucket of checks that brought nothing, filled again with time. A sender whose signatures are good
// never meets it.
class SignatureBudget {
 public:
  static constexpr int kBurst = 64;             // more than the chunks of the largest configuration (50); about 5 ms
  static constexpr Millis kRefill = 250;        // one check
  static constexpr size_t kMaxSenders = 1'024;  // with a bucket of their own; the rest share one

  // False: this sender's objects are dropped unchecked for now.
  bool Allows(Instant now, NodeAddress sender) const { return FullAt(sender) - now <= (kBurst - 1) * kRefill; }
  // A check that brought nothing: the signature was false, or the object nobody's business.
  void Charge(Instant now, NodeAddress sender) {
    auto it = full_at_.find(sender);
    if (it == full_at_.end()) {
      if (full_at_.size() >= kMaxSenders) std::erase_if(full_at_, [&](const auto& e) { return e.second <= now; });
      it = full_at_.try_emplace(full_at_.size() < kMaxSenders ? sender : NodeAddress{}, now).first;
    }
    it->second = std::max(it->second, now) + kRefill;
  }

 private:
  Instant FullAt(NodeAddress sender) const {
    auto it = full_at_.find(sender);
    if (it == full_at_.end() && full_at_.size() >= kMaxSenders) it = full_at_.find({});
    return it == full_at_.end() ? Instant::LongAgo() : it->second;
  }

  std::map<NodeAddress, Instant> full_at_;
};

}  // namespace zt::vl2
