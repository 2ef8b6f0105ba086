#include "vl1/inbound.h"

#include "vl1/path_check.h"
#include "wire/fragment.h"
#include "wire/lz4.h"
#include "wire/packet_header.h"

namespace zt::vl1 {
namespace {

constexpr size_t kBeaconSize = 13;  // vl1.md §3.12

}  // namespace

void Inbound::HandleDatagram(const Now& now, const InboundDatagram& datagram) {
  Path* path = context_.paths.Find(datagram.via, datagram.from);
  if (path != nullptr) path->heard_at = now.mono;
  // What a TCP relay brings passes no socket of ours that could be filtered.
  if ((path == nullptr || path->slots == 0) && datagram.via != kAllSockets) ++context_.activity.from_strangers;
  const size_t size = datagram.bytes.size();
  if (size > limits::kMaxPacketSize) {
    context_.Drop(DropReason::kTooLong);
  } else if (size == kBeaconSize) {
    HandleBeacon(now, datagram);
  } else if (wire::IsFragment(datagram.bytes)) {
    HandleFragment(now, datagram, path);
  } else if (size < wire::kHeaderSize) {
    context_.Drop(DropReason::kTooShort);  // also NAT-opening junk (vl1.md §3.12)
  } else {
    HandleHead(now, datagram, path);
  }
}

// An old node looks for others on its LAN: a peer of ours is shown that we are here (vl1.md §3.12).
void Inbound::HandleBeacon(const Now& now, const InboundDatagram& datagram) {
  const NodeAddress address = ByteReader(datagram.bytes.subspan(kBeaconSize - 5)).Address();
  Peer* peer = context_.peers.Find(address);
  if (peer == nullptr || !PathAllowed(context_, address, datagram.from)) {
    context_.Drop(DropReason::kTooShort);
    return;
  }
  if (now.mono - beacon_answered_ < kBeaconAnswerGate) {
    context_.Drop(DropReason::kRateLimited);
    return;
  }
  beacon_answered_ = now.mono;
  parts_.writer.Write(now, *peer, Verb::kNop, {}, {datagram.via, datagram.from});
}

void Inbound::HandleFragment(const Now& now, const InboundDatagram& datagram, const Path* path) {
  const std::optional<wire::Fragment> fragment = wire::Fragment::Parse(datagram.bytes);
  if (!fragment) {
    context_.Drop(DropReason::kMalformed);
    return;
  }
  if (fragment->destination != context_.self.address()) {
    parts_.relay.ForwardFragment(now, datagram.bytes, datagram.from, path);
    return;
  }
  if (const auto whole = assembler_.AddFragment(now.mono, fragment->id, fragment->number, fragment->total,
                                                fragment->data, {datagram.from.ip, path != nullptr})) {
    Decode(now, whole->packet, whole->from, whole->via);
  }
}

// A packet, or the head of a fragmented one.
void Inbound::HandleHead(const Now& now, const InboundDatagram& datagram, const Path* path) {
  const wire::PacketView view(datagram.bytes);
  if (view.source() == context_.self.address()) {
    context_.Drop(DropReason::kOwnSource);
    WarnOwnAddress(now, datagram.from);
    return;
  }
  if (view.destination() != context_.self.address()) {
    parts_.relay.ForwardPacket(now, datagram.bytes, datagram.from, path);
    return;
  }
  if (!view.fragmented()) {
    Decode(now, datagram.bytes, datagram.from, datagram.via);
    return;
  }
  if (const auto whole = assembler_.AddHead(now.mono, view.id(), datagram.bytes, datagram.from, datagram.via,
                                            path != nullptr)) {
    Decode(now, whole->packet, whole->from, whole->via);
  }
}

void Inbound::WarnOwnAddress(const Now& now, const Endpoint& from) {
  if (now.mono - own_address_warned_ < kOwnAddressWarningEvery) return;
  own_address_warned_ = now.mono;
  context_.delegate.OnWarning(now, Warning::kOwnAddressSeen, from.ToString());
}

bool Inbound::SuiteAcceptable(const wire::PacketView& packet, const IpAddress& from, LocalSocket via) {
  switch (static_cast<CipherSuite>(packet.suite())) {
    case CipherSuite::kPoly1305:
    case CipherSuite::kSalsa2012Poly1305:
    case CipherSuite::kAesGmacSiv: return true;  // whatever we announce (vl1.md §4.8)
    case CipherSuite::kTrustedPath:
      // What a TCP relay hands us has the source the relay writes there: no network vouches for it (vl1.md §3.11).
      if (via != kAllSockets && context_.physical.Trusts(packet.mac(), from)) return true;
      context_.Drop(DropReason::kUntrustedPath);
      return false;
  }
  context_.Drop(DropReason::kUnknownSuite);
  return false;
}

void Inbound::Decode(const Now& now, MutableBytes packet, const Endpoint& from, LocalSocket via) {
  const wire::PacketView view(packet);
  if (!SuiteAcceptable(view, from.ip, via)) return;
  if (static_cast<CipherSuite>(view.suite()) == CipherSuite::kPoly1305 && view.verb() == Verb::kHello) {
    parts_.hello.HandleUnverified(now, packet, from, via);
    return;
  }
  const NodeAddress source = view.source();
  if (!source.IsValid()) {
    context_.Drop(DropReason::kMalformed);
    return;
  }
  Peer* peer = context_.peers.Find(source);
  if (peer == nullptr) {
    parts_.waiting.AddReceive(now.mono, source, packet, from, via);
    parts_.whois.Request(now, source, Whois::For::kOthers);
    return;
  }
  OpenAndDispatch(now, packet, *peer, from, via);
}

bool Inbound::Open(const Now& now, MutableBytes packet, Peer& peer, const Endpoint& from, LocalSocket via) {
  const auto heard_before = [&] { return context_.paths.Find(via, from) != nullptr; };
  if (!failed_openings_.MayOpen(now.mono, from.ip) && !heard_before()) {
    context_.Drop(DropReason::kRateLimited);
    return false;
  }
  const PeerKeys* keys = KeysOf(context_.self, peer);
  if (keys != nullptr && keys->Open(packet)) return true;
  if (peer.IsRoot()) context_.evidence.NotAuthentic(now.mono, context_.roots, from);
  context_.Drop(DropReason::kAuthentication);
  if (!heard_before()) failed_openings_.Failed(now.mono, from.ip);
  return false;
}

void Inbound::OpenAndDispatch(const Now& now, MutableBytes packet, Peer& peer, const Endpoint& from,
                              LocalSocket via) {
  const wire::PacketView view(packet);
  const PacketId id = view.id();  // as on the wire, before opening
  const bool plain = static_cast<CipherSuite>(view.suite()) == CipherSuite::kTrustedPath;  // checked on arrival
  if (plain ? KeysOf(context_.self, peer) == nullptr : !Open(now, packet, peer, from, via)) return;
  Path* path = context_.paths.FindOrCreate(now.mono, via, from);
  if (path == nullptr) {
    context_.Drop(DropReason::kQueueFull);
    return;
  }
  if (view.verb() == Verb::kHello && !view.compressed()) {
    parts_.hello.HandleVerified(now, packet, peer, *path);
    return;
  }
  ByteSpan payload = view.payload();
  const bool expanded = view.compressed() && !payload.empty();
  if (expanded) {
    const std::optional<size_t> size = wire::Lz4Decompress(payload, {plain_.get(), kPlainSize});
    if (!size || *size == 0) {
      context_.Drop(DropReason::kDecompression);
      return;
    }
    payload = {plain_.get(), *size};
  }
  if (view.verb() == Verb::kHello) {  // HELLO is never compressed (vl1.md §4.7)
    context_.Drop(DropReason::kMalformed);
    return;
  }
  parts_.dispatch.Run(now, {peer, *path, id, view.hops(), view.verb(), payload, expanded});
}

void Inbound::RetryWaiting(const Now& now) {
  for (WaitingReceive& waiting : parts_.waiting.TakeReceives()) {
    if (Peer* peer = context_.peers.Find(waiting.source)) {
      OpenAndDispatch(now, waiting.packet, *peer, waiting.from, waiting.via);
    } else {
      parts_.waiting.Return(std::move(waiting));
    }
  }
}

}  // namespace zt::vl1
