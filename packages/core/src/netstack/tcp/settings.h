// What the application may choose for a TCP socket (HOST_PROTOCOL.md §7). A listener's settings are inherited by the
// connections it accepts.
#pragma once

#include <algorithm>

#include "netstack/stack_types.h"

namespace zt::netstack {

struct TcpSettings {
  // RFC 9293 §3.8.4: off by default, and no less than two hours when on. Interval and count as Linux has them.
  static constexpr Millis kKeepIdle = 7'200'000;
  static constexpr Millis kKeepInterval = 75'000;
  static constexpr uint8_t kKeepCount = 9;
  static constexpr uint32_t kMinBuffer = 2048;
  static constexpr uint32_t kMaxBuffer = 16 << 20;
  static constexpr uint16_t kMinMss = 88;  // a peer cannot make us send one byte per packet
  static constexpr Millis kMaxTime = 1LL << 32;  // like the 32-bit milliseconds of other stacks

  bool keep_alive = false;
  bool no_delay = false;
  uint8_t keep_count = kKeepCount;
  uint8_t tos = 0;
  uint8_t hop_limit = 64;
  Congestion congestion = Congestion::kCubic;
  uint16_t max_segment = 0;     // 0: what the path carries
  uint32_t receive_buffer = 0;  // 0: tuned to what the connection needs
  uint32_t send_buffer = 0;
  Millis linger = -1;  // -1: Close goes on alone
  Millis keep_idle = kKeepIdle;
  Millis keep_interval = kKeepInterval;
  Millis user_timeout = 0;  // 0: the default

  // The MSS to offer on a link that carries segments of this size (RFC 6691 §2: options not counted).
  uint32_t OfferedMss(size_t link) const {
    return static_cast<uint32_t>(std::clamp<size_t>(link, kMinMss, max_segment != 0 ? max_segment : 65535));
  }
  // kInvalidArgument: out of range, or not an option of TCP.
  Status Set(SocketOption option, int64_t value);
  // What was set; where nothing was, the default of a socket without a connection.
  Status Get(SocketOption option, int64_t& value) const;
};

}  // namespace zt::netstack
