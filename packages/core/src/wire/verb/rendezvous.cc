#include "wire/verb/rendezvous.h"

#include "base/byte_reader.h"

namespace zt::wire {

std::optional<Rendezvous> Rendezvous::Parse(ByteSpan payload) {
  ByteReader in(payload);
  Rendezvous r;
  r.flags = in.U8();
  r.peer = in.Address();
  r.endpoint.port = in.U16();
  const uint8_t length = in.U8();
  const ByteSpan ip = in.Take(length);
  if (!in.ok() || r.endpoint.port == 0) return std::nullopt;
  if (length == 4) {
    r.endpoint.ip = IpAddress::FromV4Bytes(ip.data());
  } else if (length == 16) {
    r.endpoint.ip = IpAddress::FromV6Bytes(ip.data());
  } else {
    return std::nullopt;
  }
  return r;
}

void Rendezvous::SerializeTo(ByteWriter& out) const {
  out.U8(flags);
  out.Address(peer);
  out.U16(endpoint.port);
  out.U8(static_cast<uint8_t>(endpoint.ip.size()));
  out.Put(ByteSpan(endpoint.ip.bytes).first(endpoint.ip.size()));
}

}  // namespace zt::wire
