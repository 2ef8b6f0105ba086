#include "wire/verb/multicast_frame.h"

#include "wire/verb/reply.h"

namespace zt::wire {

bool MulticastFrame::operator==(const MulticastFrame& o) const {
  return network == o.network && flags == o.flags && com == o.com && gather_limit == o.gather_limit &&
         source == o.source && destination == o.destination && adi == o.adi && ether_type == o.ether_type &&
         SameBytes(payload, o.payload);
}

std::optional<MulticastFrame> MulticastFrame::Parse(ByteSpan message) {
  ByteReader in(message);
  MulticastFrame f;
  f.network = {in.U64()};
  f.flags = in.U8();
  if (!in.ok()) return std::nullopt;
  if ((f.flags & kComAttached) != 0) {
    f.com = CertificateOfMembership::Parse(in);
    if (!f.com) return std::nullopt;
  }
  if ((f.flags & kGatherLimit) != 0) f.gather_limit = in.U32();
  if ((f.flags & kSourceMac) != 0) f.source = in.MacAddress();
  f.destination = in.MacAddress();
  f.adi = in.U32();
  f.ether_type = in.U16();
  f.payload = in.Rest();
  if (!in.ok()) return std::nullopt;
  return f;
}

void MulticastFrame::SerializeHeadTo(ByteWriter& out) const {
  constexpr uint8_t kFieldFlags = kComAttached | kGatherLimit | kSourceMac;
  uint8_t written = flags & static_cast<uint8_t>(~kFieldFlags);
  if (com) written |= kComAttached;
  if (gather_limit) written |= kGatherLimit;
  if (source) written |= kSourceMac;
  out.U64(network.value);
  out.U8(written);
  if (com) com->SerializeTo(out);
  if (gather_limit) out.U32(*gather_limit);
  if (source) out.MacAddress(*source);
  out.MacAddress(destination);
  out.U32(adi);
  out.U16(ether_type);
}

void MulticastFrame::SerializeTo(ByteWriter& out) const {
  SerializeHeadTo(out);
  out.Put(payload);
}

std::optional<OkMulticastFrame> OkMulticastFrame::Parse(ByteSpan payload) {
  ByteReader in(payload);
  OkMulticastFrame ok;
  ok.in_re = ReadOkHead(in, Verb::kMulticastFrame);
  ok.network = {in.U64()};
  ok.mac = in.MacAddress();
  ok.adi = in.U32();
  ok.flags = in.U8();
  if (!in.ok()) return std::nullopt;
  if ((ok.flags & kComAttached) != 0) {
    ok.com = CertificateOfMembership::Parse(in);
    if (!ok.com) return std::nullopt;
  }
  if ((ok.flags & kGatherResult) != 0) ok.result = GatherResult::Read(in);
  if (!in.ok()) return std::nullopt;
  return ok;
}

void OkMulticastFrame::SerializeTo(ByteWriter& out) const {
  constexpr uint8_t kFieldFlags = kComAttached | kGatherResult;
  uint8_t written = flags & static_cast<uint8_t>(~kFieldFlags);
  if (com) written |= kComAttached;
  if (result) written |= kGatherResult;
  WriteOkHead(out, Verb::kMulticastFrame, in_re);
  out.U64(network.value);
  out.MacAddress(mac);
  out.U32(adi);
  out.U8(written);
  if (com) com->SerializeTo(out);
  if (result) result->SerializeTo(out);
}

}  // namespace zt::wire
