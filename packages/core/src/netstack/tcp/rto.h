// The retransmission timeout (RFC 6298).
#pragma once

#include "zt/time.h"

namespace zt::netstack {

class RtoEstimator {
 public:
  static constexpr Millis kInitial = 1000;  // RFC 6298 §2.1
  // RFC 6298 §2.4 says 1 s; 200 ms is what current systems use, above common delayed-ACK times.
  static constexpr Millis kMin = 200;
  static constexpr Millis kMax = 60'000;  // RFC 6298 §2.5

  // The host's clock counts milliseconds: a sample of 0 means less than 1.
  void Sample(Millis rtt);
  void BackOff();
  void ResetBackOff() { backoff_ = 0; }
  // Waits this long before retransmitting, back-off included.
  Millis Timeout() const;
  Millis srtt() const { return has_sample_ ? srtt8_ / 8 : 0; }
  bool has_sample() const { return has_sample_; }

 private:
  bool has_sample_ = false;
  Millis srtt8_ = 0;    // eighths of a millisecond
  Millis rttvar4_ = 0;  // quarters
  int backoff_ = 0;
};

}  // namespace zt::netstack
