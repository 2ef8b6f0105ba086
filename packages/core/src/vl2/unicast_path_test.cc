// The unicast path carries TCP at full rate: it must not touch the heap once a peer is admitted.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "vl2/test_wire.h"
#include "vl2/vl2.h"
#include "wire/derived_address.h"

namespace {
size_t allocations = 0;
}  // namespace

// Replaced for this test program only.
void* operator new(size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  std::abort();
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }

namespace zt::vl2 {
namespace {

constexpr NetworkId kNetwork{0xfc7120dae1000003};

// A link and delegate that keep nothing, around a Vl2 configured through the test wire's controller.
class SilentNode final : public Link, public Delegate {
 public:
  explicit SilentNode(testing::TestNode& shell) : shell_(shell), vl2(*this, random_, drops_, Options{}, *this) {}
  PacketId Send(const Now&, NodeAddress, Verb, vl1::Gather payload, vl1::SendOptions) override {
    for (const ByteSpan piece : payload) bytes += piece.size();
    return {1};
  }
  const SecretIdentity& self() const override { return shell_.self(); }
  const Identity* FindIdentity(NodeAddress a) const override { return shell_.FindIdentity(a); }
  void RequestIdentity(const Now&, NodeAddress) override {}
  bool IsRoot(NodeAddress) const override { return false; }
  bool WeAreRoot() const override { return false; }
  std::vector<NodeAddress> Roots() const override { return {}; }
  std::optional<NodeAddress> BestRoot(const Now&) const override { return std::nullopt; }
  std::optional<int> Latency(NodeAddress) const override { return std::nullopt; }
  void DeliverFrame(const Now&, NetworkId, Mac, Mac, uint16_t, ByteSpan) override { ++delivered; }
  void OnNetworkChange(const Now&, const NetworkInfo&, bool) override {}
  void StoreNetwork(const Now&, NetworkId, ByteSpan) override {}
  void OnControllerRequest(const Now&, const ControllerRequest&) override {}
  void OnUserMessage(const Now&, NodeAddress, uint64_t, ByteSpan) override {}

  size_t bytes = 0;
  int delivered = 0;

 private:
  testing::TestNode& shell_;
  testing::TestRandom random_{1};
  DropCounters drops_;

 public:
  Vl2 vl2;
};

TEST_CASE("Admitted unicast frames are sent and received without allocating, rules or not") {
  for (const bool rules : {false, true}) {
    testing::TestWire wire;
    testing::TestNode alice(wire, testing::kAliceSecret), bob(wire, testing::kBobSecret);
    SilentNode node(alice);
    NetworkConfig config;
    config.network = kNetwork;
    config.issued_to = alice.address();
    config.timestamp = 1;
    config.is_public = true;
    if (rules) {  // the usual first rules: only IPv4, ARP and IPv6
      config.rules = *ParseRules(testing::FromHex("a5020800a5020806a50286dd0000"), 10);
    }
    Rule accept;
    accept.type = RuleType::kActionAccept;
    config.rules.push_back(accept);
    REQUIRE(node.vl2.Join(wire.now, kNetwork, *config.Serialize()));
    const Bytes head(54), body(1'400);
    const std::array<ByteSpan, 2> pieces{ByteSpan(head), ByteSpan(body)};
    const Mac mine = DeriveMac(alice.address(), kNetwork), peer = DeriveMac(bob.address(), kNetwork);
    Bytes message(10 + 1'400);
    ByteWriter out(message);
    out.U64(kNetwork.value);
    out.U16(0x0800);
    const Identity& from = bob.self().identity();
    const auto both_ways = [&] {
      node.vl2.SendFrame(wire.now, kNetwork, mine, peer, 0x0800, pieces);
      node.vl2.HandleMessage(wire.now, {&from, Verb::kFrame, {7}, 0, {}, message});
      node.vl2.Flush(wire.now);
      (void)node.vl2.NextTimeout();
    };
    both_ways();  // makes the peer's record
    const size_t before = allocations;
    for (int i = 0; i < 100; ++i) both_ways();
    CHECK(allocations == before);
    CHECK(node.delivered == 101);
    CHECK(node.bytes > size_t{101} * 1'454);
  }
}

}  // namespace
}  // namespace zt::vl2
