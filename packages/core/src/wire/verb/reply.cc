#include "wire/verb/reply.h"

namespace zt::wire {

bool SameBytes(ByteSpan a, ByteSpan b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

bool Ok::operator==(const Ok& o) const {
  return in_re_verb == o.in_re_verb && in_re == o.in_re && SameBytes(body, o.body);
}

std::optional<Ok> Ok::Parse(ByteSpan payload) {
  ByteReader in(payload);
  Ok ok;
  ok.in_re_verb = static_cast<Verb>(in.U8());
  ok.in_re = {in.U64()};
  ok.body = in.Rest();
  if (!in.ok()) return std::nullopt;
  return ok;
}

void Ok::SerializeTo(ByteWriter& out) const {
  WriteOkHead(out, in_re_verb, in_re);
  out.Put(body);
}

void WriteOkHead(ByteWriter& out, Verb in_re_verb, PacketId in_re) {
  out.U8(static_cast<uint8_t>(in_re_verb));
  out.U64(in_re.value);
}

PacketId ReadOkHead(ByteReader& in, Verb expected) {
  if (in.U8() != static_cast<uint8_t>(expected)) in.Fail();
  return {in.U64()};
}

}  // namespace zt::wire
