#include "netstack/udp/datagram_queue.h"

#include <doctest/doctest.h>

#include <deque>

#include "base/seeded_random.h"

namespace zt::netstack {

TEST_CASE("a datagram queue gives back what it was given, in order, across growth and the seam of the ring") {
  SeededRandom random(7);
  DatagramQueue queue;
  std::deque<std::pair<Endpoint, Bytes>> model;
  size_t bytes = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (model.size() < 40 && random.Below(2) == 0) {
      Bytes data(random.Below(2000));
      for (uint8_t& b : data) b = static_cast<uint8_t>(random.U32());
      const Endpoint from{IpAddress::V4(random.U32()), static_cast<uint16_t>(step)};
      const size_t expected = queue.CapacityWith(data.size());
      queue.Push(from, {IpAddress::V4(1), 2}, data);
      CHECK(queue.capacity() == expected);
      bytes += data.size();
      model.emplace_back(from, std::move(data));
    } else if (!model.empty()) {
      Endpoint from, to;
      Bytes into(random.Below(2) == 0 ? 2000 : 100);
      const size_t size = queue.Pop(from, to, into);
      const auto& [sender, data] = model.front();
      REQUIRE(from == sender);
      REQUIRE(to == Endpoint{IpAddress::V4(1), 2});
      REQUIRE(size == std::min(into.size(), data.size()));
      REQUIRE(std::equal(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size), into.begin()));
      bytes -= data.size();
      model.pop_front();
    }
    REQUIRE(queue.count() == model.size());
    REQUIRE(queue.data_bytes() == bytes);
    if (model.empty()) CHECK(queue.capacity() <= DatagramQueue::kKeptBytes);
  }
}

}  // namespace zt::netstack
