// SEEN: what an authenticated packet does to its peer and its path (vl1.md §7.4). Paths are learned here, only from OK.
#pragma once

#include "vl1/confirm_gate.h"
#include "vl1/direct_paths.h"
#include "vl1/keepalive_schedule.h"
#include "vl1/online.h"
#include "vl1/path_doubt.h"

namespace zt::vl1 {

class Seen {
 public:
  struct Parts {
    KeepaliveSchedule& schedule;
    PacketWriter& writer;
    Reachability& reachability;
    Online& online;
    DirectPaths& direct_paths;
    PathDoubt& doubt;
  };
  Seen(Context& context, const Parts& parts)
      : context_(context), parts_(parts), gate_(context.options.max_peers, context.random) {}

  struct Packet {
    uint8_t hops;
    Verb verb;
    bool trust = false;   // it proves common network membership (vl1.md §5.13)
    uint64_t asked_at = 0;  // an OK's: where its request went (ExpectedReplies::AskedAt)
  };
  void Run(const Now& now, Peer& peer, Path& path, const Packet& packet);

 private:
  bool MayBecomePath(const Peer& peer, const Path& path) const;
  static bool Restless(Instant now, const Path& path);
  static void CountPortChange(Instant now, const Path& before, Path& path);
  static bool Proves(const Packet& packet, const Path& path);
  static bool HoldsPort(Instant now, const PathSlot& slot, const Path& path, const Packet& packet);
  bool HaveAlready(const Now& now, Peer& peer, const Path& path, const Packet& packet);
  void UseAgain(const Now& now, Peer& peer, PathSlot& slot);
  void Answered(const Now& now, Peer& peer, const Path& path, uint64_t asked_at);
  void Try(const Now& now, Peer& peer, PathSlot& slot);
  void Supersede(const Now& now, Peer& peer, const Path& path, bool proven);
  void Remove(const Now& now, Peer& peer, std::vector<PathSlot>::iterator slot);
  void Learn(const Now& now, Peer& peer, Path& path, bool proven);
  void Confirm(const Now& now, Peer& peer, Path& path);
  std::optional<LocalSocket> WayToAsk(Instant now, const Peer& peer, const Path& path);

  Context& context_;
  Parts parts_;
  ConfirmGate gate_;
};

}  // namespace zt::vl1
