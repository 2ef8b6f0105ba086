// Another node whose identity we know (vl1.md §7.1).
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "vl1/packet_seal.h"
#include "vl1/path.h"
#include "vl1/vl1.h"

namespace zt::vl1 {

// One path of one peer, learned from an OK over it (vl1.md §7.4).
struct PathSlot {
  Path* path = nullptr;
  Instant last_direct = Instant::LongAgo();  // last authenticated packet of this peer over it with hops 0
  Instant last_probe = Instant::LongAgo();
  int unanswered = 0;                        // probes since the last answer to one
  bool silent = false;                       // not used for sending until the peer is heard on it
  bool on_trial = false;                     // heard, but not answered yet: while silent, it needs an answer
  bool urgent = false;                       // in doubt: probed at probe_at and soon again (path_doubt.h)
  bool avoid = false;                        // in so much doubt that any other path is better
  Instant probe_at = Instant::LongAgo();
  Instant last_sent = Instant::LongAgo();    // packets of the send routine, as opposed to probes and replies
  Instant unheard_since = Instant::Never();  // the first of them after the peer was last heard here
};

// How packets reach a peer, as last told to the delegate.
enum class Reach : uint8_t { kUnknown, kDirect, kRelay, kUnreachable };

struct Peer {
  Identity identity;
  std::unique_ptr<PeerKeys> keys;  // expanded at first use
  bool keys_refused = false;       // the agreement gave zero (vl1.md §2.9)

  int protocol = 0;                // 0 unknown
  int version_major = 0, version_minor = 0, version_revision = 0;

  PeerRole role = PeerRole::kLeaf;
  std::vector<PathSlot> slots;                          // at most kMaxSlotsPerPeer
  std::vector<Endpoint> remembered;                     // from the peer cache, kept for the next record
  bool try_remembered = false;                          // each of them gets one HELLO (vl1.md §9.2)
  Reach reach = Reach::kUnknown;

  Instant created = Instant::LongAgo();
  Instant last_heard = Instant::LongAgo();
  Instant last_useful = Instant::LongAgo();             // vl1.md §5.13
  Instant last_trust = Instant::LongAgo();
  Instant last_full_hello = Instant::LongAgo();
  Instant last_push_sent = Instant::LongAgo();
  int pushes_sent = 0;                                  // packets since the last pause that reopens its gate
  bool push_news = false;                               // our places changed: told as soon as its gate allows
  Instant last_push_received = Instant::LongAgo();
  int pushes_in_burst = 0;
  Instant last_whois_answer = Instant::LongAgo();
  Instant whois_window = Instant::LongAgo();            // identities told in answers are counted per second
  int whois_answers = 0;
  Instant last_trial = Instant::LongAgo();              // a path learned from an answer that came another way is asked
  Instant last_hint_try = Instant::LongAgo();           // vl1.md §7.6
  Instant hello_window = Instant::LongAgo();            // answers to HELLO are counted per second
  int hello_answers = 0;
  int root_attempts = 0;                                // HELLOs to stable endpoints since the root was last heard
  Instant next_root_attempt = Instant::LongAgo();
  Instant due = Instant::Never();                       // when Keepalive looks at it next
  static constexpr uint32_t kNoIndex = 0xffffffff;
  uint32_t heap_index = kNoIndex;                       // in DueHeap
  uint32_t table_index = kNoIndex;                      // in PeerTable

  // Endpoints that got a HELLO because a packet came from there; the oldest makes room (vl1.md §7.4).
  struct Tried {
    const Path* path = nullptr;
    Instant at = Instant::LongAgo();
  };
  std::array<Tried, 8> tried{};

  NodeAddress address() const { return identity.address; }
  bool IsRoot() const { return role != PeerRole::kLeaf; }
  bool Active(Instant now) const { return now - last_useful < kPeerAlive; }
  bool Trusted(Instant now) const { return now - last_trust < kTrustLifetime; }
  PathSlot* FindSlot(const Path* path) {
    for (PathSlot& slot : slots) {
      if (slot.path == path) return &slot;
    }
    return nullptr;
  }
};

}  // namespace zt::vl1
