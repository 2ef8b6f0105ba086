// TCP options: MSS (RFC 9293 §3.2), window scale and timestamps (RFC 7323), SACK (RFC 2018).
#pragma once

#include <optional>

#include "zt/bytes.h"

namespace zt::netstack {

struct SackBlock {
  uint32_t left = 0, right = 0;  // sequence numbers; right is one past the last byte
};

struct TcpOptions {
  static constexpr size_t kMaxSize = 40;
  static constexpr size_t kMaxSackBlocks = 4;
  static constexpr uint8_t kMaxWindowScale = 14;  // RFC 7323 §2.3
  static constexpr size_t kTimestampsSize = 12;   // with two NOPs

  std::optional<uint16_t> mss;
  std::optional<uint8_t> window_scale;
  bool sack_permitted = false;
  bool has_timestamps = false;
  uint32_t timestamp = 0, timestamp_echo = 0;
  uint8_t sack_count = 0;
  SackBlock sack[kMaxSackBlocks];

  // Reads as far as the bytes make sense; what follows a malformed option is ignored.
  static TcpOptions Parse(ByteSpan bytes);
  // Returns the number of bytes written, a multiple of 4, at most kMaxSize. SACK blocks that do not fit are left out.
  size_t Write(uint8_t* out) const;
};

}  // namespace zt::netstack
