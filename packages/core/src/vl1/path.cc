#include "vl1/path.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace zt::vl1 {
namespace {

constexpr Millis kUnusedPathLifetime = 60000;  // longer than every gate that is kept per path
constexpr Millis kSweepGate = 10000;           // a table full of records in use is searched for room at most this often

}  // namespace

void Path::AddLatency(Millis sample) {
  const int clamped = static_cast<int>(std::clamp<Millis>(sample, 0, kLatencyUnknown - 1));
  latency = latency == kLatencyUnknown ? clamped : (latency + clamped) / 2;
}

PathTable::PathTable(RandomSource& random, size_t max_paths) : max_paths_(max_paths), paths_(0, [&random] {
  Hash hash;
  for (uint64_t& word : hash.secret) word = random.U64();
  return hash;
}()) {}

size_t PathTable::Hash::operator()(const Key& key) const noexcept {
  std::array<uint32_t, kWords> words;
  std::memcpy(words.data(), key.endpoint.ip.bytes.data(), 16);
  words[4] = static_cast<uint32_t>(key.endpoint.ip.family) << 16 | key.endpoint.port;
  words[5] = static_cast<uint32_t>(key.socket);
  words[6] = 1;
  uint64_t sum = 0;
  for (size_t i = 0; i < kWords; ++i) sum += secret[i] * words[i];
  return static_cast<size_t>(sum >> 32);
}

Path* PathTable::Find(LocalSocket socket, const Endpoint& endpoint) {
  auto it = paths_.find({socket.value, endpoint});
  return it == paths_.end() ? nullptr : it->second.get();
}

Path* PathTable::FindOrCreate(Instant now, LocalSocket socket, const Endpoint& endpoint) {
  if (Path* known = Find(socket, endpoint)) return known;
  if (paths_.size() >= max_paths_ && !MakeRoom(now)) return nullptr;
  auto path = std::make_unique<Path>();
  path->endpoint = endpoint;
  path->socket = socket;
  path->heard_at = now;
  Path* out = path.get();
  paths_.emplace(Key{socket.value, endpoint}, std::move(path));
  return out;
}

// Whoever has one authentic packet can send it from any address it likes: records that no peer uses make room for newer
// ones. The older half of them goes at once, so that a flood does not search the table for each record.
bool PathTable::MakeRoom(Instant now) {
  if (now < no_room_until_) return false;
  std::vector<Instant> unused;
  for (const auto& entry : paths_) {
    if (entry.second->slots == 0) unused.push_back(entry.second->heard_at);
  }
  if (unused.empty()) {
    no_room_until_ = now + kSweepGate;
    return false;
  }
  const auto middle = unused.begin() + static_cast<std::ptrdiff_t>(unused.size() / 2);
  std::nth_element(unused.begin(), middle, unused.end());
  const Instant newest = *middle;
  size_t surplus = unused.size() / 2 + 1;  // of many heard in the same millisecond not all go
  std::erase_if(paths_, [&](const auto& entry) {
    const Path& path = *entry.second;
    if (path.slots != 0 || path.heard_at > newest || surplus == 0) return false;
    --surplus;
    return true;
  });
  return true;
}

void PathTable::DropUnused(std::span<const LocalSocket> sockets) {
  std::erase_if(paths_, [sockets](const auto& entry) {
    const Path& path = *entry.second;
    return path.slots == 0 && std::find(sockets.begin(), sockets.end(), path.socket) != sockets.end();
  });
}

void PathTable::Sweep(Instant now) {
  std::erase_if(paths_, [now](const auto& entry) {
    const Path& path = *entry.second;
    return path.slots == 0 && now - path.heard_at >= kUnusedPathLifetime;
  });
}

}  // namespace zt::vl1
