// TCP header (RFC 9293 §3.1).
//
//   0 source port   2 destination port   4 sequence   8 acknowledgment   12 data offset | flags   14 window
//   16 checksum   18 urgent pointer   20 options
#pragma once

#include <optional>
#include <span>

#include "netstack/header/tcp_option.h"
#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::netstack {

inline constexpr uint8_t kTcpFin = 0x01;
inline constexpr uint8_t kTcpSyn = 0x02;
inline constexpr uint8_t kTcpRst = 0x04;
inline constexpr uint8_t kTcpPsh = 0x08;
inline constexpr uint8_t kTcpAck = 0x10;

struct TcpSegment {
  static constexpr size_t kSize = 20;
  static constexpr size_t kMaxHeader = kSize + TcpOptions::kMaxSize;

  uint16_t source_port = 0, destination_port = 0;
  uint32_t seq = 0, ack = 0;
  uint8_t flags = 0;
  uint16_t window = 0;  // as transmitted, not scaled
  TcpOptions options;
  ByteSpan payload;

  bool Has(uint8_t flag) const { return (flags & flag) != 0; }
  // Sequence space used: SYN and FIN count one each (RFC 9293 §3.4).
  uint32_t SequenceLength() const {
    return static_cast<uint32_t>(payload.size()) + (Has(kTcpSyn) ? 1 : 0) + (Has(kTcpFin) ? 1 : 0);
  }
  // Checks lengths and the checksum.
  static std::optional<TcpSegment> Parse(ByteSpan bytes, const IpAddress& source,
                                         const IpAddress& destination);
  // Writes header and options with the checksum over the pieces of payload; returns the header size.
  size_t Write(uint8_t* out, const IpAddress& source, const IpAddress& destination,
               std::span<const ByteSpan> pieces) const;
};

}  // namespace zt::netstack
