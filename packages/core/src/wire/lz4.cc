#include "wire/lz4.h"

#include <array>

#include "base/check.h"
#include "wire/limits.h"

namespace zt::wire {

namespace {

// End-of-block rules (vl1.md §4.7): the last sequence is literals only, at least 5 of them, and the last match begins
// at least 12 bytes before the end of the output.
constexpr size_t kLastLiterals = 5;
constexpr size_t kMatchMargin = 12;
constexpr size_t kMinMatch = 4;

class Decompressor {
 public:
  Decompressor(ByteSpan block, MutableBytes out) : in_(block), out_(out) {}

  bool Run() {
    for (;;) {
      if (at_ >= in_.size()) return false;
      const uint8_t token = in_[at_++];
      size_t literals = token >> 4;
      if (!Length(literals)) return false;
      if (literals > in_.size() - at_ || literals > out_.size() - written_) return false;
      if (literals != 0) std::memcpy(out_.data() + written_, in_.data() + at_, literals);
      at_ += literals;
      written_ += literals;
      if (at_ == in_.size()) return IsSoundEnd(literals);
      if (!Match(token & 0x0f)) return false;
    }
  }
  size_t written() const { return written_; }

 private:
  // Extends a 4-bit length of 15 by the bytes that follow it. No overflow: each byte of input adds at most 255.
  bool Length(size_t& n) {
    if (n != 15) return true;
    for (;;) {
      if (at_ >= in_.size()) return false;
      const uint8_t more = in_[at_++];
      n += more;
      if (more != 255) return true;
    }
  }

  bool Match(size_t length) {
    if (in_.size() - at_ < 2) return false;
    const size_t offset = in_[at_] | static_cast<size_t>(in_[at_ + 1]) << 8;  // little-endian
    at_ += 2;
    if (offset == 0 || offset > written_) return false;
    if (!Length(length)) return false;
    length += kMinMatch;
    if (length > out_.size() - written_) return false;
    last_match_ = written_;
    has_match_ = true;
    // Byte by byte: a match may overlap what it writes.
    uint8_t* to = out_.data() + written_;
    const uint8_t* from = to - offset;
    for (size_t i = 0; i < length; ++i) to[i] = from[i];
    written_ += length;
    return true;
  }

  bool IsSoundEnd(size_t literals) const {
    if (!has_match_) return written_ != 0;
    return literals >= kLastLiterals && written_ - last_match_ >= kMatchMargin;
  }

  ByteSpan in_;
  MutableBytes out_;
  size_t at_ = 0;
  size_t written_ = 0;
  size_t last_match_ = 0;
  bool has_match_ = false;
};

// Greedy: at each position the last earlier place with the same four bytes, found by a hash, is the match.
class Compressor {
 public:
  Compressor(ByteSpan data, MutableBytes out) : in_(data), out_(out) {}

  bool Run() {
    size_t literals_from = 0, at = 0;
    while (at + kMatchMargin <= in_.size()) {
      const size_t candidate = Remember(at);
      const size_t length = candidate == kNowhere ? 0 : MatchLength(candidate, at);
      if (length < kMinMatch) {
        // Data that does not repeat is passed over in growing steps.
        at += 1 + ((at - literals_from) >> kSkipShift);
        continue;
      }
      if (!Sequence(literals_from, at, at - candidate, length)) return false;
      at += length;
      literals_from = at;
    }
    return LastLiterals(literals_from);
  }
  size_t written() const { return written_; }

 private:
  static constexpr unsigned kHashBits = 12;
  static constexpr unsigned kSkipShift = 6;
  static constexpr uint16_t kNone = 0xffff;       // beyond any position: payloads are shorter
  static constexpr size_t kNowhere = SIZE_MAX;

  static uint32_t Word(const uint8_t* at) {
    uint32_t word;
    std::memcpy(&word, at, sizeof(word));
    return word;
  }
  // Where these four bytes may have been last; they are here now.
  size_t Remember(size_t at) {
    uint16_t& slot = table_[Word(in_.data() + at) * 2654435761u >> (32 - kHashBits)];
    const uint16_t before = slot;
    slot = static_cast<uint16_t>(at);
    return before == kNone ? kNowhere : before;
  }
  // Up to the literals a block has to end with.
  size_t MatchLength(size_t candidate, size_t at) const {
    const size_t limit = in_.size() - kLastLiterals - at;
    size_t n = 0;
    while (n < limit && in_[candidate + n] == in_[at + n]) ++n;
    return n;
  }
  bool Sequence(size_t from, size_t to, size_t offset, size_t length) {
    if (!Head(to - from, length - kMinMatch) || !Literals(from, to)) return false;
    if (!Put(static_cast<uint8_t>(offset)) || !Put(static_cast<uint8_t>(offset >> 8))) return false;
    return Rest(length - kMinMatch);
  }
  bool LastLiterals(size_t from) { return Head(in_.size() - from, 0) && Literals(from, in_.size()); }
  // The token, and what of the number of literals does not fit it.
  bool Head(size_t literals, size_t match) {
    const size_t high = literals < 15 ? literals : 15, low = match < 15 ? match : 15;
    return Put(static_cast<uint8_t>(high << 4 | low)) && Rest(literals);
  }
  bool Rest(size_t n) {
    if (n < 15) return true;
    for (n -= 15; n >= 255; n -= 255) {
      if (!Put(255)) return false;
    }
    return Put(static_cast<uint8_t>(n));
  }
  bool Literals(size_t from, size_t to) {
    if (to - from > out_.size() - written_) return false;
    if (to != from) std::memcpy(out_.data() + written_, in_.data() + from, to - from);
    written_ += to - from;
    return true;
  }
  bool Put(uint8_t byte) {
    if (written_ == out_.size()) return false;
    out_[written_++] = byte;
    return true;
  }

  ByteSpan in_;
  MutableBytes out_;
  size_t written_ = 0;
  std::array<uint16_t, 1u << kHashBits> table_ = [] {
    std::array<uint16_t, 1u << kHashBits> empty;
    empty.fill(kNone);
    return empty;
  }();
};

}  // namespace

std::optional<size_t> Lz4Compress(ByteSpan data, MutableBytes out) {
  ZT_CHECK(data.size() <= limits::kMaxPayloadSize);
  Compressor c(data, out);
  if (data.empty() || !c.Run()) return std::nullopt;
  return c.written();
}

std::optional<size_t> Lz4Decompress(ByteSpan block, MutableBytes out) {
  Decompressor d(block, out);
  if (!d.Run()) return std::nullopt;
  return d.written();
}

}  // namespace zt::wire
