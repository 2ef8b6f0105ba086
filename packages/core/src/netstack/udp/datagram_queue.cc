#include "netstack/udp/datagram_queue.h"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "base/check.h"

namespace zt::netstack {

static_assert(std::is_trivially_copyable_v<DatagramQueue::Head>);

size_t DatagramQueue::CapacityWith(size_t size) const {
  return std::max({capacity_, kKeptBytes, std::bit_ceil(used_ + sizeof(Head) + size)});
}

void DatagramQueue::Push(const Endpoint& from, const Endpoint& to, ByteSpan data) {
  if (const size_t wanted = CapacityWith(data.size()); wanted != capacity_) Resize(wanted);
  const Head head{from, to, static_cast<uint32_t>(data.size())};
  Write(&head, sizeof head);
  Write(data.data(), data.size());
  ++count_;
}

size_t DatagramQueue::Pop(Endpoint& from, Endpoint& to, MutableBytes into) {
  ZT_CHECK(count_ != 0);
  Head head;
  Read(&head, sizeof head);
  from = head.from;
  to = head.to;
  const size_t n = std::min<size_t>(into.size(), head.size);
  Read(into.data(), n);
  Skip(head.size - n);
  if (--count_ == 0) {
    start_ = 0;
    if (capacity_ > kKeptBytes) Resize(0);
  }
  return n;
}

void DatagramQueue::Resize(size_t capacity) {
  std::unique_ptr<uint8_t[]> ring(capacity == 0 ? nullptr : new uint8_t[capacity]);
  const size_t used = used_;
  Read(ring.get(), used);
  ring_ = std::move(ring);
  capacity_ = capacity;
  start_ = 0;
  used_ = used;
}

void DatagramQueue::Write(const void* data, size_t size) {
  if (size == 0) return;
  const size_t at = (start_ + used_) & (capacity_ - 1);
  const size_t first = std::min(size, capacity_ - at);
  std::memcpy(&ring_[at], data, first);
  if (first != size) std::memcpy(&ring_[0], static_cast<const uint8_t*>(data) + first, size - first);
  used_ += size;
}

void DatagramQueue::Read(void* out, size_t size) {
  if (size == 0) return;
  const size_t first = std::min(size, capacity_ - start_);
  std::memcpy(out, &ring_[start_], first);
  if (first != size) std::memcpy(static_cast<uint8_t*>(out) + first, &ring_[0], size - first);
  Skip(size);
}

void DatagramQueue::Skip(size_t size) {
  if (size == 0) return;
  start_ = (start_ + size) & (capacity_ - 1);
  used_ -= size;
}

}  // namespace zt::netstack
