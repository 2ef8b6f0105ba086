#include "vl1/expected_replies.h"

namespace zt::vl1 {

void ExpectedReplies::Add(Instant now, PacketId id, NodeAddress responder, const Endpoint& to) {
  Set& set = sets_[IndexOf(id)];
  set.entries[set.next] = {id.value, responder.value, now, KeyOf(to)};
  set.next = static_cast<uint8_t>((set.next + 1) % kWays);
}

uint64_t ExpectedReplies::AskedAt(Instant now, PacketId id, NodeAddress responder) const {
  const Entry* entry = Find(now, id, responder);
  return entry == nullptr ? 0 : entry->to;
}

const ExpectedReplies::Entry* ExpectedReplies::Find(Instant now, PacketId id, NodeAddress responder) const {
  for (const Entry& entry : sets_[IndexOf(id)].entries) {
    if (entry.id == id.value && entry.responder == responder.value && now - entry.at < kExpectedReplyLifetime) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace zt::vl1
