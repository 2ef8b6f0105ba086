#include "netstack/header/tcp.h"

#include "netstack/header/checksum.h"
#include "netstack/header/protocol.h"

namespace zt::netstack {

std::optional<TcpSegment> TcpSegment::Parse(ByteSpan bytes, const IpAddress& source,
                                            const IpAddress& destination) {
  if (bytes.size() < kSize) return std::nullopt;
  const size_t header = (bytes[12] >> 4) * 4u;
  if (header < kSize || header > bytes.size()) return std::nullopt;
  Checksum sum;
  sum.AddPseudoHeader(source, destination, kProtocolTcp, bytes.size());
  sum.Add(bytes);
  if (sum.Finish() != 0) return std::nullopt;
  TcpSegment s;
  s.source_port = LoadU16(&bytes[0]);
  s.destination_port = LoadU16(&bytes[2]);
  s.seq = LoadU32(&bytes[4]);
  s.ack = LoadU32(&bytes[8]);
  s.flags = bytes[13];
  s.window = LoadU16(&bytes[14]);
  if (header > kSize) s.options = TcpOptions::Parse(bytes.subspan(kSize, header - kSize));
  s.payload = bytes.subspan(header);
  return s;
}

size_t TcpSegment::Write(uint8_t* out, const IpAddress& source, const IpAddress& destination,
                         std::span<const ByteSpan> pieces) const {
  const size_t header = kSize + options.Write(out + kSize);
  StoreU16(out, source_port);
  StoreU16(out + 2, destination_port);
  StoreU32(out + 4, seq);
  StoreU32(out + 8, ack);
  out[12] = static_cast<uint8_t>(header / 4 << 4);
  out[13] = flags;
  StoreU16(out + 14, window);
  StoreU32(out + 16, 0);
  size_t total = header;
  for (ByteSpan piece : pieces) total += piece.size();
  Checksum sum;
  sum.AddPseudoHeader(source, destination, kProtocolTcp, total);
  sum.Add({out, header});
  for (ByteSpan piece : pieces) sum.Add(piece);
  StoreU16(out + 16, sum.Finish());
  return header;
}

}  // namespace zt::netstack
