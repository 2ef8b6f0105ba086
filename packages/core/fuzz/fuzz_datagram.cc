// The heads of datagrams: fragment headers, packet headers, socket addresses (vl1.md §1.5, §3.2, §3.7).
#include "fuzz/round_trip.h"
#include "wire/fragment.h"
#include "wire/inet_address.h"
#include "wire/packet_header.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65536) return 0;
  const zt::ByteSpan input(data, size);
  if (const auto fragment = zt::wire::Fragment::Parse(input)) {
    ZT_CHECK(!fragment->data.empty());
    zt::fuzz::Payload<zt::wire::Fragment>(input);
  } else if (size >= zt::wire::kHeaderSize) {
    const zt::wire::PacketView p(input);
    ZT_CHECK(p.suite() < 8 && p.hops() < 8 && static_cast<uint8_t>(p.verb()) < 32);
    ZT_CHECK(p.payload().size() == size - 28);
  }
  zt::ByteReader in(input);
  while (!in.AtEnd()) {
    const zt::Endpoint e = zt::wire::ReadEndpoint(in);
    if (!in.ok()) break;
    zt::Bytes buffer(zt::wire::kMaxInetAddressSize);
    zt::ByteWriter out(buffer);
    zt::wire::WriteEndpoint(out, e);
    ZT_CHECK(out.ok() && out.size() == zt::wire::EndpointSize(e));
    zt::ByteReader again(out.written());
    ZT_CHECK(zt::wire::ReadEndpoint(again) == e && again.AtEnd());
  }
  return 0;
}
