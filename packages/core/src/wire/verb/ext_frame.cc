#include "wire/verb/ext_frame.h"

#include "wire/verb/reply.h"

namespace zt::wire {

bool ExtFrame::operator==(const ExtFrame& o) const {
  return network == o.network && flags == o.flags && com == o.com && destination == o.destination &&
         source == o.source && ether_type == o.ether_type && SameBytes(payload, o.payload);
}

std::optional<ExtFrame> ExtFrame::Parse(ByteSpan message) {
  ByteReader in(message);
  ExtFrame f;
  f.network = {in.U64()};
  f.flags = in.U8();
  if (in.ok() && (f.flags & kComAttached) != 0) {
    f.com = CertificateOfMembership::Parse(in);
    if (!f.com) return std::nullopt;  // drops the whole packet, vl2.md §8.3
  }
  f.destination = in.MacAddress();
  f.source = in.MacAddress();
  f.ether_type = in.U16();
  f.payload = in.Rest();
  if (!in.ok()) return std::nullopt;
  return f;
}

void ExtFrame::SerializeHeadTo(ByteWriter& out) const {
  out.U64(network.value);
  out.U8(static_cast<uint8_t>((flags & ~kComAttached) | (com ? kComAttached : 0)));
  if (com) com->SerializeTo(out);
  out.MacAddress(destination);
  out.MacAddress(source);
  out.U16(ether_type);
}

void ExtFrame::SerializeTo(ByteWriter& out) const {
  SerializeHeadTo(out);
  out.Put(payload);
}

std::optional<OkExtFrame> OkExtFrame::Parse(ByteSpan payload) {
  ByteReader in(payload);
  OkExtFrame ok;
  ok.in_re = ReadOkHead(in, Verb::kExtFrame);
  ok.network = {in.U64()};
  if (!in.ok()) return std::nullopt;
  return ok;
}

void OkExtFrame::SerializeTo(ByteWriter& out) const {
  WriteOkHead(out, Verb::kExtFrame, in_re);
  out.U64(network.value);
}

}  // namespace zt::wire
