// The property all codecs have: what was parsed, written and parsed again is the same value, written the same way.
#pragma once

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/check.h"
#include "zt/bytes.h"

namespace zt::fuzz {

// Larger than anything a 64 KiB packet can turn into.
inline constexpr size_t kScratch = 1 << 18;

template <typename T>
Bytes Write(const T& value) {
  Bytes buffer(kScratch);
  ByteWriter out(buffer);
  value.SerializeTo(out);
  ZT_CHECK(out.ok());
  buffer.resize(out.size());
  return buffer;
}

// T::Parse(ByteSpan). Bytes are compared, not values: flags of optional fields are normalized on the way out.
template <typename T>
void Payload(ByteSpan input) {
  const auto first = T::Parse(input);
  if (!first) return;
  const Bytes once = Write(*first);
  const auto second = T::Parse(once);
  ZT_CHECK(second.has_value());
  ZT_CHECK(Write(*second) == once);
}

// T::Parse(ByteReader&), as many as the input holds.
template <typename T>
void Elements(ByteSpan input) {
  ByteReader in(input);
  while (!in.AtEnd()) {
    const auto first = T::Parse(in);
    if (!first) return;
    const Bytes once = Write(*first);
    ByteReader again(once);
    const auto second = T::Parse(again);
    ZT_CHECK(second.has_value() && again.AtEnd());
    ZT_CHECK(*second == *first);
    ZT_CHECK(Write(*second) == once);
  }
}

}  // namespace zt::fuzz
