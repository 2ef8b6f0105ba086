#include "vl2/config_assembler.h"

#include <algorithm>

namespace zt::vl2 {

bool ConfigAssembler::Seen(const ConfigPiece& piece) const {
  for (const Slot& slot : slots_) {
    if (slot.update_id != piece.update_id) continue;
    return std::find(slot.keys.begin(), slot.keys.end(), piece.duplicate_key) != slot.keys.end();
  }
  return false;
}

ConfigAssembler::Slot* ConfigAssembler::SlotFor(const ConfigPiece& piece) {
  const auto before = [](const Slot& a, const Slot& b) {
    return a.Protected() != b.Protected() ? !a.Protected() : a.used < b.used;
  };
  Slot* first = &slots_[0];
  for (Slot& slot : slots_) {
    if (slot.update_id == piece.update_id) return &slot;
    if (before(slot, *first)) first = &slot;
  }
  if (first->Protected() && !piece.from_controller) return nullptr;
  *first = Slot{};
  first->update_id = piece.update_id;
  return first;
}

void ConfigAssembler::Cover(std::vector<Range>& ranges, Range added) {
  std::erase_if(ranges, [&](const Range& r) {
    if (r.end < added.begin || r.begin > added.end) return false;
    added.begin = std::min(added.begin, r.begin);
    added.end = std::max(added.end, r.end);
    return true;
  });
  const auto at = std::find_if(ranges.begin(), ranges.end(), [&](const Range& r) { return r.begin > added.begin; });
  ranges.insert(at, added);
}

std::optional<Bytes> ConfigAssembler::Add(const ConfigPiece& piece) {
  Slot* const found = SlotFor(piece);
  if (found == nullptr) return std::nullopt;
  Slot& slot = *found;
  slot.used = ++uses_;
  slot.from_controller = slot.from_controller || piece.from_controller;
  if (slot.complete || slot.keys.size() >= kMaxChunks) return std::nullopt;
  if (slot.keys.empty()) slot.bytes.resize(piece.total);
  if (slot.bytes.size() != piece.total) return std::nullopt;  // two totals under one id: the first stands
  slot.keys.push_back(piece.duplicate_key);
  std::copy(piece.data.begin(), piece.data.end(), slot.bytes.begin() + piece.position);
  const auto end = static_cast<uint32_t>(piece.position + piece.data.size());
  if (end > piece.position) Cover(slot.ranges, {piece.position, end});
  // Ranges, not a sum of lengths: overlapping chunks never fake a complete dictionary (vl2.md §5.4 Do).
  const bool whole = slot.ranges.size() == 1 && slot.ranges[0].begin == 0 && slot.ranges[0].end == piece.total;
  if (!whole) return std::nullopt;
  slot.complete = true;
  slot.ranges.clear();
  return std::move(slot.bytes);
}

}  // namespace zt::vl2
