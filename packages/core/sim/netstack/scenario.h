// Everything one run of the simulation does, drawn from its seed before the run starts. Times count from the start.
#pragma once

#include <string>
#include <vector>

#include "sim/netstack/link.h"
#include "zt/generated/enums.h"
#include "zt/time.h"

namespace zt::netstack::sim {

// How an end leaves its connection.
enum class Ending : uint8_t {
  kOrderly,      // writes all, shuts down, reads to the end, closes
  kCloseEarly,   // writes all and closes, whatever still comes
  kCloseUnread,  // closes with bytes it never read
  kAbort         // resets after `quit_after` bytes read and written
};

struct OptionChange {
  Millis after = 0;  // since the end was connected
  SocketOption option{};
  int64_t value = 0;
};

// The application at one end of a connection.
struct EndPlan {
  uint64_t bytes = 0;       // it writes in all
  uint32_t chunk = 65536;   // per write
  Millis write_pause = 0;   // between writes; 0: as fast as there is room
  uint32_t read_size = 65536;
  Millis read_pause = 0;    // between reads; 0: all there is at once
  uint32_t turn = 0;        // ping-pong: bytes it says before it listens; 0: both talk at once
  Ending ending = Ending::kOrderly;
  uint64_t quit_after = 0;  // kAbort, kCloseUnread
  bool wait_closed = true;  // kOrderly: keeps the handle until kTcpClosed
  std::vector<OptionChange> options;
};

struct ConnectionPlan {
  size_t client = 0;  // the host that connects
  bool v6 = false;
  Millis start = 0;
  EndPlan ends[2];    // client, server
};

struct Phase {
  Millis start = 0, length = 0;
};

struct HostPlan {
  uint32_t mtu = 2800;
  uint32_t segment_hint = 0;
  uint32_t backlog = 16;
  std::vector<Phase> no_room;   // the sink is full
  uint32_t burst = 0;           // frames the sink takes per millisecond; 0: all
  std::vector<Phase> no_events;  // the application does not look at events
  std::vector<Phase> stalls;    // the process does not run
  Millis mtu_change_at = 0;     // 0: never
  uint32_t new_mtu = 0;
  uint32_t datagrams = 0;       // UDP, to the other host
  uint32_t pings = 0;
};

struct ClockJump {
  Millis at = 0;
  Millis mono = 0;  // forward: the machine slept
  Millis wall = 0;  // either way: somebody set the clock
};

// Small scenarios move a tenth of the bytes: they fit the sanitizers.
enum class Size : uint8_t { kSmall, kFull };

struct Scenario {
  uint64_t seed = 0;
  Size size = Size::kFull;
  LinkPlan links[2];  // from host 0, from host 1
  HostPlan hosts[2];
  std::vector<ConnectionPlan> connections;
  std::vector<ClockJump> jumps;
  Millis faults_until = 0;  // then the path is clean: only rate, delay and queue stay

  uint64_t TotalBytes() const;
  // How long the slowest application takes by itself.
  Millis ApplicationTime() const;
  std::string Describe() const;  // one fact a line
};

Scenario DrawScenario(uint64_t seed, Size size);

}  // namespace zt::netstack::sim
