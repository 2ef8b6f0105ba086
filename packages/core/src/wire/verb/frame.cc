#include "wire/verb/frame.h"

#include "wire/verb/reply.h"

namespace zt::wire {

bool Frame::operator==(const Frame& o) const {
  return network == o.network && ether_type == o.ether_type && SameBytes(payload, o.payload);
}

std::optional<Frame> Frame::Parse(ByteSpan message) {
  ByteReader in(message);
  Frame f;
  f.network = {in.U64()};
  f.ether_type = in.U16();
  f.payload = in.Rest();
  if (!in.ok()) return std::nullopt;
  return f;
}

void Frame::SerializeHeadTo(ByteWriter& out) const {
  out.U64(network.value);
  out.U16(ether_type);
}

void Frame::SerializeTo(ByteWriter& out) const {
  SerializeHeadTo(out);
  out.Put(payload);
}

}  // namespace zt::wire
