#include "vl2/deferral_queue.h"

#include <algorithm>

namespace zt::vl2 {

// Who fills the queue loses its own messages.
std::deque<DeferralQueue::Deferred>::iterator DeferralQueue::OldestOfBusiest() {
  auto worst = queue_.begin();
  ptrdiff_t most = 0;
  for (auto it = queue_.begin(); it != queue_.end(); ++it) {
    const auto count = std::count_if(it, queue_.end(), [&](const Deferred& d) {
      return d.source.address == it->source.address;
    });
    if (count <= most) continue;  // counted from its first message on, so `it` is the oldest
    most = count;
    worst = it;
  }
  return worst;
}

bool DeferralQueue::Push(const vl1::Message& message, NetworkId network, NodeAddress identity, Instant until,
                         int tries) {
  const bool full = queue_.size() >= kMaxMessages;
  if (full) queue_.erase(OldestOfBusiest());
  queue_.push_back({*message.source, message.verb, message.packet_id, message.hops, message.from,
                    Bytes(message.payload.begin(), message.payload.end()), until, identity, network, false, tries});
  return !full;
}

void DeferralQueue::WakeNetwork(NetworkId network) {
  for (Deferred& d : queue_) {
    if (d.network == network && d.identity.value == 0) d.ready = true;
  }
}

void DeferralQueue::WakeIdentity(NodeAddress identity) {
  for (Deferred& d : queue_) {
    // A certificate that came attached to a frame may have waited for the controller's identity as well.
    if (d.identity == identity || d.network.Controller() == identity) d.ready = true;
  }
}

void DeferralQueue::Forget(NetworkId network) {
  std::erase_if(queue_, [&](const Deferred& d) { return d.network == network; });
}

std::optional<DeferralQueue::Deferred> DeferralQueue::TakeReady() {
  const auto it = std::find_if(queue_.begin(), queue_.end(), [](const Deferred& d) { return d.ready; });
  if (it == queue_.end()) return std::nullopt;
  std::optional<Deferred> taken(std::move(*it));
  queue_.erase(it);
  return taken;
}

size_t DeferralQueue::Expire(Instant now) {
  return std::erase_if(queue_, [&](const Deferred& d) { return now >= d.until; });
}

Deadline DeferralQueue::NextExpiry() const {
  Deadline next;
  for (const Deferred& d : queue_) {
    if (d.ready) return {Instant::LongAgo(), "deferred message ready"};
    next = Earliest(next, {d.until, "deferred message expires"});
  }
  return next;
}

}  // namespace zt::vl2
