// Multicast frames from us to the subscribers we know, and finding more of them (vl2.md §12.4, §12.5).
#pragma once

#include "vl2/announcer.h"
#include "vl2/context.h"
#include "vl2/filter.h"
#include "vl2/multicast_members.h"
#include "vl2/multicast_queue.h"

namespace zt::vl2 {

// One frame to a group: from our port, or replicated for `origin`.
struct MulticastSend {
  NodeAddress origin;   // 0: ourselves
  MulticastGroup group;
  Mac source;           // 0: not written, receivers derive it from the sender
};

class MulticastOut {
 public:
  static constexpr Millis kGatherPeriod = 60'000;     // vl2.md §17
  static constexpr Millis kGatherPeriodLowBandwidth = 180'000;
  static constexpr size_t kMaxGatherRecipients = 16;  // vl2.md §17
  static constexpr int kMaxReplicatorLatency = 65'535;

  MulticastOut(Context& context, Announcer& announcer, Filter& filter, MulticastMembers& members)
      : context_(context), announcer_(announcer), filter_(filter), members_(members) {}

  // A multicast frame from our port.
  void SendFromPort(const Now& now, Network& network, const Frame& frame);
  void Send(const Now& now, Network& network, const MulticastSend& send, const Frame& frame);
  // A node turned out to be in a group: it is remembered, and gets the frames that wait for members.
  void AddMember(const Now& now, NetworkId network, const MulticastGroup& group,
                 const MulticastMembers::Report& report);

  Millis GatherPeriod() const { return context_.low_bandwidth ? kGatherPeriodLowBandwidth : kGatherPeriod; }
  void Expire(const Now& now) { queue_.Expire(now.mono); }
  void Forget(NetworkId network) { queue_.Forget(network); }
  Deadline NextTimeout() const { return queue_.NextExpiry(); }

 private:
  bool SendToReplicator(const Now& now, Network& network, const MulticastSend& send, const Frame& frame);
  void Gather(const Now& now, Network& network, const MulticastGroup& group, uint32_t limit);
  void SendOne(const Now& now, Network& network, const MulticastGroup& group, NodeAddress to, uint32_t gather_limit,
               Mac source, const Frame& frame);
  // Bridges, then members in random order; `sent` is the log and stops at the network's limit.
  void SendToKnown(const Now& now, Network& network, const MulticastSend& send, uint32_t gather_limit,
                   const Frame& frame, std::vector<NodeAddress>& sent, size_t limit);

  Context& context_;
  Announcer& announcer_;
  Filter& filter_;
  MulticastMembers& members_;
  MulticastQueue queue_;
};

}  // namespace zt::vl2
