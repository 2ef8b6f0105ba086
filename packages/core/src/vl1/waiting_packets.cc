#include "vl1/waiting_packets.h"

#include <algorithm>

#include "vl1/limits.h"

namespace zt::vl1 {

void WaitingPackets::AddSend(Instant now, NodeAddress to, Verb verb, Gather payload, SendOptions options) {
  if (sends_.size() >= kWaitingPackets) {
    drops_.Count(DropReason::kQueueFull);
    if (!MakeRoomToSend(to)) return;
  }
  Bytes bytes;
  for (ByteSpan piece : payload) bytes.insert(bytes.end(), piece.begin(), piece.end());
  sends_.push_back({to, verb, std::move(bytes), options, now});
}

// The newest packet of the destination with the most gives way, which is the one that comes when that is for it. Only
// among destinations with one packet each it is the oldest, as in vl1.md §7.9.
bool WaitingPackets::MakeRoomToSend(NodeAddress to) {
  const auto waiting_for = [this](NodeAddress address) {
    return std::count_if(sends_.begin(), sends_.end(), [address](const WaitingSend& w) { return w.to == address; });
  };
  auto victim = sends_.end();
  auto most = waiting_for(to);
  for (auto it = sends_.begin(); it != sends_.end(); ++it) {
    const auto count = waiting_for(it->to);
    if (count < most || (count == most && (victim == sends_.end() || victim->to != it->to))) continue;
    most = count;
    victim = it;  // the last one of its destination stays
  }
  if (victim == sends_.end()) return false;
  sends_.erase(most == 1 ? sends_.begin() : victim);
  return true;
}

void WaitingPackets::AddReceive(Instant now, NodeAddress source, ByteSpan packet, const Endpoint& from,
                                LocalSocket via) {
  const auto own = std::count_if(receives_.begin(), receives_.end(),
                                 [source](const WaitingReceive& w) { return w.source == source; });
  if (static_cast<size_t>(own) >= kWaitingPerSource || receives_.size() >= kWaitingPackets) {
    drops_.Count(DropReason::kQueueFull);
    auto victim = receives_.begin();
    if (static_cast<size_t>(own) >= kWaitingPerSource) {
      size_t place = 0;
      victim = std::find_if(receives_.begin(), receives_.end(), [&](const WaitingReceive& w) {
        return w.source == source && place++ == kWaitingPerSource / 2;
      });
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
