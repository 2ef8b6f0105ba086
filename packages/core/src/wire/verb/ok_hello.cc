#include "wire/verb/ok_hello.h"

#include "wire/inet_address.h"
#include "wire/verb/reply.h"

namespace zt::wire {

bool OkHello::operator==(const OkHello& o) const {
  return in_re == o.in_re && timestamp_echo == o.timestamp_echo && protocol == o.protocol && major == o.major &&
         minor == o.minor && revision == o.revision && surface == o.surface && SameBytes(worlds, o.worlds);
}

std::optional<OkHello> OkHello::Parse(ByteSpan payload) {
  ByteReader in(payload);
  OkHello ok;
  ok.in_re = ReadOkHead(in, Verb::kHello);
  ok.timestamp_echo = in.U64();
  ok.protocol = in.U8();
  ok.major = in.U8();
  ok.minor = in.U8();
  ok.revision = in.U16();
  if (!in.ok()) return std::nullopt;
  if (!in.AtEnd()) ok.surface = ReadEndpoint(in);
  if (in.remaining() >= 2) ok.worlds = in.Take(in.U16());
  if (!in.ok()) return std::nullopt;
  return ok;
}

void OkHello::SerializeTo(ByteWriter& out) const {
  WriteOkHead(out, Verb::kHello, in_re);
  out.U64(timestamp_echo);
  out.U8(protocol);
  out.U8(major);
  out.U8(minor);
  out.U16(revision);
  if (!surface) return;
  WriteEndpoint(out, *surface);
  out.U16(static_cast<uint16_t>(worlds.size()));
  out.Put(worlds);
}

}  // namespace zt::wire
