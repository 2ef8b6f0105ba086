#include "vl1/known_endpoints.h"

#include <algorithm>

namespace zt::vl1 {

std::optional<std::vector<Endpoint>> KnownEndpoints(const Context& context, size_t max) {
  if (context.roots.WeAreRoot()) return std::nullopt;
  std::vector<Endpoint> out;
  for (const WorldRoot& root : context.roots.roots()) {
    out.insert(out.end(), root.endpoints.begin(), root.endpoints.end());
  }
  // Gives up early among many peers. A root's endpoint is a path as well, and one path may be of several peers.
  const auto normalize = [&out] {
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
  };
  for (size_t i = 0; i < context.peers.size(); ++i) {
    for (const PathSlot& slot : context.peers.At(i).slots) out.push_back(slot.path->endpoint);
    if (out.size() <= 2 * max) continue;
    normalize();
    if (out.size() > max) return std::nullopt;
  }
  normalize();
  if (out.size() > max) return std::nullopt;
  return out;
}

}  // namespace zt::vl1
