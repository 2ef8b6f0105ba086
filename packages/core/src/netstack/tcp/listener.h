// A listening socket: how many connections it may have that nobody took yet (RFC 9293 §3.10.1, RFC 4987 §3).
#pragma once

#include <algorithm>

#include "netstack/tcp/settings.h"

namespace zt::netstack {

struct Listener {
  static constexpr uint32_t kMaxBacklog = 4096;
  // Half-open connections per listener: a flood of SYNs costs this many places, for at most about a minute.
  static constexpr uint32_t kMaxHalfOpen = 512;

  NetworkId interface;  // 0: any
  Endpoint local;
  uint32_t backlog = 0;
  uint32_t half_open = 0;
  uint32_t waiting = 0;  // established, event not yet taken
  TcpSettings settings;  // of the connections to come
  Instant cookies_until = Instant::LongAgo();  // acknowledgments of SYN cookies may come

  bool full() const { return waiting >= backlog; }
  // No place for another half-open connection: SYNs are answered by cookies.
  bool flooded() const { return half_open >= std::min(kMaxHalfOpen, std::max(backlog, 16u)); }
};

}  // namespace zt::netstack
