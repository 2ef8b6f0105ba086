#include "wire/verb/multicast_gather.h"

#include "wire/verb/reply.h"

namespace zt::wire {

std::optional<MulticastGather> MulticastGather::Parse(ByteSpan payload) {
  ByteReader in(payload);
  MulticastGather g;
  g.network = {in.U64()};
  g.flags = in.U8();
  g.mac = in.MacAddress();
  g.adi = in.U32();
  g.limit = in.U32();
  if (!in.ok()) return std::nullopt;
  if ((g.flags & kComAttached) != 0) g.com = CertificateOfMembership::Parse(in);
  return g;
}

void MulticastGather::SerializeTo(ByteWriter& out) const {
  out.U64(network.value);
  out.U8(static_cast<uint8_t>((flags & ~kComAttached) | (com ? kComAttached : 0)));
  out.MacAddress(mac);
  out.U32(adi);
  out.U32(limit);
  if (com) com->SerializeTo(out);
}

GatherResult GatherResult::Read(ByteReader& in) {
  GatherResult result;
  result.total_known = in.U32();
  const uint16_t count = in.U16();
  if (count * kMemberSize > in.remaining()) in.Fail();
  if (!in.ok()) return {};
  result.members.reserve(count);
  for (uint16_t i = 0; i < count; ++i) result.members.push_back(in.Address());
  return result;
}

void GatherResult::SerializeTo(ByteWriter& out) const {
  out.U32(total_known);
  out.U16(static_cast<uint16_t>(members.size()));
  for (NodeAddress member : members) out.Address(member);
}

std::optional<OkMulticastGather> OkMulticastGather::Parse(ByteSpan payload) {
  ByteReader in(payload);
  OkMulticastGather ok;
  ok.in_re = ReadOkHead(in, Verb::kMulticastGather);
  ok.network = {in.U64()};
  ok.mac = in.MacAddress();
  ok.adi = in.U32();
  ok.result = GatherResult::Read(in);
  if (!in.ok()) return std::nullopt;
  return ok;
}

void OkMulticastGather::SerializeTo(ByteWriter& out) const {
  WriteOkHead(out, Verb::kMulticastGather, in_re);
  out.U64(network.value);
  out.MacAddress(mac);
  out.U32(adi);
  result.SerializeTo(out);
}

}  // namespace zt::wire
