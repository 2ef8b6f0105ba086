#include "vl1/expected_replies.h"

namespace zt::vl1 {

void ExpectedReplies::Add(Instant now, PacketId id, NodeAddress responder) {
  Set& set = sets_[IndexOf(id)];
  set.entries[set.next] = {id.value, responder.value, now};
  set.next = static_cast<uint8_t>((set.next + 1) % kWays);
}

bool ExpectedReplies::Contains(Instant now, PacketId id, NodeAddress responder) const {
  for (const Entry& entry : sets_[IndexOf(id)].entries) {
    if (entry.id == id.value && entry.responder == responder.value && now - entry.at < kExpectedReplyLifetime) {
      return true;
    }
  }
  return false;
}

}  // namespace zt::vl1
