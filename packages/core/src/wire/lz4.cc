#include "wire/lz4.h"

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

}  // namespace

std::optional<size_t> Lz4Decompress(ByteSpan block, MutableBytes out) {
  Decompressor d(block, out);
  if (!d.Run()) return std::nullopt;
  return d.written();
}

}  // namespace zt::wire
