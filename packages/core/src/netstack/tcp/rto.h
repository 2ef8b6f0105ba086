// The retransmission timeout (RFC 6298).
#pragma once

#include "zt/time.h"

namespace zt::netstack {

class RtoEstimator {
 public:
  static constexpr Millis kInitial = 1000;  // RFC 6298 §2.1
  static constexpr Millis kAfterLostSyn = 3000;  // RFC 6298 §5.7
  // RFC 6298 §2.4 says 1 s; 200 ms is what current systems use, above common delayed-ACK times.
  static constexpr Millis kMin = 200;
  static constexpr Millis kMax = 60'000;  // RFC 6298 §2.5

  // The host's clock counts milliseconds: a sample of 0 means less than 1. `per_round`: how many samples a round trip
  // is expected to bring (RFC 7323 §4.2), so that a fast connection does not forget faster.
  void Sample(Millis rtt, uint64_t per_round = 1);
  // A timeout was spurious: the path is slower than thought by what this sample says (RFC 4015 §3.2 step 9).
  void OnSpuriousTimeout(Millis rtt);
  // The handshake needed a second SYN, so nothing was measured.
  void OnLostSyn() { initial_ = kAfterLostSyn; }
  void BackOff();
  void ResetBackOff() { backoff_ = 0; }
  // Waits this long before retransmitting, back-off included.
  Millis Timeout() const;
  Millis FirstTimeout() const;  // without back-off
  Millis srtt() const { return has_sample_ ? srtt_us_ / 1000 : 0; }
  int64_t srtt_us() const { return srtt_us_; }
  int64_t variance_us() const { return variance_us_; }
  bool has_sample() const { return has_sample_; }

 private:
  // The mean moves by fractions of the clock's unit: kept in microseconds.
  int64_t srtt_us_ = 0;
  int64_t variance_us_ = 0;
  Millis initial_ = kInitial;
  int backoff_ = 0;
  bool has_sample_ = false;
};

}  // namespace zt::netstack
