// Multicast frames that still look for recipients: sent late to members as they become known (vl2.md §12.5).
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "vl2/multicast_group.h"
#include "zt/bytes.h"
#include "zt/time.h"

namespace zt::vl2 {

// A frame with the log of who has had it. The origin, if any, is in the log from the start.
struct QueuedMulticast {
  Mac source;                // as written in the message; 0: receivers derive it
  Mac frame_source;          // as the rules see it
  uint16_t ether_type = 0;
  Bytes payload;
  uint32_t limit = 0;        // the network's multicast limit: the log grows no longer than this
  uint32_t gather_limit = 0;
  Instant until;
  std::vector<NodeAddress> sent;

  bool SentTo(NodeAddress address) const;
};

class MulticastQueue {
 public:
  static constexpr size_t kMaxPerGroup = 32;  // vl2.md §17
  static constexpr Millis kLife = 5'000;      // vl2.md §17 multicast transmit timeout
  static constexpr size_t kMaxFrames = 512;   // over all groups: 5 MB at the largest frame size

  // Makes room for one more frame of the group and returns it. Null: kMaxFrames reached.
  // `dropped` counts frames that gave way.
  QueuedMulticast* Add(NetworkId network, const MulticastGroup& group, size_t& dropped);
  // The frames waiting for members of this group; null when there are none.
  std::deque<QueuedMulticast>* Of(NetworkId network, const MulticastGroup& group);
  // Removes frames that are old or have had their full number of recipients.
  void Expire(Instant now);
  void Forget(NetworkId network);
  Deadline NextExpiry() const;

 private:
  struct Key {
    NetworkId network;
    MulticastGroup group;
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, std::deque<QueuedMulticast>> groups_;
  size_t frames_ = 0;
};

}  // namespace zt::vl2
