// Link-layer addresses of neighbours with the reachability states of RFC 4861 §7.3, for ARP and ND alike.
// Pure bookkeeping: solicitations to send, packets released and packets failed are taken by the owner.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "netstack/icmp/rate_limit.h"
#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/random.h"
#include "zt/time.h"

namespace zt::netstack {

enum class NeighborState : uint8_t { kIncomplete, kReachable, kStale, kDelay, kProbe };  // RFC 4861 §7.3.2

class NeighborCache {
 public:
  // A peer on the network can ask from many addresses; what is least worth gives way.
  static constexpr size_t kMaxEntries = 1024;
  // Enough for the fragments of one large datagram and a SYN or two while the address is resolved.
  static constexpr size_t kMaxPending = 32;
  // Of all of them together: who makes up sources on the network can have us answer to thousands that do not exist.
  static constexpr size_t kMaxPendingBytes = 1 << 20;
  // RFC 4861 §10 has 3. The first solicitation to a member may wait for multicast gathering and WHOIS.
  static constexpr int kMaxSolicitations = 5;
  static constexpr Millis kRetransTime = 1000;      // RFC 4861 §10 RETRANS_TIMER
  static constexpr Millis kReachableTime = 30'000;  // RFC 4861 §10, randomised by 0.5..1.5
  static constexpr Millis kDelayFirstProbe = 5000;  // RFC 4861 §10 DELAY_FIRST_PROBE_TIME
  static constexpr int kMaxUnicastProbes = 3;
  // Who makes up sources that we answer has us ask for them: each question is a multicast.
  static constexpr int kSolicitationsPerSecond = 256;
  static constexpr int kSolicitationBurst = 1024;

  struct Solicitation {
    IpAddress target;
    std::optional<Mac> unicast;  // none: to everybody
  };
  struct Released {
    Mac mac;
    Bytes packet;
  };
  struct Advertisement {
    std::optional<Mac> mac;  // none: allowed in answers to unicast probes (RFC 4861 §4.4)
    bool solicited = false;
    bool override = false;   // may replace a different known address
  };

  // The MAC to send to, or none: resolution is under way (Hold the packet).
  std::optional<Mac> Lookup(const Now& now, const IpAddress& ip);
  // Keeps a packet until the address is known. False: no room or no resolution under way.
  bool Hold(const IpAddress& ip, Bytes packet);
  // It asked us; ARP requests too.
  void HandleSolicitation(const Now& now, const IpAddress& source, Mac mac);
  // It told us its address; ARP replies too. Makes no entry.
  void HandleAdvertisement(const Now& now, const IpAddress& target, const Advertisement& advertisement,
                           RandomSource& random);
  // Forward progress of an upper layer proves the neighbour reachable (RFC 4861 §7.3.1).
  void Confirm(const Now& now, const IpAddress& ip, RandomSource& random);
  // A question about it is open: an answer that comes is an answer (ARP has no flag that says so).
  bool IsAsked(const IpAddress& ip) const;
  std::optional<NeighborState> StateOf(const Now& now, const IpAddress& ip) const;
  void Clear();

  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const { return deadline_; }
  std::vector<Solicitation> TakeSolicitations() { return std::exchange(solicitations_, {}); }
  std::vector<Released> TakeReleased() { return std::exchange(released_, {}); }
  std::vector<Bytes> TakeFailed() { return std::exchange(failed_, {}); }
  bool HasOutput() const {
    return !solicitations_.empty() || !released_.empty() || !failed_.empty();
  }
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    NeighborState state = NeighborState::kStale;
    Mac mac;
    int tries = 0;
    Instant reachable_until;             // kReachable turns stale when looked at later
    Instant timer = Instant::Never();    // kIncomplete, kDelay, kProbe
    Instant created;
    Instant used = Instant::LongAgo();   // when we last sent to it
    std::vector<Bytes> pending;
  };

  using Entries = std::map<IpAddress, Entry>;

  Entries::iterator Create(const Now& now, const IpAddress& ip);
  void Solicit(const Now& now, Entries::iterator it);
  void EvictOne();
  void Remove(Entries::iterator it);
  static void Age(const Now& now, Entry& entry);
  void BecomeStale(Entry& entry, Mac mac);
  void SetTimer(Entry& entry, Instant at);
  void BecomeReachable(const Now& now, Entry& entry, RandomSource& random);
  void Release(Entry& entry);
  void UpdateDeadline();
  std::vector<Bytes> TakePending(Entry& entry);

  Entries entries_;
  AnswerRateLimit solicitation_limit_{kSolicitationsPerSecond, kSolicitationBurst};
  size_t pending_bytes_ = 0;
  Deadline deadline_;
  std::vector<Solicitation> solicitations_;
  std::vector<Released> released_;
  std::vector<Bytes> failed_;
};

}  // namespace zt::netstack
