// Answers to SYNs without state (RFC 4987 §3.6): what a listener must remember of a SYN is in the sequence number of
// its answer, and the options in its timestamp. The acknowledgment that completes the handshake brings both back.
//
//   sequence = H(name, peer's sequence) + [ minute 8 bits | (H(name, peer's sequence, minute) + MSS index) 24 bits ]
//   timestamp, lowest bits: SACK 1 bit, window scale 4 bits (15: none)
#pragma once

#include <optional>

#include "base/sip_hash.h"
#include "netstack/header/tcp_option.h"
#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/time.h"

namespace zt::netstack {

class SynCookies {
 public:
  static constexpr Millis kPeriod = 64'000;       // the "minute"
  static constexpr uint32_t kLifePeriods = 2;     // so a cookie is good for one to two of them
  static constexpr uint32_t kKeyPeriods = 64;     // then the key is replaced; the old one serves what it made
  static constexpr Millis kLife = kPeriod * kLifePeriods;

  explicit SynCookies(RandomSource& random) : random_(random), key_(random), previous_(key_) {}

  struct Name {
    NetworkId interface;
    Endpoint local, remote;
    uint32_t peer_seq = 0;  // of its SYN
  };
  // The sequence number of our SYN for a peer that takes segments of `mss` bytes.
  uint32_t Make(const Now& now, const Name& name, uint16_t mss);
  // The MSS put into it, rounded down to one of a few; none: not ours, or too old.
  std::optional<uint16_t> Check(const Now& now, const Name& name, uint32_t cookie);

  // The timestamp near `clock`, not after it, that remembers what a SYN offered.
  static uint32_t PutOptions(uint32_t clock, const TcpOptions& syn);
  // What our answer with that timestamp agreed to.
  static void TakeOptions(uint32_t timestamp, TcpOptions& syn);

  uint64_t made = 0, accepted = 0, refused = 0;

 private:
  void Rotate(uint32_t period);

  RandomSource& random_;
  SipHash key_, previous_;
  uint32_t key_since_ = 0;  // the period key_ was made in
  bool has_key_ = false;
};

}  // namespace zt::netstack
