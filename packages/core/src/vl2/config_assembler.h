// Chunks of a configuration, in any order and from any messenger, put together again (vl2.md §5.4).
// Verifying the chunk's signature is the caller's business and comes before Add.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "zt/bytes.h"

namespace zt::vl2 {

struct ConfigPiece {
  uint64_t update_id = 0;      // same in all chunks of one update, never 0
  uint64_t duplicate_key = 0;  // tells one chunk of an update from another
  uint32_t total = 0;          // bytes of the whole dictionary
  uint32_t position = 0;       // byte offset of `data` in it
  bool from_controller = false;  // brought by the controller itself, not by some messenger
  ByteSpan data;
};

class ConfigAssembler {
 public:
  static constexpr size_t kSlots = 3;              // partial updates kept (vl2.md §17)
  static constexpr size_t kMaxChunks = 474;        // per update (vl2.md §17)
  static constexpr uint32_t kCapacity = 484'519;   // longest dictionary (vl2.md §5.4)

  // False: the piece cannot be part of any dictionary we would hold.
  static bool Fits(const ConfigPiece& piece) {
    return piece.update_id != 0 && piece.total <= kCapacity &&
           uint64_t{piece.position} + piece.data.size() <= piece.total;
  }
  // True: this very chunk was stored before. It is then neither verified nor flooded again.
  bool Seen(const ConfigPiece& piece) const;
  // Stores a piece that Fits and was not Seen; the dictionary when it completes one. An update that the controller
  // itself is sending gives way only to another of its own: replayed chunks do not keep a new one from arriving.
  std::optional<Bytes> Add(const ConfigPiece& piece);

 private:
  struct Range {
    uint32_t begin, end;
  };
  struct Slot {
    uint64_t update_id = 0;  // 0: free
    uint64_t used = 0;       // for least-recently-used replacement
    bool complete = false;   // the bytes are gone, the chunk keys still tell repeats
    bool from_controller = false;  // it brought a piece
    bool Protected() const { return from_controller && !complete; }
    Bytes bytes;
    std::vector<Range> ranges;  // received, ascending, disjoint, not touching
    std::vector<uint64_t> keys;
  };
  Slot* SlotFor(const ConfigPiece& piece);  // null: none is free for it
  static void Cover(std::vector<Range>& ranges, Range added);

  std::array<Slot, kSlots> slots_;
  uint64_t uses_ = 0;
};

}  // namespace zt::vl2
