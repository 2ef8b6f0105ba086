#include "vl1/packet_writer.h"

#include <algorithm>

#include "base/byte_writer.h"
#include "wire/fragment.h"
#include "wire/lz4.h"
#include "wire/packet_header.h"
#include "wire/verb/ext_frame.h"

namespace zt::vl1 {
namespace {

constexpr size_t kMaxHelloSize = 149 + 17 * (kMaxMoons + kMaxMoonSeeds);
constexpr size_t kJunkSize = 4;
constexpr uint8_t kJunkTtl = 2;        // vl1.md §3.12

}  // namespace

size_t MaxPacket(size_t mtu) {
  const size_t deliverable = mtu + (limits::kMaxFragments - 1) * (mtu - wire::kFragmentHeaderSize);
  return std::min(deliverable, limits::kMaxPacketSize);
}

const PeerKeys* KeysOf(const SecretIdentity& self, Peer& peer) {
  if (peer.keys == nullptr && !peer.keys_refused) {
    if (const std::optional<AgreedKey> agreed = self.Agree(peer.identity)) {
      peer.keys = std::make_unique<PeerKeys>(*agreed);
    } else {
      peer.keys_refused = true;
    }
  }
  return peer.keys.get();
}

size_t BuildHello(MutableBytes out, PacketId id, NodeAddress destination, const wire::Hello& hello,
                  const wire::HelloTail& tail, const PeerKeys& keys) {
  if (out.size() < wire::kHeaderSize) return 0;
  wire::MutablePacketView(out).Start(id, destination, hello.identity.address, Verb::kHello);
  ByteWriter body(out.subspan(wire::kPayloadOffset));
  hello.SerializeTo(body);
  const size_t tail_offset = wire::kPayloadOffset + body.size();
  tail.SerializeTo(body);
  if (!body.ok()) return 0;
  const MutableBytes packet = out.first(wire::kPayloadOffset + body.size());
  keys.CryptHelloTail(packet, tail_offset);  // before the MAC (vl1.md §4.6)
  keys.Seal(CipherSuite::kPoly1305, packet);
  return packet.size();
}

MutableBytes PacketWriter::Begin(size_t packet_size, size_t mtu) {
  if (packet_size > MaxPacket(mtu)) {
    context_.Drop(DropReason::kTooLong);
    return {};
  }
  const size_t count = wire::FragmentCount(packet_size, mtu);
  const size_t room = packet_size + (count - 1) * wire::kFragmentHeaderSize;
  if (context_.transmit.datagrams().size() + count > TransmitQueue::kMaxDatagrams ||
      !context_.transmit.HasRoom(room)) {
    context_.Drop(DropReason::kTransmitFull);
    return {};
  }
  return context_.transmit.Reserve(room).first(packet_size);
}

// The verbs that senders of 1.14 compress (vl1.md §4.7), because what they carry is text, lists or zeros.
bool PacketWriter::Compressible(ByteSpan packet) {
  const wire::PacketView view(packet);
  if (view.payload().size() < limits::kMinCompressiblePayload) return false;
  switch (view.verb()) {
    case Verb::kUserMessage:
    case Verb::kPushDirectPaths:
    case Verb::kRemoteTrace:
    case Verb::kMulticastLike:
    case Verb::kMulticastFrame:
    case Verb::kNetworkCredentials:
    case Verb::kNetworkConfigRequest:
    case Verb::kNetworkConfig: return true;
    // Copies for a tee, redirect or watch target, bridged frames not (vl2.md §9.3): the flags follow the network id.
    case Verb::kExtFrame: return (view.payload()[8] & wire::ExtFrame::kSubtypeMask) != 0;
    case Verb::kOk: return static_cast<Verb>(view.payload()[0]) == Verb::kNetworkConfigRequest;  // a chunk of it
    default: return false;
  }
}

MutableBytes PacketWriter::Compress(MutableBytes packet) {
  if (!Compressible(packet)) return packet;
  wire::MutablePacketView view(packet);
  const ByteSpan payload = view.payload();
  if (compressed_ == nullptr) compressed_ = std::make_unique<uint8_t[]>(limits::kMaxPayloadSize);
  const std::optional<size_t> size = wire::Lz4Compress(payload, {compressed_.get(), payload.size() - 1});
  if (!size) return packet;
  std::memcpy(view.mutable_payload().data(), compressed_.get(), *size);
  view.set_verb(view.verb(), true);
  return packet.first(wire::kPayloadOffset + *size);
}

PacketId PacketWriter::Write(const Now& now, Peer& peer, Verb verb, Gather payload, const Destination& to,
                             SendOptions options) {
  const PeerKeys* keys = KeysOf(context_.self, peer);
  if (keys == nullptr) return {};
  size_t size = wire::kHeaderSize;
  for (ByteSpan piece : payload) size += piece.size();
  const PhysicalNetworks::Rule physical = context_.physical.Of(to.endpoint.ip);
  MutableBytes packet = Begin(size, physical.mtu);
  if (packet.empty()) return {};
  wire::MutablePacketView(packet).Start({context_.random.U64()}, peer.address(), context_.self.address(), verb);
  uint8_t* at = packet.data() + wire::kPayloadOffset;
  for (ByteSpan piece : payload) {
    if (!piece.empty()) std::memcpy(at, piece.data(), piece.size());
    at += piece.size();
  }
  if (!options.never_compress) packet = Compress(packet);
  wire::MutablePacketView view(packet);
  view.set_fragmented(packet.size() > physical.mtu);  // in place before sealing (vl1.md §3.3)
  // Through the TCP relay the packet crosses other networks than the one it is for.
  if (options.by_send_routine && physical.trusted_path != 0 && to.via != kAllSockets) {
    view.set_suite(static_cast<uint8_t>(CipherSuite::kTrustedPath));
    view.set_mac(physical.trusted_path);
  } else {
    const bool suite3 = context_.aes && peer.protocol >= kFirstProtocolWithAes;
    keys->Seal(suite3 ? CipherSuite::kAesGmacSiv : CipherSuite::kSalsa2012Poly1305, packet);
  }
  const PacketId id = view.id();  // after armor (vl1.md §3.4)
  if (options.expect_reply) context_.expected.Add(now.mono, id, peer.address(), to.endpoint);
  SplitAndCommit(packet, to, physical.mtu);
  return id;
}

PacketId PacketWriter::WriteHello(const Now& now, Peer& peer, const Destination& to) {
  const PeerKeys* keys = KeysOf(context_.self, peer);
  if (keys == nullptr) return {};
  const MutableBytes room = Begin(kMaxHelloSize, limits::kMinPhysicalMtu);
  if (room.empty()) return {};
  wire::Hello hello;
  hello.protocol = AnnouncedProtocol(context_.aes);
  hello.timestamp = context_.HelloTime(now);
  hello.identity = context_.self.identity();
  hello.sent_to = to.endpoint;
  hello.planet = context_.roots.PlanetVersion();
  const PacketId id{context_.random.U64()};
  const size_t size = BuildHello(room, id, peer.address(), hello, {context_.roots.MoonVersions()}, *keys);
  if (size == 0) return {};
  context_.expected.Add(now.mono, id, peer.address(), to.endpoint);
  context_.transmit.Commit(size, to.via, to.endpoint);
  if (peer.IsRoot()) context_.evidence.HelloSent(now.mono, context_.roots.Find(peer.address()), to.endpoint);
  return id;
}

void PacketWriter::WriteTo(NodeAddress address, const PeerKeys& keys, Verb verb, Gather payload,
                           const Destination& to) {
  size_t size = wire::kHeaderSize;
  for (ByteSpan piece : payload) size += piece.size();
  const MutableBytes packet = Begin(size, limits::kMinPhysicalMtu);
  if (packet.empty()) return;
  wire::MutablePacketView(packet).Start({context_.random.U64()}, address, context_.self.address(), verb);
  ByteWriter body(packet.subspan(wire::kPayloadOffset));
  for (ByteSpan piece : payload) body.Put(piece);
  keys.Seal(CipherSuite::kSalsa2012Poly1305, packet);
  context_.transmit.Commit(size, to.via, to.endpoint);
}

void PacketWriter::WriteJunk(const Destination& to) {
  const MutableBytes junk = context_.transmit.Reserve(kJunkSize);
  if (junk.empty()) {
    context_.Drop(DropReason::kTransmitFull);
    return;
  }
  context_.random.Fill(junk);
  context_.transmit.Commit(kJunkSize, to.via, to.endpoint, to.endpoint.ip.IsV4() ? kJunkTtl : 0);
}

bool PacketWriter::HasRoom() const {
  const size_t room = limits::kMaxPacketSize + limits::kMaxFragments * wire::kFragmentHeaderSize;
  return context_.transmit.datagrams().size() + limits::kMaxFragments <= TransmitQueue::kMaxDatagrams &&
         context_.transmit.HasRoom(room);
}

// The packet lies where the head goes. Its tails move up, the last first, to make room for the fragment headers.
void PacketWriter::SplitAndCommit(MutableBytes packet, const Destination& to, size_t mtu) {
  if (packet.size() <= mtu) {
    context_.transmit.Commit(packet.size(), to.via, to.endpoint);
    return;
  }
  const wire::PacketView view(packet);
  const size_t cap = mtu - wire::kFragmentHeaderSize;
  const size_t fragments = wire::FragmentCount(packet.size(), mtu) - 1;
  for (size_t f = fragments; f >= 1; --f) {
    const size_t from = mtu + (f - 1) * cap;
    const size_t size = f == fragments ? packet.size() - from : cap;
    uint8_t* data = packet.data() + mtu * f + wire::kFragmentHeaderSize;
    std::memmove(data, packet.data() + from, size);
  }
  context_.transmit.Commit(mtu, to.via, to.endpoint);
  size_t rest = packet.size() - mtu;
  for (size_t f = 1; f <= fragments; ++f) {
    const size_t size = rest < cap ? rest : cap;
    uint8_t* datagram = packet.data() + mtu * f;
    ByteWriter out(MutableBytes(datagram, wire::kFragmentHeaderSize));
    out.U64(view.id().value);
    out.Address(view.destination());
    out.U8(wire::kFragmentMarker);
    out.U8(static_cast<uint8_t>((fragments + 1) << 4 | f));
    out.U8(0);
    context_.transmit.Commit(wire::kFragmentHeaderSize + size, to.via, to.endpoint);
    rest -= size;
  }
}

}  // namespace zt::vl1
