// The largest packet to a destination: what routers told us (RFC 1191, RFC 8201), and what TCP found out where they are
// silent (RFC 4821).
#pragma once

#include <algorithm>
#include <map>

#include "zt/inet.h"
#include "zt/time.h"

namespace zt::netstack {

struct PathSize {
  uint32_t ceiling = 0;  // what the link and routers allow
  uint32_t proven = 0;   // what to use: the same, or less where packets of that size vanish
};

class PathMtu {
 public:
  static constexpr size_t kMaxEntries = 256;           // reports can be forged: few, and they expire
  static constexpr Millis kLifetime = 10 * 60 * 1000;  // RFC 1191 §6.3, RFC 8201 §5.3
  // Longer than a connection waits until it searches anew and renews what it knows.
  static constexpr Millis kProvenLifetime = 15 * 60 * 1000;
  static constexpr uint32_t kMinV4 = 552;              // below this a report is a nuisance, not a link
  static constexpr uint32_t kMinV6 = 1280;             // RFC 8200 §5

  // The MTU to use towards `destination` on a link of `link_mtu`.
  uint32_t For(const Now& now, const IpAddress& destination, uint32_t link_mtu) const {
    return Sizes(now, destination, link_mtu).proven;
  }
  PathSize Sizes(const Now& now, const IpAddress& destination, uint32_t link_mtu) const;
  // A router's report. True when it lowers the known value.
  bool Lower(const Now& now, const IpAddress& destination, uint32_t mtu, uint32_t link_mtu);
  // Packets of this size arrive, and larger ones did not; or all that the link allows arrive again.
  void Prove(const Now& now, const IpAddress& destination, uint32_t mtu, uint32_t link_mtu);

 private:
  struct Entry {
    uint32_t mtu = 0, proven = 0;  // 0: not known
    Instant expires = Instant::LongAgo(), proven_expires = Instant::LongAgo();
    Instant last() const { return std::max(expires, proven_expires); }
  };
  Entry& Make(const IpAddress& destination);

  std::map<IpAddress, Entry> entries_;
};

}  // namespace zt::netstack
