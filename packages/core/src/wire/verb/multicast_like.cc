#include "wire/verb/multicast_like.h"

#include "base/byte_reader.h"

namespace zt::wire {

std::optional<MulticastLike> MulticastLike::Parse(ByteSpan payload) {
  ByteReader in(payload);
  MulticastLike like;
  while (in.remaining() >= kEntrySize) {
    Entry e;
    e.network = {in.U64()};
    e.mac = in.MacAddress();
    e.adi = in.U32();
    like.entries.push_back(e);
  }
  like.truncated = !in.AtEnd();
  if (like.entries.empty()) return std::nullopt;
  return like;
}

void MulticastLike::SerializeTo(ByteWriter& out) const {
  for (const Entry& e : entries) {
    out.U64(e.network.value);
    out.MacAddress(e.mac);
    out.U32(e.adi);
  }
}

}  // namespace zt::wire
