// The head of OK messages: which packet they answer (vl1.md §5.4).
#pragma once

#include <optional>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "zt/generated/enums.h"
#include "zt/ids.h"

namespace zt::wire {

// Any OK. `body` is from packet offset 37. The typed OK messages read the same payload again.
struct Ok {
  Verb in_re_verb = Verb::kNop;  // any byte may arrive here
  PacketId in_re;
  ByteSpan body;

  static constexpr size_t kHeadSize = 9;
  bool operator==(const Ok& o) const;
  static std::optional<Ok> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

// Writes the head of an OK.
void WriteOkHead(ByteWriter& out, Verb in_re_verb, PacketId in_re);
// Reads the head of an OK that must answer `expected`; another verb fails the reader.
PacketId ReadOkHead(ByteReader& in, Verb expected);
// True iff both spans hold the same bytes (spans compare by content in messages).
bool SameBytes(ByteSpan a, ByteSpan b);

}  // namespace zt::wire
