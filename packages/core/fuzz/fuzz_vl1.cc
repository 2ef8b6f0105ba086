// One VL1 node between a root and a peer: the input is a list of things that happen to it. Raw datagrams reach the
// classifier and the assembler; sealed ones, made with the keys of the peer or the root, reach every handler.
#include "base/byte_reader.h"
#include "base/check.h"
#include "base/seeded_random.h"
#include "testing/test_identities.h"
#include "testing/vl1_packets.h"
#include "vl1/vl1.h"
#include "wire/peer_record.h"
#include "wire/world.h"

namespace {

using zt::ByteReader;
using zt::Bytes;
using zt::ByteSpan;
using zt::Endpoint;
using zt::IpAddress;

class Delegate : public zt::vl1::Delegate {
 public:
  zt::vl1::Vl1* node = nullptr;
  bool HandleMessage(const zt::Now& now, const zt::vl1::Message& m) override {
    // Answers from inside the call, as VL2 does.
    node->Send(now, m.source->address, zt::Verb::kFrame, {&m.payload, 1}, {.expect_reply = true});
    return m.payload.size() % 2 == 0;
  }
  void OnIdentityKnown(const zt::Now&, const zt::Identity&) override {}
  std::vector<zt::NodeAddress> AlwaysContact() const override { return {{0x1234567890}}; }
  bool IsVirtualAddress(const IpAddress& ip) const override { return ip.V4() == 0x0a630000; }
  void OnOnlineChange(const zt::Now&, bool) override {}
  void OnPeerChange(const zt::Now&, const zt::vl1::PeerInfo&, zt::vl1::PeerChange, const Endpoint&) override {}
  void OnIdentityCollision(const zt::Now&) override {}
  void OnPlanet(const zt::Now&, ByteSpan) override {}
  void OnMoon(const zt::Now&, uint64_t, zt::ByteSpan) override {}
  void OnPeerRecord(const zt::Now&, zt::NodeAddress, ByteSpan) override {}
  void OnWarning(const zt::Now&, zt::Warning, std::string_view) override {}
};

zt::SecretIdentity Secret(size_t n) { return *zt::SecretIdentity::ParseText(zt::testing::kTestSecrets[n]); }

const Endpoint kPeerAt{IpAddress::V4(10, 1, 0, 1), 9993}, kRootAt{IpAddress::V4(10, 2, 0, 1), 9993};

// What every life begins with. Made once: public-key work is the most expensive part of a run. The peer comes from the
// cache, because checking a stranger's identity is memory-hard; its HELLO then meets a known key.
struct Beginning {
  zt::SecretIdentity self = Secret(0), peer = Secret(1), root = Secret(2);
  Bytes planet, record, hello;
  Beginning() {
    zt::World world;
    world.type = zt::WorldType::kPlanet;
    world.id = 7;
    world.timestamp = 1;
    world.next_key = root.identity().public_key;
    world.roots.push_back({root.identity(), {kRootAt}});
    world.signature = root.Sign(world.SignedMessage());
    planet = world.Serialize();
    zt::PeerRecord known;
    known.identity = peer.identity();
    known.protocol = 11;
    known.endpoints = {kPeerAt};
    record = known.Serialize();
    hello = zt::testing::MakeHello(peer, self.identity());
  }
};
const Beginning& Begin() {
  static const Beginning beginning;
  return beginning;
}

// Input bytes: what happens u8, then its fields; a piece is u16 length and bytes.
class Life {
 public:
  Life() {
    delegate_.node = &node_;
    ZT_CHECK(node_.OfferPlanet(now_, Begin().planet));
    ZT_CHECK(node_.LoadPeer(now_, Begin().record));
    ZT_CHECK(node_.FindIdentity(peer_.address()) != nullptr);
    node_.HandleTimeout(now_);  // what is due at once, before any time is known
  }

  void Live(ByteReader in) {
    while (in.ok() && in.remaining() > 0) {
      Step(in);
      ZT_CHECK(node_.NextTimeout().at.ms >= 1000000);
      transmit_.Clear();
    }
    node_.SavePeers(now_);
    node_.Peers(now_);
  }

 private:
  void Step(ByteReader& in) {
    switch (in.U8() % 7) {
      case 0: Deliver(Piece(in), in.U8()); break;
      case 1: DeliverSealed(peer_, in); break;
      case 2: DeliverSealed(root_, in); break;
      case 3:
        now_.mono.ms += 10 * in.U16();
        // What is due is done: a node never asks to be woken for the present again and again.
        for (int i = 0; i < 4; ++i) node_.HandleTimeout(now_);
        ZT_CHECK(node_.NextTimeout().at > now_.mono);
        break;
      case 4: {
        const zt::NodeAddress to = in.Address();
        const Bytes payload = Piece(in);
        const ByteSpan span(payload);
        node_.Send(now_, to, zt::Verb::kFrame, {&span, 1});
        break;
      }
      case 5: Deliver(Begin().hello, in.U8()); break;
      default: node_.LoadPeer(now_, Piece(in)); break;
    }
  }
  static Bytes Piece(ByteReader& in) {
    const ByteSpan span = in.Take(in.U16());
    return Bytes(span.begin(), span.end());
  }
  void Deliver(Bytes datagram, uint8_t port) {
    node_.HandleDatagram(now_, {datagram, {kPeerAt.ip, static_cast<uint16_t>(9000 + port)}, {0}});
  }
  void DeliverSealed(const zt::SecretIdentity& from, ByteReader& in) {
    zt::testing::PacketSpec spec;
    spec.id = ++id_;
    const uint8_t verb = in.U8();
    spec.verb = static_cast<zt::Verb>(verb & 0x1f);
    spec.compressed = (verb & 0x80) != 0;
    spec.hops = in.U8() & 7;
    spec.payload = Piece(in);
    Bytes packet = zt::testing::MakePacket(from, self_.identity(), spec);
    node_.HandleDatagram(now_, {packet, &from == &root_ ? kRootAt : kPeerAt, {0}});
  }

  const zt::SecretIdentity &self_ = Begin().self, &peer_ = Begin().peer, &root_ = Begin().root;
  zt::Now now_{{1000000}, {1700000000000}};
  uint64_t id_ = 0;
  zt::SeededRandom random_{1};
  zt::TransmitQueue transmit_;
  zt::DropCounters drops_;
  Delegate delegate_;
  zt::vl1::Vl1 node_{{}, self_, random_, transmit_, drops_, delegate_};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65536) return 0;
  Life().Live(ByteReader({data, size}));
  return 0;
}
