#include "wire/verb/echo.h"

#include "wire/verb/reply.h"

namespace zt::wire {

bool Echo::operator==(const Echo& o) const { return SameBytes(data, o.data); }

std::optional<Echo> Echo::Parse(ByteSpan payload) { return Echo{payload}; }

void Echo::SerializeTo(ByteWriter& out) const { out.Put(data); }

bool OkEcho::operator==(const OkEcho& o) const { return in_re == o.in_re && SameBytes(data, o.data); }

std::optional<OkEcho> OkEcho::Parse(ByteSpan payload) {
  ByteReader in(payload);
  OkEcho ok;
  ok.in_re = ReadOkHead(in, Verb::kEcho);
  ok.data = in.Rest();
  if (!in.ok()) return std::nullopt;
  return ok;
}

void OkEcho::SerializeTo(ByteWriter& out) const {
  WriteOkHead(out, Verb::kEcho, in_re);
  out.Put(data);
}

}  // namespace zt::wire
