// Puts fragmented packets together again (vl1.md §3.8). Order of arrival does not matter.
// Slots have no timer: an incomplete one is reused when it is old, so nothing wakes for it.
#pragma once

#include <array>
#include <optional>

#include "base/drop_counters.h"
#include "vl1/limits.h"
#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/time.h"

namespace zt::vl1 {

class FragmentAssembler {
 public:
  // Twice the reference: several packets of several peers are in flight at once on a fast path.
  static constexpr size_t kSlots = 64;
  // Of one physical source, so that no single one displaces everybody's packets (vl1.md §11.2).
  static constexpr size_t kSlotsPerSource = 32;
  // Of all endpoints nobody was heard on together, however many addresses they make up.
  static constexpr size_t kSlotsOfStrangers = 16;
  static constexpr size_t kSlotsPerStranger = 8;

  struct Source {
    IpAddress ip;
    bool known = false;  // an authenticated packet came from this endpoint before
  };

  struct Assembled {
    MutableBytes packet;  // valid until the next call
    Endpoint from;        // of the head (vl1.md §3.8)
    LocalSocket via;
  };

  explicit FragmentAssembler(DropCounters& drops) : drops_(drops) {}

  // The head is part 0 of a packet: an ordinary header with FRAGMENTED set.
  std::optional<Assembled> AddHead(Instant now, PacketId id, ByteSpan head, const Endpoint& from, LocalSocket via,
                                   bool known);
  // Part `number` of `total`; `data` is what follows the fragment header.
  std::optional<Assembled> AddFragment(Instant now, PacketId id, unsigned number, unsigned total, ByteSpan data,
                                       const Source& from);

 private:
  struct Part {
    uint16_t offset = 0;
    uint16_t size = 0;
  };
  struct Slot {
    PacketId id;
    Instant since = Instant::LongAgo();
    bool used = false;
    uint8_t mask = 0;
    uint8_t total = 0;      // 0 until a fragment told it
    Source source;          // who opened the slot
    Endpoint head_from;
    LocalSocket head_via;
    Bytes bytes;            // parts in order of arrival; keeps its capacity, at most limits::kMaxPacketSize
    std::array<Part, limits::kMaxFragments> parts{};
  };

  Slot& SlotFor(Instant now, PacketId id, const Source& source);
  Slot& Victim(Instant now, const Source& source);
  std::optional<Assembled> Add(Slot& slot, unsigned number, ByteSpan data);

  DropCounters& drops_;
  std::array<Slot, kSlots> slots_;
  Bytes ordered_;
};

}  // namespace zt::vl1
