#include "vl1/path.h"

#include <algorithm>

namespace zt::vl1 {
namespace {

constexpr Millis kUnusedPathLifetime = 60000;  // longer than every gate that is kept per path
constexpr Millis kSweepGate = 10000;           // a full table is searched for room at most this often

}  // namespace

void Path::AddLatency(Millis sample) {
  const int clamped = static_cast<int>(std::clamp<Millis>(sample, 0, kLatencyUnknown - 1));
  latency = latency == kLatencyUnknown ? clamped : (latency + clamped) / 2;
}

Path* PathTable::Find(LocalSocket socket, const Endpoint& endpoint) {
  auto it = paths_.find({socket.value, endpoint});
  return it == paths_.end() ? nullptr : it->second.get();
}

Path* PathTable::FindOrCreate(Instant now, LocalSocket socket, const Endpoint& endpoint) {
  if (Path* known = Find(socket, endpoint)) return known;
  if (paths_.size() >= kMaxPaths && now - last_sweep_ >= kSweepGate) Sweep(now);
  if (paths_.size() >= kMaxPaths) return nullptr;
  auto path = std::make_unique<Path>();
  path->endpoint = endpoint;
  path->socket = socket;
  path->heard_at = now;
  Path* out = path.get();
  paths_.emplace(Key{socket.value, endpoint}, std::move(path));
  return out;
}

void PathTable::Sweep(Instant now) {
  last_sweep_ = now;
  std::erase_if(paths_, [now](const auto& entry) {
    const Path& path = *entry.second;
    return path.slots == 0 && now - path.heard_at >= kUnusedPathLifetime;
  });
}

}  // namespace zt::vl1
