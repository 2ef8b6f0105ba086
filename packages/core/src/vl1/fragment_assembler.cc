#include "vl1/fragment_assembler.h"

namespace zt::vl1 {

std::optional<FragmentAssembler::Assembled> FragmentAssembler::AddHead(Instant now, PacketId id, ByteSpan head,
                                                                       const Endpoint& from, LocalSocket via,
                                                                       bool known) {
  Slot& slot = SlotFor(now, id, {from.ip, known});
  if (slot.mask & 1) return std::nullopt;
  slot.head_from = from;
  slot.head_via = via;
  return Add(slot, 0, head);
}

std::optional<FragmentAssembler::Assembled> FragmentAssembler::AddFragment(Instant now, PacketId id, unsigned number,
                                                                           unsigned total, ByteSpan data,
                                                                           const Source& from) {
  if (total < 2 || total > limits::kMaxFragments || number < 1 || number >= total || data.empty()) {
    drops_.Count(DropReason::kMalformed);
    return std::nullopt;
  }
  Slot& slot = SlotFor(now, id, from);
  if (slot.mask >> number & 1) return std::nullopt;
  slot.total = static_cast<uint8_t>(total);
  return Add(slot, number, data);
}

FragmentAssembler::Slot& FragmentAssembler::SlotFor(Instant now, PacketId id, const Source& source) {
  for (Slot& slot : slots_) {
    if (slot.used && slot.id == id && now - slot.since < kReassemblyTimeout) return slot;
  }
  Slot& slot = Victim(now, source);
  if (slot.used) drops_.Count(DropReason::kReassemblyTimeout);
  slot.id = id;
  slot.since = now;
  slot.used = true;
  slot.mask = 0;
  slot.total = 0;
  slot.source = source;
  slot.bytes.clear();
  slot.bytes.reserve(limits::kMaxPacketSize);
  return slot;
}

// A free or timed-out slot; else the oldest, first of the same source if that one holds its share, then of strangers.
FragmentAssembler::Slot& FragmentAssembler::Victim(Instant now, const Source& source) {
  struct Group {
    Slot* oldest = nullptr;
    size_t size = 0;
    void Add(Slot& slot) {
      if (oldest == nullptr || slot.since < oldest->since) oldest = &slot;
      ++size;
    }
  };
  Group all, own, strangers;
  Slot* free_slot = nullptr;
  for (Slot& slot : slots_) {
    if (!slot.used || now - slot.since >= kReassemblyTimeout) {
      if (free_slot == nullptr) free_slot = &slot;
      continue;
    }
    all.Add(slot);
    if (slot.source.ip == source.ip) own.Add(slot);
    if (!slot.source.known) strangers.Add(slot);
  }
  if (own.size >= (source.known ? kSlotsPerSource : kSlotsPerStranger)) return *own.oldest;
  if (!source.known && strangers.size >= kSlotsOfStrangers) return *strangers.oldest;
  if (free_slot != nullptr) return *free_slot;
  return strangers.size != 0 ? *strangers.oldest : *all.oldest;
}

std::optional<FragmentAssembler::Assembled> FragmentAssembler::Add(Slot& slot, unsigned number, ByteSpan data) {
  if (slot.bytes.size() + data.size() > limits::kMaxPacketSize) {
    drops_.Count(DropReason::kTooLong);
    slot.used = false;
    return std::nullopt;
  }
  slot.parts[number] = {static_cast<uint16_t>(slot.bytes.size()), static_cast<uint16_t>(data.size())};
  slot.bytes.insert(slot.bytes.end(), data.begin(), data.end());
  slot.mask = static_cast<uint8_t>(slot.mask | 1u << number);
  if (slot.total == 0 || slot.mask != (1u << slot.total) - 1) return std::nullopt;
  slot.used = false;
  bool sorted = true;
  for (unsigned i = 1; i < slot.total; ++i) sorted = sorted && slot.parts[i].offset > slot.parts[i - 1].offset;
  if (sorted) return Assembled{slot.bytes, slot.head_from, slot.head_via};
  ordered_.clear();
  ordered_.reserve(limits::kMaxPacketSize);
  for (unsigned i = 0; i < slot.total; ++i) {
    const auto begin = slot.bytes.begin() + slot.parts[i].offset;
    ordered_.insert(ordered_.end(), begin, begin + slot.parts[i].size);
  }
  return Assembled{ordered_, slot.head_from, slot.head_via};
}

}  // namespace zt::vl1
