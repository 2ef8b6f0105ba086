#include "vl2/multicast_queue.h"

#include <algorithm>

namespace zt::vl2 {

bool QueuedMulticast::SentTo(NodeAddress address) const {
  return std::find(sent.begin(), sent.end(), address) != sent.end();
}

QueuedMulticast* MulticastQueue::Add(NetworkId network, const MulticastGroup& group, size_t& dropped) {
  auto it = groups_.find(Key{network, group});
  if (it != groups_.end() && it->second.size() >= kMaxPerGroup) {
    it->second.pop_front();
    --frames_;
    ++dropped;
  }
  if (frames_ >= kMaxFrames) return nullptr;
  if (it == groups_.end()) it = groups_.emplace(Key{network, group}, std::deque<QueuedMulticast>{}).first;
  ++frames_;
  return &it->second.emplace_back();
}

std::deque<QueuedMulticast>* MulticastQueue::Of(NetworkId network, const MulticastGroup& group) {
  const auto it = groups_.find(Key{network, group});
  return it == groups_.end() ? nullptr : &it->second;
}

void MulticastQueue::Expire(Instant now) {
  for (auto it = groups_.begin(); it != groups_.end();) {
    frames_ -= std::erase_if(it->second, [&](const QueuedMulticast& q) {
      return now >= q.until || q.sent.size() >= q.limit;
    });
    it = it->second.empty() ? groups_.erase(it) : std::next(it);
  }
}

void MulticastQueue::Forget(NetworkId network) {
  for (auto it = groups_.begin(); it != groups_.end();) {
    if (it->first.network == network) {
      frames_ -= it->second.size();
      it = groups_.erase(it);
    } else {
      ++it;
    }
  }
}

Deadline MulticastQueue::NextExpiry() const {
  Deadline next;
  // Of a group the first is the oldest, and no group is empty.
  for (const auto& [key, queue] : groups_) next = Earliest(next, {queue.front().until, "queued multicast expires"});
  return next;
}

}  // namespace zt::vl2
