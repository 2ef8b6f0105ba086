#include <memory>

#include "testing/probe/probe.h"
#include "vl1/fragment_assembler.h"
#include "vl1/identity_check_gate.h"
#include "vl1/packet_writer.h"
#include "wire/fragment.h"
#include "wire/inet_address.h"
#include "wire/lz4.h"
#include "wire/packet_header.h"

namespace zt::probe {
namespace {

std::string_view Text(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Draws one given number, again and again.
class FixedRandom : public RandomSource {
 public:
  explicit FixedRandom(uint64_t value) : value_(value) {}
  void Fill(MutableBytes out) override {
    const uint8_t* bytes = reinterpret_cast<const uint8_t*>(&value_);
    for (size_t i = 0; i < out.size(); ++i) out[i] = bytes[i % sizeof value_];
  }

 private:
  uint64_t value_;
};

class QuietDelegate : public vl1::Delegate {
 public:
  bool HandleMessage(const Now&, const vl1::Message&) override { return false; }
  void OnIdentityKnown(const Now&, const Identity&) override {}
  std::vector<NodeAddress> AlwaysContact() const override { return {}; }
  bool IsVirtualAddress(const IpAddress&) const override { return false; }
  void OnOnlineChange(const Now&, bool) override {}
  void OnPeerChange(const Now&, const vl1::PeerInfo&, vl1::PeerChange, const Endpoint&) override {}
  void OnIdentityCollision(const Now&) override {}
  void OnPlanet(const Now&, ByteSpan) override {}
  void OnMoon(const Now&, uint64_t, ByteSpan) override {}
  void OnPeerRecord(const Now&, NodeAddress, ByteSpan) override {}
  void OnWarning(const Now&, Warning, std::string_view) override {}
};

constexpr LocalSocket kSocket{0};

// pieces: our secret text, peer's public text; then packet id u64, time u64, InetAddr sent to, planet id u64, planet
// timestamp u64, moons u16 x (id u64, timestamp u64). -> the sealed HELLO
bool Hello(ByteReader& in, Bytes& out) {
  const auto self = SecretIdentity::ParseText(Text(Piece(in)));
  const auto peer = Identity::ParseText(Text(Piece(in)));
  if (!self || !peer) return false;
  const PacketId id{in.U64()};
  wire::Hello hello;
  hello.identity = self->identity();
  hello.timestamp = in.U64();
  hello.sent_to = wire::ReadEndpoint(in);
  const uint64_t planet = in.U64();
  hello.planet = wire::WorldVersion{planet, in.U64()};
  wire::HelloTail tail;
  for (uint16_t n = in.U16(); n > 0 && in.ok(); --n) {
    const uint64_t moon = in.U64();
    tail.moons.push_back({moon, in.U64()});
  }
  const auto agreed = self->Agree(*peer);
  if (!in.AtEnd() || !agreed) return false;
  Bytes packet(limits::kMaxPacketSize);
  packet.resize(vl1::BuildHello(packet, id, peer->address, hello, tail, vl1::PeerKeys(*agreed)));
  Append(out, packet);
  return true;
}

// A whole node that is called: pieces our secret text, planet (empty: none), InetAddr of the caller, wall time u64,
// random u64 (every packet id drawn), aes u8, then pieces: datagrams from the caller. -> all answers as pieces.
bool Answer(ByteReader& in, Bytes& out) {
  const auto self = SecretIdentity::ParseText(Text(Piece(in)));
  const ByteSpan planet = Piece(in);
  if (!self) return false;
  const Endpoint caller = wire::ReadEndpoint(in);
  Now now{{1000000}, {static_cast<int64_t>(in.U64())}};
  FixedRandom random(in.U64());
  vl1::Options options;
  options.use_aes = in.U8() != 0;
  TransmitQueue transmit;
  DropCounters drops;
  QuietDelegate delegate;
  vl1::Vl1 node(options, *self, random, transmit, drops, delegate);
  if (!planet.empty() && !node.OfferPlanet(now, planet)) return false;
  while (in.ok() && !in.AtEnd()) {
    const ByteSpan piece = Piece(in);
    Bytes datagram(piece.begin(), piece.end());
    node.HandleDatagram(now, {datagram, caller, kSocket});
  }
  for (const Transmit& sent : transmit.datagrams()) AppendPiece(out, sent.bytes);
  return in.ok();
}

// A packet through the sender: pieces our secret text, peer's public text; peer's protocol u8, packet id drawn u64,
// mtu u16, verb u8, piece payload. -> the datagrams as pieces
bool Send(ByteReader& in, Bytes& out) {
  const auto self = SecretIdentity::ParseText(Text(Piece(in)));
  const auto identity = Identity::ParseText(Text(Piece(in)));
  if (!self || !identity) return false;
  vl1::Peer peer;
  peer.identity = *identity;
  peer.protocol = in.U8();
  FixedRandom random(in.U64());
  vl1::Options options;
  options.physical_mtu = in.U16();
  const Verb verb = static_cast<Verb>(in.U8());
  const ByteSpan payload = Piece(in);
  if (!in.AtEnd()) return false;
  TransmitQueue transmit;
  DropCounters drops;
  QuietDelegate delegate;
  vl1::Context context{.options = options,
                       .aes = options.use_aes,
                       .self = *self,
                       .random = random,
                       .transmit = transmit,
                       .drops = drops,
                       .delegate = delegate,
                       .paths = vl1::PathTable(random, vl1::MaxPaths(options.max_peers)),
                       .peers = vl1::PeerTable(options.max_peers),
                       .roots = vl1::RootSet(self->identity()),
                       .expected = vl1::ExpectedReplies(options.max_peers),
                       .surface = {}};
  vl1::PacketWriter writer(context);
  const ByteSpan halves[] = {payload.first(payload.size() / 2), payload.subspan(payload.size() / 2)};
  writer.Write({}, peer, verb, halves, {kSocket, {IpAddress::V4(10, 0, 0, 1), 9993}});
  for (const Transmit& sent : transmit.datagrams()) AppendPiece(out, sent.bytes);
  return !transmit.empty();
}

// Feeds one datagram to an assembler. The packet if it is complete now.
std::optional<Bytes> Assemble(vl1::FragmentAssembler& assembler, ByteSpan datagram) {
  const Endpoint from{IpAddress::V4(10, 0, 0, 1), 9993};
  std::optional<vl1::FragmentAssembler::Assembled> whole;
  if (const auto fragment = wire::Fragment::Parse(datagram)) {
    whole = assembler.AddFragment({}, fragment->id, fragment->number, fragment->total, fragment->data, {from.ip});
  } else if (datagram.size() >= wire::kHeaderSize) {
    const wire::PacketView view(datagram);
    if (!view.fragmented()) return Bytes(datagram.begin(), datagram.end());
    whole = assembler.AddHead({}, view.id(), datagram, from, kSocket, false);
  }
  if (!whole) return std::nullopt;
  return Bytes(whole->packet.begin(), whole->packet.end());
}

// pieces: datagrams in order of arrival. -> the packet they make
bool Reassemble(ByteReader& in, Bytes& out) {
  DropCounters drops;
  vl1::FragmentAssembler assembler(drops);
  while (in.ok() && !in.AtEnd()) {
    const auto packet = Assemble(assembler, Piece(in));
    if (packet && in.AtEnd()) {
      Append(out, *packet);
      return true;
    }
  }
  return false;
}

// What one node received: items of key 48 and piece datagram. -> for each complete packet, in order, a piece: index of
// the datagram that completed it u32, 1 + verb u8 + payload in the clear, or 0 if it did not open.
bool OpenCapture(ByteReader& in, Bytes& out) {
  DropCounters drops;
  vl1::FragmentAssembler assembler(drops);
  Bytes plain(limits::kMaxPayloadSize);
  for (uint32_t index = 0; in.ok() && !in.AtEnd(); ++index) {
    const AgreedKey key = in.Array<kAgreedKeySize>();
    std::optional<Bytes> packet = Assemble(assembler, Piece(in));
    if (!packet) continue;
    Bytes result(4);
    ByteWriter(result).U32(index);
    if (!vl1::PeerKeys(key).Open(*packet)) {
      result.push_back(0);
    } else {
      const wire::PacketView view(*packet);
      ByteSpan payload = view.payload();
      if (view.compressed() && !payload.empty()) {
        const auto size = wire::Lz4Decompress(payload, plain);
        if (!size) return false;
        payload = ByteSpan(plain).first(*size);
      }
      result.push_back(1);
      result.push_back(static_cast<uint8_t>(view.verb()));
      Append(result, payload);
    }
    AppendPiece(out, result);
  }
  return in.ok();
}

// pieces: worlds offered one after another, the first by our own files. -> per world 1 adopted or 0 refused
bool OfferWorlds(ByteReader& in, Bytes& out) {
  vl1::RootSet roots{Identity{}};
  while (in.ok() && !in.AtEnd()) {
    const std::optional<World> world = World::Parse(Piece(in));
    if (!world) return false;
    const auto from = roots.has_planet() ? vl1::RootSet::From::kPeer : vl1::RootSet::From::kStore;
    const auto verdict = roots.Offer(*world, from);
    out.push_back(verdict == vl1::RootSet::Verdict::kFirst || verdict == vl1::RootSet::Verdict::kUpdated ? 1 : 0);
  }
  return in.ok();
}

// InetAddr -> rate bucket u16
bool IdentityBucket(ByteReader& in, Bytes& out) {
  const Endpoint endpoint = wire::ReadEndpoint(in);
  if (!in.AtEnd()) return false;
  const uint16_t bucket = vl1::IdentityCheckBucket(endpoint.ip);
  out.push_back(static_cast<uint8_t>(bucket >> 8));
  out.push_back(static_cast<uint8_t>(bucket));
  return true;
}

constexpr Entry kEntries[] = {
    {"vl1.hello", Hello},
    {"vl1.answer", Answer},
    {"vl1.send", Send},
    {"vl1.reassemble", Reassemble},
    {"vl1.open_capture", OpenCapture},
    {"vl1.offer_worlds", OfferWorlds},
    {"vl1.identity_bucket", IdentityBucket},
};

}  // namespace

std::span<const Entry> Vl1Entries() { return kEntries; }

}  // namespace zt::probe
