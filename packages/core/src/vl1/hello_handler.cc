#include "vl1/hello_handler.h"

#include <array>

#include "wire/packet_header.h"
#include "wire/verb/error.h"
#include "wire/verb/ok_hello.h"

namespace zt::vl1 {
namespace {

// Older versions got the reported address with port 0 (vl1.md §4.10).
constexpr uint8_t kFirstProtocolWithSurfacePort = 5;
constexpr size_t kOkHelloHead = 9 + 8 + 5 + 19 + 2;  // without worlds (vl1.md §5.3)

}  // namespace

void HelloHandler::HandleUnverified(const Now& now, MutableBytes packet, const Endpoint& from, LocalSocket via) {
  const std::optional<wire::Hello> hello = ParseAndCheck(packet);
  if (!hello) return;
  Peer* peer = Verify(now, packet, *hello, from, via);
  if (peer == nullptr) return;
  Path* path = context_.paths.FindOrCreate(now.mono, via, from);
  if (path == nullptr) {
    context_.Drop(DropReason::kQueueFull);
    return;
  }
  Accept(now, packet, *hello, *peer, *path);
}

void HelloHandler::HandleVerified(const Now& now, MutableBytes packet, Peer& peer, Path& path) {
  const std::optional<wire::Hello> hello = ParseAndCheck(packet);
  if (!hello) return;
  if (hello->identity != peer.identity) {
    context_.Drop(DropReason::kIdentityCollision);
    return;
  }
  Accept(now, packet, *hello, peer, path);
}

std::optional<wire::Hello> HelloHandler::ParseAndCheck(ByteSpan packet) {
  const wire::PacketView view(packet);
  std::optional<wire::Hello> hello = wire::Hello::Parse(view.payload());
  if (!hello || view.source() != hello->identity.address) {
    context_.Drop(DropReason::kMalformed);
    return std::nullopt;
  }
  if (hello->protocol < limits::kMinProtocolVersion) {
    context_.Drop(DropReason::kUnsupportedVersion);
    return std::nullopt;
  }
  return hello;
}

// The peer whose key authenticates the packet, or null when it was dropped.
Peer* HelloHandler::Verify(const Now& now, MutableBytes packet, const wire::Hello& hello, const Endpoint& from,
                           LocalSocket via) {
  Peer* peer = context_.peers.Find(hello.identity.address);
  if (peer == nullptr) return VerifyStranger(now, packet, hello.identity, from);
  if (peer->identity != hello.identity) {
    if (peer->IsRoot()) context_.evidence.NotAuthentic(now.mono, context_.roots, from);
    Collide(now, packet, hello.identity, {via, from});
    return nullptr;
  }
  const PeerKeys* keys = KeysOf(context_.self, *peer);
  if (keys == nullptr || !keys->Open(packet)) {
    if (peer->IsRoot()) context_.evidence.NotAuthentic(now.mono, context_.roots, from);
    context_.Drop(DropReason::kAuthentication);
    return nullptr;
  }
  return peer;
}

// Where the options let it be one: not a stranger on the Internet, and every node of the host is in one bucket.
bool HelloHandler::IsOurHost(const IpAddress& source) const {
  return context_.options.allow_loopback_paths && source.Scope() == IpScope::kLoopback;
}

const CheckRates& HelloHandler::RatesOf(const IpAddress& source) const {
  if (IsOurHost(source)) return kLoopbackChecks;
  return context_.roots.WeAreRoot() ? kRootChecks : kLeafChecks;
}

bool HelloHandler::MayAgree(Instant now, const IpAddress& source) {
  const CheckRate& rate = RatesOf(source).agreements;
  if (IsOurHost(source)) {
    if (our_host_.agreements.Take(now, rate)) return true;
  } else if (gate_.IsOpen(now, source) && strangers_.agreements.Take(now, source, rate)) {
    gate_.Close(now, source);
    return true;
  }
  context_.Drop(DropReason::kRateLimited);
  return false;
}

// By the work function, unless it is known what that says.
bool HelloHandler::IsValid(Instant now, const Identity& identity, const IpAddress& source) {
  if (checked_.Find(identity)) return true;  // a bad one was dropped before the agreement
  const CheckRate& rate = RatesOf(source).work_functions;
  if (!(IsOurHost(source) ? our_host_.work_functions.Take(now, rate)
                          : strangers_.work_functions.Take(now, source, rate))) {
    context_.Drop(DropReason::kRateLimited);
    return false;
  }
  if (checked_.Check(identity)) return true;
  context_.Drop(DropReason::kIdentityInvalid);
  return false;
}

Peer* HelloHandler::VerifyStranger(const Now& now, MutableBytes packet, const Identity& identity,
                                   const Endpoint& from) {
  // Known to be bad: without a cost, and without a share of what honest strangers have together.
  if (checked_.Find(identity) == false) {
    context_.Drop(DropReason::kIdentityInvalid);
    return nullptr;
  }
  if (!MayAgree(now.mono, from.ip)) return nullptr;
  const std::optional<AgreedKey> agreed = context_.self.Agree(identity);
  std::unique_ptr<PeerKeys> keys = agreed ? std::make_unique<PeerKeys>(*agreed) : nullptr;
  if (keys == nullptr || !keys->Open(packet)) {  // the cheap test first (vl1.md §5.2)
    context_.Drop(DropReason::kAuthentication);
    return nullptr;
  }
  if (!IsValid(now.mono, identity, from.ip)) return nullptr;  // the expensive test second
  // A root was installed anew under another identity than its world says, or another node took its place.
  if (wire::PacketView(packet).hops() == 0) context_.evidence.NotAuthentic(now.mono, context_.roots, from);
  Peer* peer = parts_.admission.Admit(now, identity);
  if (peer != nullptr) peer->keys = std::move(keys);
  return peer;
}

// Someone with another key claims a known address. The answer has to be readable by the offender (vl1.md §11.6).
void HelloHandler::Collide(const Now& now, MutableBytes packet, const Identity& identity, const Destination& from) {
  const PacketId id = wire::PacketView(packet).id();
  if (!MayAgree(now.mono, from.endpoint.ip)) return;
  const std::optional<AgreedKey> agreed = context_.self.Agree(identity);
  const std::unique_ptr<PeerKeys> keys = agreed ? std::make_unique<PeerKeys>(*agreed) : nullptr;
  if (keys == nullptr || !keys->Open(packet)) {
    context_.Drop(DropReason::kAuthentication);
    return;
  }
  context_.Drop(DropReason::kIdentityCollision);
  std::array<uint8_t, 10> bytes;
  ByteWriter out(bytes);
  wire::Error{.in_re_verb = Verb::kHello, .in_re = id, .code = WireError::kIdentityCollision, .data = {}}.SerializeTo(
      out);
  const ByteSpan payload = out.written();
  parts_.writer.WriteTo(identity.address, *keys, Verb::kError, {&payload, 1}, from);
}

void HelloHandler::Accept(const Now& now, MutableBytes packet, const wire::Hello& hello, Peer& peer, Path& path) {
  const wire::PacketView view(packet);
  const PacketId id = view.id();
  const uint8_t hops = view.hops();
  const size_t tail_offset = wire::kPayloadOffset + hello.tail_offset;
  wire::HelloTail tail;
  if (tail_offset < packet.size()) {
    KeysOf(context_.self, peer)->CryptHelloTail(packet, tail_offset);
    const std::optional<wire::HelloTail> parsed = wire::HelloTail::Parse(packet.subspan(tail_offset));
    if (!parsed) {
      context_.Drop(DropReason::kMalformed);
      return;
    }
    tail = *parsed;
  }
  path.heard_at = now.mono;
  if (hello.sent_to && hops == 0) parts_.self_awareness.Report(now, peer, path, *hello.sent_to);
  Answer(now, hello, tail, id, peer, path);
  // Stored only now, so that the first answer to a stranger is suite 1 (vl1.md §4.8).
  peer.protocol = hello.protocol;
  peer.version_major = hello.major;
  peer.version_minor = hello.minor;
  peer.version_revision = hello.revision;
  parts_.seen.Run(now, peer, path, {hops, Verb::kHello});
}

void HelloHandler::Answer(const Now& now, const wire::Hello& hello, const wire::HelloTail& tail, PacketId id,
                          Peer& peer, Path& path) {
  if (now.mono - peer.hello_window >= 1000) {
    peer.hello_window = now.mono;
    peer.hello_answers = 0;
  }
  if (++peer.hello_answers > kHelloAnswersPerSecond) {
    context_.Drop(DropReason::kRateLimited);
    return;
  }
  wire::OkHello ok;
  ok.in_re = id;
  ok.timestamp_echo = hello.timestamp;
  ok.protocol = AnnouncedProtocol(context_.aes);
  ok.surface = path.endpoint;
  if (hello.protocol < kFirstProtocolWithSurfacePort) ok.surface->port = 0;
  const Bytes worlds = context_.roots.UpdatesFor(hello.planet, tail.moons);
  ok.worlds = worlds;
  ++context_.activity.hellos_answered;
  if (!worlds.empty()) ++context_.activity.worlds_sent;
  Bytes bytes(kOkHelloHead + worlds.size());
  ByteWriter out(bytes);
  ok.SerializeTo(out);
  const ByteSpan payload = out.written();
  parts_.writer.WriteOn(now, peer, Verb::kOk, {&payload, 1}, path);
}

}  // namespace zt::vl1
