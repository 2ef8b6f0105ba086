// The fast path allocates nothing: a direct packet in, handed up and answered, and one out.
#include <cstdlib>
#include <new>

#include "testing/vl1_lab.h"

namespace {

size_t g_allocations = 0;

}  // namespace

// Not inlined: the compiler must not pair one of them with the library's counterpart.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++g_allocations;
  if (void* p = std::malloc(size)) return p;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace zt::testing {
namespace {

TEST_CASE("opening a direct packet and sending one allocate nothing") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  LabNode& bob = lab.Add(2, "10.3.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Run(1000);
  const Bytes frame(1300, 7);
  lab.Send(alice, bob.address(), Verb::kFrame, frame);
  lab.Send(bob, alice.address(), Verb::kFrame, frame);
  lab.Run(1000);
  REQUIRE(bob.received.back().payload == frame);

  // Received by a delegate that keeps nothing.
  class Counting : public LabNode {
   public:
    using LabNode::LabNode;
    bool HandleMessage(const Now& now, const vl1::Message& m) override {
      ++messages;
      vl1->Send(now, m.source->address, Verb::kFrame, {&m.payload, 1});
      return false;
    }
    int messages = 0;
  };
  Counting carol(3, *Endpoint::Parse("10.2.0.1/9993"), {});
  carol.vl1->OfferPlanet(lab.now(), Vl1Lab::MakePlanet({{&root, {root.endpoint}}}).Serialize());
  carol.vl1->LoadPeer(lab.now(), [&] {
    root.vl1->SavePeers(lab.now());
    return root.records[bob.address()];
  }());
  const ByteSpan payload(frame);
  // Bob meets Carol by HELLO, so that both hold a direct path.
  for (int round = 0; round < 40; ++round) {
    carol.vl1->HandleTimeout(lab.now());
    for (const Transmit& t : carol.transmit.datagrams()) {
      if (t.to != bob.endpoint) continue;
      Bytes copy(t.bytes.begin(), t.bytes.end());
      bob.vl1->HandleDatagram(lab.now(), {copy, carol.endpoint, {0}});
    }
    carol.transmit.Clear();
    for (const Transmit& t : bob.transmit.datagrams()) {
      Bytes copy(t.bytes.begin(), t.bytes.end());
      carol.vl1->HandleDatagram(lab.now(), {copy, bob.endpoint, {0}});
    }
    bob.transmit.Clear();
  }
  bob.vl1->Send(lab.now(), carol.address(), Verb::kFrame, {&payload, 1});
  REQUIRE(bob.transmit.datagrams().size() == 1);
  Bytes datagram(bob.transmit.datagrams()[0].bytes.begin(), bob.transmit.datagrams()[0].bytes.end());
  Bytes again = datagram;
  carol.vl1->HandleDatagram(lab.now(), {again, bob.endpoint, {0}});
  REQUIRE(carol.messages == 1);
  carol.transmit.Clear();

  const size_t before = g_allocations;
  carol.vl1->HandleDatagram(lab.now(), {datagram, bob.endpoint, {0}});
  const size_t after = g_allocations;
  CHECK(carol.messages == 2);
  CHECK(carol.transmit.datagrams().size() == 1);
  CHECK(after - before == 0);
}

}  // namespace
}  // namespace zt::testing
