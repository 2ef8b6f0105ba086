// The size of segments where routers are silent: a path that swallows large packets is noticed, and larger ones are
// tried again later with data (RFC 4821; RFC 8899 §5 for the constants and the search). Sizes are of a segment's data,
// in bytes, unless they say packet. There are no timers: probes leave with data that is sent anyway.
#pragma once

#include <optional>

#include "netstack/tcp/seq.h"
#include "zt/time.h"

namespace zt::netstack {

class PathMtuProbe {
 public:
  static constexpr uint32_t kBaseV4 = 1200;  // packets; RFC 8899 §5.1.2 BASE_PLPMTU
  static constexpr uint32_t kBaseV6 = 1280;  // RFC 8200 §5: every link carries it
  static constexpr uint32_t kLeastV4 = 576;  // RFC 1122 §3.3.2: what every host takes
  static constexpr int kTimeouts = 2;        // of the same segment at one size, before a smaller one is tried
  static constexpr int kMaxProbes = 2;       // lost ones of one size, before it counts as too large
  static constexpr uint32_t kPrecision = 32; // the search ends when this near
  static constexpr uint32_t kCompany = 3;    // segments that follow a probe, so that its loss is seen (RFC 4821 §7.4)
  static constexpr Millis kLately = 5000;    // a path that carried large segments does not lose them so soon
  static constexpr Millis kFirstRaise = 1000;         // it may have been an outage and not the size
  static constexpr Millis kProbeInterval = 500;       // after a lost probe
  static constexpr Millis kRaiseAfter = 10 * 60'000;  // RFC 8899 §5.1.1 PMTU_RAISE_TIMER

  struct Path {
    uint32_t ceiling = 0;  // what the link, the peer and routers allow
    uint32_t proven = 0;   // what is known to arrive; not above the ceiling
    uint32_t headers = 0;  // around the data
    bool v4 = true;
    bool operator==(const Path&) const = default;
  };

  PathMtuProbe(const Now& now, const Path& path);
  void SetPath(const Now& now, const Path& path);
  uint32_t size() const { return size_; }

  // The retransmission timer fired for the segment at `una`, to be sent again in pieces of `piece`.
  void OnTimeout(Seq una, uint32_t piece);
  // Everything before `una` arrived.
  void OnProgress(const Now& now, Seq una);

  // The size of a probe to send now, or 0.
  uint32_t Wanted(const Now& now) const;
  void OnProbeSent(Seq seq, uint32_t size);
  bool IsProbe(Seq seq) const { return probing_ && seq >= probe_seq_ && seq < probe_seq_ + probe_size_; }
  void OnProbeLost(const Now& now);

  // The packet size that was found, once per finding: for others to the same destination.
  std::optional<uint32_t> TakeFinding();

 private:
  uint32_t Data(uint32_t packet) const {
    return packet > path_.headers + kPrecision ? packet - path_.headers : kPrecision;
  }
  void Finish(const Now& now);

  Path path_;
  uint32_t size_ = 0;
  bool trial_ = false;     // size_ is smaller on suspicion: nothing has arrived since
  uint32_t before_ = 0;    // the size under suspicion
  int timeouts_ = 0;
  Seq suspect_ = 0;

  bool probing_ = false;
  Seq probe_seq_ = 0;
  uint32_t probe_size_ = 0;
  uint32_t failed_ = 0;    // the least size known to fail in this search; 0: none
  int failures_ = 0;
  Instant raise_at_ = Instant::Never();
  std::optional<uint32_t> finding_;
};

}  // namespace zt::netstack
