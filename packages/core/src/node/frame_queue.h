// Frames on their way between the application and a network, in one ring of bytes: each is a u16 length and the whole
// Ethernet frame (HOST_PROTOCOL.md §12). Not a deque of buffers: a frame costs its bytes and nothing else.
#pragma once

#include <memory>
#include <span>

#include "zt/bytes.h"

namespace zt::node {

class FrameQueue {
 public:
  static constexpr size_t kLengthSize = 2;

  explicit FrameQueue(size_t capacity) : capacity_(capacity), ring_(new uint8_t[capacity]) {}

  size_t size() const { return size_; }
  size_t room() const { return capacity_ - size_; }
  bool empty() const { return size_ == 0; }

  // The pieces together are one frame of at most 65535 bytes; false when it does not fit.
  bool Push(std::span<const ByteSpan> pieces);
  // Takes the whole records at the beginning of `records` that fit. The bytes taken.
  size_t PushRecords(ByteSpan records);
  // Moves whole records to `into`, as many as fit. The bytes moved; 0 as well when the first one does not fit.
  size_t Take(MutableBytes into);
  // The first frame, in place or, where the ring wraps, copied to `joined`; valid until anything is pushed or taken.
  // Only when there is one.
  ByteSpan Front(Bytes& joined) const;
  void PopFront();

 private:
  size_t Wrapped(size_t at) const { return at < capacity_ ? at : at - capacity_; }
  size_t LengthAt(size_t at) const { return size_t{ring_[Wrapped(at)]} << 8 | ring_[Wrapped(at + 1)]; }
  void Append(ByteSpan bytes);
  void CopyOut(size_t at, MutableBytes into) const;

  const size_t capacity_;
  const std::unique_ptr<uint8_t[]> ring_;
  size_t head_ = 0;  // of the first record, below capacity_
  size_t size_ = 0;
};

}  // namespace zt::node
