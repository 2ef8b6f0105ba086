#include "netstack/ip/path_mtu.h"

namespace zt::netstack {

PathSize PathMtu::Sizes(const Now& now, const IpAddress& destination, uint32_t link_mtu) const {
  PathSize size{link_mtu, link_mtu};
  auto it = entries_.find(destination);
  if (it == entries_.end()) return size;
  const Entry& entry = it->second;
  if (entry.expires >= now.mono) size.ceiling = std::min(link_mtu, entry.mtu);
  size.proven = entry.proven_expires >= now.mono ? std::min(size.ceiling, entry.proven) : size.ceiling;
  return size;
}

PathMtu::Entry& PathMtu::Make(const IpAddress& destination) {
  if (entries_.size() >= kMaxEntries && entries_.count(destination) == 0) {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](auto& a, auto& b) {
      return a.second.last() < b.second.last();
    }));
  }
  return entries_[destination];
}

bool PathMtu::Lower(const Now& now, const IpAddress& destination, uint32_t mtu,
                    uint32_t link_mtu) {
  mtu = std::max(mtu, destination.IsV4() ? kMinV4 : kMinV6);
  if (mtu >= Sizes(now, destination, link_mtu).ceiling) return false;
  Entry& entry = Make(destination);
  entry.mtu = mtu;
  entry.expires = now.mono + kLifetime;
  return true;
}

void PathMtu::Prove(const Now& now, const IpAddress& destination, uint32_t mtu, uint32_t link_mtu) {
  const bool all = mtu >= Sizes(now, destination, link_mtu).ceiling;
  if (all && entries_.count(destination) == 0) return;
  Entry& entry = Make(destination);
  entry.proven = mtu;
  entry.proven_expires = all ? Instant::LongAgo() : now.mono + kProvenLifetime;
}

}  // namespace zt::netstack
