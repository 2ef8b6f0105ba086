// The receive queue of one UDP socket: datagrams with their endpoints in a ring of bytes that grows as needed. No
// allocation per datagram, one copy in and one out.
#pragma once

#include <memory>

#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::netstack {

class DatagramQueue {
 public:
  // An idle socket keeps this much once it received anything; more is given back when the queue runs empty.
  static constexpr size_t kKeptBytes = 4096;

  struct Head {
    Endpoint from, to;
    uint32_t size = 0;
  };

  bool empty() const { return count_ == 0; }
  size_t count() const { return count_; }
  size_t data_bytes() const { return used_ - count_ * sizeof(Head); }
  size_t capacity() const { return capacity_; }
  // The capacity after a Push of so many bytes.
  size_t CapacityWith(size_t size) const;
  void Push(const Endpoint& from, const Endpoint& to, ByteSpan data);
  // The oldest datagram, cut to `into`. The queue must not be empty.
  size_t Pop(Endpoint& from, Endpoint& to, MutableBytes into);

 private:
  void Resize(size_t capacity);
  void Write(const void* data, size_t size);
  void Read(void* out, size_t size);
  void Skip(size_t size);

  std::unique_ptr<uint8_t[]> ring_;
  size_t capacity_ = 0;  // 0 or a power of two
  size_t start_ = 0, used_ = 0, count_ = 0;
};

}  // namespace zt::netstack
