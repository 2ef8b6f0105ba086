// What routers told us about the largest packet to a destination (RFC 1191, RFC 8201).
#pragma once

#include <map>

#include "zt/inet.h"
#include "zt/time.h"

namespace zt::netstack {

class PathMtu {
 public:
  static constexpr size_t kMaxEntries = 256;           // reports can be forged: few, and they expire
  static constexpr Millis kLifetime = 10 * 60 * 1000;  // RFC 1191 §6.3, RFC 8201 §5.3
  static constexpr uint32_t kMinV4 = 552;              // below this a report is a nuisance, not a link
  static constexpr uint32_t kMinV6 = 1280;             // RFC 8200 §5

  // The MTU to use towards `destination` on a link of `link_mtu`.
  uint32_t For(const Now& now, const IpAddress& destination, uint32_t link_mtu) const;
  // True when it lowers the known value.
  bool Lower(const Now& now, const IpAddress& destination, uint32_t mtu, uint32_t link_mtu);

 private:
  struct Entry {
    uint32_t mtu = 0;
    Instant expires;
  };
  std::map<IpAddress, Entry> entries_;
};

}  // namespace zt::netstack
