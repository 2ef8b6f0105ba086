#include "vl1/peer_info.h"

#include "vl1/path_selector.h"
#include "wire/peer_record.h"

namespace zt::vl1 {

std::optional<int> LatencyOf(const Peer& peer, Instant now) {
  const Path* path = BestPath(peer, now);
  if (path == nullptr || path->latency == kLatencyUnknown) return std::nullopt;
  return path->latency;
}

PeerInfo Describe(const Peer& peer, Instant now) {
  PeerInfo info;
  info.address = peer.address();
  if (peer.protocol > 0) {
    info.protocol = peer.protocol;
    info.version_major = peer.version_major;
    info.version_minor = peer.version_minor;
    info.version_revision = peer.version_revision;
  }
  info.latency = LatencyOf(peer, now).value_or(-1);
  info.role = peer.role;
  const Path* best = BestPath(peer, now);
  for (const PathSlot& slot : peer.slots) {
    PathInfo path;
    path.endpoint = slot.path->endpoint;
    if (slot.last_direct > Instant::LongAgo()) path.since_heard = now - slot.last_direct;
    if (slot.path->sent_at > Instant::LongAgo()) path.since_sent = now - slot.path->sent_at;
    path.expired = !SlotUsable(slot, now);
    path.preferred = slot.path == best;
    info.paths.push_back(path);
  }
  return info;
}

std::optional<Bytes> CacheRecord(const Peer& peer, Instant now) {
  PeerRecord record;
  record.identity = peer.identity;
  record.protocol = static_cast<uint16_t>(peer.protocol);
  record.major = static_cast<uint16_t>(peer.version_major);
  record.minor = static_cast<uint16_t>(peer.version_minor);
  record.revision = static_cast<uint16_t>(peer.version_revision);
  for (const PathSlot& slot : peer.slots) {
    if (!SlotExpired(slot, now) && record.endpoints.size() < kRememberedEndpoints) {
      record.endpoints.push_back(slot.path->endpoint);
    }
  }
  if (record.endpoints.empty()) record.endpoints = peer.remembered;
  if (record.endpoints.empty()) return std::nullopt;
  return record.Serialize();
}

}  // namespace zt::vl1
