// Who stays when the table of peers is full, and the order in which peers are due.
#include <doctest/doctest.h>

#include <set>

#include "testing/vl1_lab.h"
#include "vl1/admission.h"

namespace zt::testing {
namespace {

using vl1::Peer;

// Identities are costly to make; here only their addresses count.
Identity Someone(uint64_t n) {
  Identity identity;
  identity.address = {0x1000000000 + n};
  identity.public_key[0] = static_cast<uint8_t>(n);
  return identity;
}

struct Table {
  explicit Table(size_t max_peers)
      : options{.max_peers = max_peers}, host(0, *Endpoint::Parse("10.1.0.1/9993"), options) {}

  Peer* Admit(uint64_t n) { return admission.Admit(now, Someone(n)); }
  // A peer that answered from this address.
  Peer* Settle(uint64_t n, const IpAddress& ip) {
    now.mono.ms += 1;
    Peer* peer = nullptr;
    for (int attempt = 0; attempt < 5 && peer == nullptr; ++attempt) peer = Admit(n);  // HELLO is repeated
    REQUIRE(peer != nullptr);
    vl1::Path* path = context.paths.FindOrCreate(now.mono, {0}, {ip, 9993});
    peer->slots.push_back({.path = path, .last_direct = now.mono});
    ++path->slots;
    peer->last_heard = now.mono;
    return peer;
  }
  bool Knows(uint64_t n) const { return context.peers.Find(Someone(n).address) != nullptr; }

  vl1::Options options;
  LabNode host;
  Now now{{1000000}, {1700000000000}};
  vl1::Context context{.options = options,
                       .aes = true,
                       .self = host.secret,
                       .random = host.random,
                       .transmit = host.transmit,
                       .drops = host.drops,
                       .delegate = host,
                       .paths = vl1::PathTable(host.random, 16384),
                       .peers = vl1::PeerTable(options.max_peers),
                       .roots = vl1::RootSet(host.secret.identity()),
                       .expected = vl1::ExpectedReplies(64),
                       .surface = {}};
  vl1::KeepaliveSchedule schedule{false};
  vl1::Admission admission{context, schedule};
};

TEST_CASE("strangers that never answered make room for each other, never those with a confirmed path") {
  Table t(1000);
  for (uint64_t n = 0; n < 900; ++n) t.Settle(n, IpAddress::V4(static_cast<uint32_t>(0x0b000000 + n * 256)));
  for (uint64_t n = 10000; n < 30000; ++n) {
    ++t.now.mono.ms;
    t.Admit(n);
    REQUIRE(t.context.peers.size() <= 1000);
  }
  for (uint64_t n = 0; n < 900; ++n) CHECK(t.Knows(n));
  // A newcomer that answers within a round trip of a flood like this usually stays.
  int stayed = 0;
  for (uint64_t n = 1; n <= 50; ++n) {
    t.Settle(1000 + n, IpAddress::V4(static_cast<uint32_t>(0x0c000000 + n * 256)));
    for (uint64_t flood = 0; flood < 100; ++flood) t.Admit(50000 + 100 * n + flood);
    stayed += t.Knows(1000 + n);
  }
  CHECK(stayed == 50);
}

TEST_CASE("a seed is not evicted: the root set may be about to change because of its packet") {
  Table t(64);
  t.context.roots.AddSeed(7, Someone(0).address);
  for (uint64_t n = 0; n < 64; ++n) t.Admit(n);
  for (uint64_t n = 0; n < 500; ++n) {
    t.now.mono.ms += 1;
    if (Peer* peer = t.Admit(1000 + n)) peer->last_heard = t.now.mono;
  }
  CHECK(t.Knows(0));
}

TEST_CASE("a full table of settled peers takes no more, unless one network has a large part of it") {
  Table t(1000);
  for (uint64_t n = 0; n < 400; ++n) t.Settle(n, IpAddress::V4(static_cast<uint32_t>(0x0b000000 + n * 256)));
  for (uint64_t n = 400; n < 1000; ++n) t.Settle(n, IpAddress::V4(static_cast<uint32_t>(0x0c000000 + n % 256)));
  for (uint64_t n = 2000; n < 2200; ++n) {
    ++t.now.mono.ms;
    t.Settle(n, IpAddress::V4(static_cast<uint32_t>(0x0d000000 + n * 256)));
  }
  for (uint64_t n = 0; n < 400; ++n) CHECK(t.Knows(n));
  for (uint64_t n = 2000; n < 2200; ++n) CHECK(t.Knows(n));

  Table even(1000);
  for (uint64_t n = 0; n < 1000; ++n) even.Settle(n, IpAddress::V4(static_cast<uint32_t>(0x0b000000 + n * 256)));
  CHECK(even.Admit(2000) == nullptr);
  CHECK(even.host.drops.Of(DropReason::kQueueFull) == 1);
}

TEST_CASE("peers come out when they are due, whatever was moved or forgotten") {
  SeededRandom random(5);
  vl1::DueHeap heap;
  std::vector<std::unique_ptr<Peer>> peers;
  for (uint64_t n = 0; n < 500; ++n) {
    peers.push_back(std::make_unique<Peer>());
    peers.back()->identity = Someone(n);
  }
  std::set<Peer*> inside;
  for (int step = 0; step < 20000; ++step) {
    Peer& peer = *peers[random.Below(peers.size())];
    if (random.Below(4) == 0) {
      heap.Remove(peer);
      inside.erase(&peer);
    } else {
      peer.due = {static_cast<int64_t>(random.Below(100000))};
      heap.Put(peer);
      inside.insert(&peer);
    }
    REQUIRE(heap.size() == inside.size());
  }
  int64_t last = 0;
  while (Peer* peer = heap.top()) {
    CHECK(peer->due.ms >= last);
    last = peer->due.ms;
    heap.Remove(*peer);
    inside.erase(peer);
  }
  CHECK(inside.empty());
}

}  // namespace
}  // namespace zt::testing
