// Internal functions by name, for the vector tests (README.md).
#pragma once

#include <span>
#include <string_view>

#include "base/byte_reader.h"
#include "zt/bytes.h"

namespace zt::probe {

struct Entry {
  std::string_view name;  // "area.function"
  bool (*run)(ByteReader& in, Bytes& out);
};

// One table per area, each in its own file.
std::span<const Entry> CryptoEntries();
std::span<const Entry> WireEntries();
std::span<const Entry> Vl1Entries();
std::span<const Entry> Vl2Entries();
std::span<const Entry> RulesEntries();
std::span<const Entry> BenchEntries();

enum class Outcome { kOk, kRejected, kUnknownName };
Outcome Run(std::string_view name, ByteSpan input, Bytes& out);

// A u32-length-prefixed piece of the input.
inline ByteSpan Piece(ByteReader& in) { return in.Take(in.U32()); }
inline void Append(Bytes& out, ByteSpan piece) { out.insert(out.end(), piece.begin(), piece.end()); }
inline void AppendPiece(Bytes& out, ByteSpan piece) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(piece.size() >> shift));
  Append(out, piece);
}

}  // namespace zt::probe
