// A token bucket for answers to strangers (RFC 1812 §4.3.2.8, RFC 4443 §2.4 f, RFC 5961 §7).
#pragma once

#include <algorithm>

#include "zt/time.h"

namespace zt::netstack {

class AnswerRateLimit {
 public:
  AnswerRateLimit(int per_second, int burst)
      : per_second_(per_second), burst_(burst), tokens_(burst * 1000) {}

  bool Allow(const Now& now) {
    const Millis passed = std::clamp<Millis>(now.mono - last_, 0, 60'000);
    last_ = now.mono;
    tokens_ = std::min<int64_t>(burst_ * 1000, tokens_ + passed * per_second_);
    if (tokens_ < 1000) return false;
    tokens_ -= 1000;
    return true;
  }

 private:
  int64_t per_second_;
  int64_t burst_;
  int64_t tokens_;  // thousandths
  Instant last_;
};

}  // namespace zt::netstack
