#include "vl1/waiting_packets.h"

#include <algorithm>

#include "vl1/limits.h"

namespace zt::vl1 {

void WaitingPackets::AddSend(Instant now, NodeAddress to, Verb verb, Gather payload, SendOptions options) {
  if (sends_.size() >= kWaitingPackets) {
    drops_.Count(DropReason::kQueueFull);
    sends_.pop_front();
  }
  Bytes bytes;
  for (ByteSpan piece : payload) bytes.insert(bytes.end(), piece.begin(), piece.end());
  sends_.push_back({to, verb, std::move(bytes), options, now});
}

void WaitingPackets::AddReceive(Instant now, NodeAddress source, ByteSpan packet, const Endpoint& from,
                                LocalSocket via) {
  const auto own = std::count_if(receives_.begin(), receives_.end(),
                                 [source](const WaitingReceive& w) { return w.source == source; });
  if (static_cast<size_t>(own) >= kWaitingPerSource || receives_.size() >= kWaitingPackets) {
    drops_.Count(DropReason::kQueueFull);
    auto victim = receives_.begin();
    if (static_cast<size_t>(own) >= kWaitingPerSource) {
      victim = std::find_if(receives_.begin(), receives_.end(),
                            [source](const WaitingReceive& w) { return w.source == source; });
    }
    receives_.erase(victim);
  }
  receives_.push_back({source, Bytes(packet.begin(), packet.end()), from, via, now});
}

std::vector<NodeAddress> WaitingPackets::Expire(Instant now) {
  std::vector<NodeAddress> given_up;
  while (!sends_.empty() && now - sends_.front().since >= kWaitingTimeout) {
    const NodeAddress to = sends_.front().to;
    if (std::find(given_up.begin(), given_up.end(), to) == given_up.end()) given_up.push_back(to);
    drops_.Count(DropReason::kQueueTimeout);
    sends_.pop_front();
  }
  while (!receives_.empty() && now - receives_.front().since >= kWaitingTimeout) {
    drops_.Count(DropReason::kQueueTimeout);
    receives_.pop_front();
  }
  return given_up;
}

Deadline WaitingPackets::NextTimeout() const {
  Deadline out;
  if (!sends_.empty()) out = Earliest(out, {sends_.front().since + kWaitingTimeout, "waiting packet"});
  if (!receives_.empty()) out = Earliest(out, {receives_.front().since + kWaitingTimeout, "waiting packet"});
  return out;
}

}  // namespace zt::vl1
