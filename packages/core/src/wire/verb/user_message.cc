#include "wire/verb/user_message.h"

#include "wire/verb/reply.h"

namespace zt::wire {

bool UserMessage::operator==(const UserMessage& o) const { return type == o.type && SameBytes(data, o.data); }

std::optional<UserMessage> UserMessage::Parse(ByteSpan payload) {
  ByteReader in(payload);
  UserMessage m;
  m.type = in.U64();
  m.data = in.Rest();
  if (!in.ok()) return std::nullopt;
  return m;
}

void UserMessage::SerializeTo(ByteWriter& out) const {
  out.U64(type);
  out.Put(data);
}

}  // namespace zt::wire
