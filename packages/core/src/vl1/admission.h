// Who becomes a peer, and who stops being one.
#pragma once

#include "vl1/keepalive_schedule.h"

namespace zt::vl1 {

class Admission {
 public:
  Admission(Context& context, KeepaliveSchedule& schedule) : context_(context), schedule_(schedule) {}

  // The peer with this identity, made if unknown; tells whatever waited for it. Null if the address is ours, belongs to
  // another key, or the table is full of peers that may not go. When it is full, who came to stay does: a peer with a
  // confirmed path or a common network goes only for being one of very many from the same place (/24, /48).
  Peer* Admit(const Now& now, const Identity& identity);
  // Forgets a peer; its record goes to the cache (vl1.md §7.10).
  void Evict(const Now& now, NodeAddress address);

 private:
  void MakeRoom(const Now& now);
  Peer* ChooseVictim(Instant now);

  Context& context_;
  KeepaliveSchedule& schedule_;
};

}  // namespace zt::vl1
