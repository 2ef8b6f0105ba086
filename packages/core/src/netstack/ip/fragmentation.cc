#include "netstack/ip/fragmentation.h"

#include <algorithm>

#include "netstack/header/ipv4.h"
#include "netstack/header/ipv6.h"
#include "netstack/header/ipv6_extension.h"

namespace zt::netstack {
namespace {

// Reads the pieces of a message as one run of bytes: the only copy on the way to the frame.
class Gather {
 public:
  explicit Gather(std::span<const ByteSpan> pieces) : pieces_(pieces) {}
  void Take(uint8_t* out, size_t size) {
    while (size != 0) {
      const ByteSpan piece = pieces_.front().subspan(at_);
      const size_t n = std::min(size, piece.size());
      if (n != 0) std::memcpy(out, piece.data(), n);
      out += n;
      size -= n;
      at_ += n;
      if (n != piece.size()) return;
      pieces_ = pieces_.subspan(1);
      at_ = 0;
    }
  }

 private:
  std::span<const ByteSpan> pieces_;
  size_t at_ = 0;
};

struct Cut {
  size_t at, take;
  bool more;
};

Ipv4Header Ipv4Of(const IpFields& fields, uint16_t identification) {
  Ipv4Header header;
  header.source = fields.source;
  header.destination = fields.destination;
  header.protocol = fields.protocol;
  header.ttl = fields.hop_limit;
  header.tos = fields.tos;
  header.identification = identification;
  return header;
}

Bytes FragmentV4(const IpFields& fields, Gather& message, const Cut& cut, uint16_t identification) {
  Bytes packet(Ipv4Header::kSize + cut.take);
  Ipv4Header header = Ipv4Of(fields, identification);
  header.more_fragments = cut.more;
  header.fragment_offset = static_cast<uint16_t>(cut.at);
  header.Write(packet.data(), cut.take);
  message.Take(&packet[Ipv4Header::kSize], cut.take);
  return packet;
}

Bytes FragmentV6(const IpFields& fields, Gather& message, const Cut& cut, uint32_t identification) {
  Bytes packet(Ipv6Header::kSize + Ipv6Fragment::kSize + cut.take);
  IpFields outer = fields;
  outer.protocol = Ipv6Fragment::kNextHeader;
  WriteIpHeader(outer, Ipv6Fragment::kSize + cut.take, 0, packet.data());
  Ipv6Fragment fragment{fields.protocol, static_cast<uint16_t>(cut.at), cut.more, identification};
  fragment.Write(&packet[Ipv6Header::kSize]);
  message.Take(&packet[Ipv6Header::kSize + Ipv6Fragment::kSize], cut.take);
  return packet;
}

}  // namespace

size_t IpHeaderSize(IpFamily family) {
  return family == IpFamily::kV4 ? Ipv4Header::kSize : Ipv6Header::kSize;
}

size_t WriteIpHeader(const IpFields& fields, size_t size, uint16_t identification, uint8_t* out) {
  if (fields.source.IsV4()) {
    Ipv4Header header = Ipv4Of(fields, identification);
    header.dont_fragment = fields.dont_fragment;
    header.Write(out, size);
    return Ipv4Header::kSize;
  }
  Ipv6Header header;
  header.source = fields.source;
  header.destination = fields.destination;
  header.next_header = fields.protocol;
  header.hop_limit = fields.hop_limit;
  header.traffic_class = fields.tos;
  header.Write(out, size);
  return Ipv6Header::kSize;
}

std::vector<Bytes> BuildPackets(const IpFields& fields, std::span<const ByteSpan> pieces, uint32_t mtu,
                                uint32_t identification) {
  std::vector<Bytes> packets;
  size_t size = 0;
  for (ByteSpan piece : pieces) size += piece.size();
  Gather message(pieces);
  const bool v4 = fields.source.IsV4();
  const size_t header = IpHeaderSize(fields.source.family);
  if (header + size <= mtu) {
    Bytes packet(header + size);
    WriteIpHeader(fields, size, static_cast<uint16_t>(identification), packet.data());
    message.Take(packet.data() + header, size);
    packets.push_back(std::move(packet));
    return packets;
  }
  const size_t overhead = v4 ? header : header + Ipv6Fragment::kSize;
  const size_t step = (mtu - overhead) / 8 * 8;
  for (size_t at = 0; at < size; at += step) {
    const Cut cut{at, std::min(step, size - at), at + step < size};
    packets.push_back(v4 ? FragmentV4(fields, message, cut, static_cast<uint16_t>(identification))
                         : FragmentV6(fields, message, cut, identification));
  }
  return packets;
}

}  // namespace zt::netstack
