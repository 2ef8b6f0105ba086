#include "netstack/ip/path_mtu.h"

#include <algorithm>

namespace zt::netstack {

uint32_t PathMtu::For(const Now& now, const IpAddress& destination, uint32_t link_mtu) const {
  auto it = entries_.find(destination);
  if (it == entries_.end() || it->second.expires < now.mono) return link_mtu;
  return std::min(link_mtu, it->second.mtu);
}

bool PathMtu::Lower(const Now& now, const IpAddress& destination, uint32_t mtu,
                    uint32_t link_mtu) {
  mtu = std::max(mtu, destination.IsV4() ? kMinV4 : kMinV6);
  if (mtu >= For(now, destination, link_mtu)) return false;
  if (entries_.size() >= kMaxEntries && entries_.count(destination) == 0) {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](auto& a, auto& b) {
      return a.second.expires < b.second.expires;
    }));
  }
  entries_[destination] = {mtu, now.mono + kLifetime};
  return true;
}

}  // namespace zt::netstack
