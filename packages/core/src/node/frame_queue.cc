#include "node/frame_queue.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace zt::node {

void FrameQueue::Append(ByteSpan bytes) {
  if (bytes.empty()) return;
  const size_t at = Wrapped(head_ + size_), first = std::min(bytes.size(), capacity_ - at);
  std::memcpy(ring_.get() + at, bytes.data(), first);
  std::memcpy(ring_.get(), bytes.data() + first, bytes.size() - first);
  size_ += bytes.size();
}

void FrameQueue::CopyOut(size_t at, MutableBytes into) const {
  if (into.empty()) return;
  at = Wrapped(at);
  const size_t first = std::min(into.size(), capacity_ - at);
  std::memcpy(into.data(), ring_.get() + at, first);
  std::memcpy(into.data() + first, ring_.get(), into.size() - first);
}

bool FrameQueue::Push(std::span<const ByteSpan> pieces) {
  size_t length = 0;
  for (const ByteSpan piece : pieces) length += piece.size();
  ZT_CHECK(length <= 0xffff);
  if (kLengthSize + length > room()) return false;
  const uint8_t head[kLengthSize] = {static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)};
  Append(head);
  for (const ByteSpan piece : pieces) Append(piece);
  return true;
}

size_t FrameQueue::PushRecords(ByteSpan records) {
  const size_t limit = std::min(room(), records.size());
  size_t end = 0;
  while (limit - end >= kLengthSize) {
    const size_t record = kLengthSize + (size_t{records[end]} << 8 | records[end + 1]);
    if (record > limit - end) break;
    end += record;
  }
  Append(records.first(end));
  return end;
}

size_t FrameQueue::Take(MutableBytes into) {
  const size_t limit = std::min(size_, into.size());
  size_t end = 0;
  while (limit - end >= kLengthSize) {
    const size_t record = kLengthSize + LengthAt(head_ + end);
    if (record > limit - end) break;
    end += record;
  }
  CopyOut(head_, into.first(end));
  head_ = Wrapped(head_ + end);
  size_ -= end;
  return end;
}

ByteSpan FrameQueue::Front(Bytes& joined) const {
  ZT_CHECK(!empty());
  const size_t length = LengthAt(head_), at = Wrapped(head_ + kLengthSize);
  if (length <= capacity_ - at) return {ring_.get() + at, length};
  joined.resize(length);
  CopyOut(at, joined);
  return joined;
}

void FrameQueue::PopFront() {
  const size_t record = kLengthSize + LengthAt(head_);
  head_ = Wrapped(head_ + record);
  size_ -= record;
}

}  // namespace zt::node
