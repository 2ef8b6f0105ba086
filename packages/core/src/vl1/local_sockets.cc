#include "vl1/local_sockets.h"

#include <algorithm>

namespace zt::vl1 {

std::vector<LocalSocket> LocalSockets::Set(std::span<const BoundSocket> sockets) {
  const std::span<const BoundSocket> used = sockets.first(std::min(sockets.size(), kMaxLocalSockets));
  std::vector<BoundSocket> next(used.begin(), used.end());
  std::vector<LocalSocket> gone;
  for (const BoundSocket& old : sockets_) {
    const auto same = [&old](const BoundSocket& s) { return s.socket == old.socket; };
    if (std::none_of(next.begin(), next.end(), same)) gone.push_back(old.socket);
  }
  sockets_ = std::move(next);
  told_ = true;
  return gone;
}

bool LocalSockets::Has(LocalSocket socket) const {
  if (!told_ || socket == kAllSockets) return true;  // the TCP relay receives on no socket (vl1.md §10.3)
  return std::any_of(sockets_.begin(), sockets_.end(), [socket](const BoundSocket& s) { return s.socket == socket; });
}

size_t LocalSockets::CountOf(IpFamily family) const {
  if (!told_) return 1;
  return static_cast<size_t>(std::count_if(sockets_.begin(), sockets_.end(), [family](const BoundSocket& s) {
    return s.bound.ip.family == family;
  }));
}

}  // namespace zt::vl1
