#include "vl1/relay.h"

#include <array>

#include "vl1/path_selector.h"
#include "vl1/route.h"
#include "wire/fragment.h"
#include "wire/packet_header.h"
#include "wire/verb/rendezvous.h"

namespace zt::vl1 {
namespace {

constexpr size_t kMaxRendezvousSize = 25;  // vl1.md §5.6

}  // namespace

// As a root for everybody, else only for partners we share a network with (vl1.md §8.1), and within the limits.
bool Relay::MayForward(Instant now, const Path* path, const Endpoint& from, size_t size) {
  if (!context_.roots.WeAreRoot() && (path == nullptr || !path->Trusted(now))) {
    context_.Drop(DropReason::kNotForUs);
    return false;
  }
  if (shares_.Admit(now, from.ip, path != nullptr && path->slots != 0, size)) return true;
  ++context_.activity.relay_limited;
  context_.Drop(DropReason::kRateLimited);
  return false;
}

bool Relay::RaiseHops(uint8_t& byte) {
  const unsigned hops = byte & wire::kHopsMask;
  if (hops >= limits::kMaxRelayHops) {
    context_.Drop(DropReason::kHopLimit);
    return false;
  }
  byte = static_cast<uint8_t>((byte & ~wire::kHopsMask) | (hops + 1));
  return true;
}

bool Relay::SendOn(const Path& path, ByteSpan datagram) {
  if (context_.transmit.Push(datagram, path.socket, path.endpoint)) {
    ++context_.activity.packets_relayed;
    context_.activity.bytes_relayed += datagram.size();
    return true;
  }
  context_.Drop(DropReason::kTransmitFull);
  return false;
}

void Relay::ForwardPacket(const Now& now, MutableBytes datagram, const Endpoint& from, const Path* path) {
  const wire::PacketView view(datagram);
  if (!MayForward(now.mono, path, from, datagram.size()) || !RaiseHops(datagram[wire::kFlagsOffset])) return;
  Peer* to = context_.peers.Find(view.destination());
  Path* direct = to == nullptr ? nullptr : BestPath(*to, now.mono);
  if (direct != nullptr) {
    if (!SendOn(*direct, datagram)) return;
    direct->sent_at = now.mono;
    doubt_.Sent(now.mono, *to, *direct);
    IntroduceSource(now, view.source(), *to);
    return;
  }
  Peer* root = BestRoot(context_, now.mono);
  Path* up = root == nullptr || root->address() == view.source() ? nullptr : BestPath(*root, now.mono, true);
  if (up == nullptr) {
    context_.Drop(DropReason::kNoRoute);
    return;
  }
  if (!SendOn(*up, datagram)) return;
  up->sent_at = now.mono;
  IntroduceSource(now, view.source(), *root);  // so that the source may reach the next root itself
}

void Relay::IntroduceSource(const Now& now, NodeAddress source, Peer& to) {
  Peer* from = context_.peers.Find(source);
  if (from != nullptr && from != &to && MayIntroduce(now.mono, source, to.address())) Introduce(now, to, *from);
}

void Relay::ForwardFragment(const Now& now, MutableBytes datagram, const Endpoint& from, const Path* path) {
  const std::optional<wire::Fragment> fragment = wire::Fragment::Parse(datagram);
  if (!fragment) {
    context_.Drop(DropReason::kMalformed);
    return;
  }
  if (!MayForward(now.mono, path, from, datagram.size()) || !RaiseHops(datagram[wire::kFragmentHopsOffset])) return;
  const Peer* to = context_.peers.Find(fragment->destination);
  const Path* next = to == nullptr ? nullptr : BestPath(*to, now.mono);
  if (next == nullptr) {
    const Peer* root = BestRoot(context_, now.mono);
    next = root == nullptr ? nullptr : BestPath(*root, now.mono, true);
  }
  if (next == nullptr) {
    context_.Drop(DropReason::kNoRoute);
    return;
  }
  SendOn(*next, datagram);
}

bool Relay::MayIntroduce(Instant now, NodeAddress a, NodeAddress b) {
  if (now - generation_started_ >= kIntroduceGate) {
    introduced_before_ = now - generation_started_ < 2 * kIntroduceGate ? std::move(introduced_) : Pairs{};
    introduced_ = {};
    generation_started_ = now;
  }
  const Pair pair{a < b ? a.value : b.value, a < b ? b.value : a.value};
  if (introduced_.contains(pair)) return false;
  const auto before = introduced_before_.find(pair);
  if (before != introduced_before_.end() && now - before->second < kIntroduceGate) return false;
  // Sources of relayed packets are claims: who makes pairs up must not make the table grow.
  if (introduced_.size() >= MaxIntroducedPairs(context_.options.max_peers)) return false;
  introduced_.emplace(pair, now);
  return true;
}

// Scope and family match on both sides; IPv6 first within a scope (vl1.md §8.2).
void Relay::Introduce(const Now& now, Peer& x, Peer& y) {
  for (int scope = 7; scope >= 0; --scope) {
    for (IpFamily family : {IpFamily::kV6, IpFamily::kV4}) {
      const PathSlot* at_x = BestSlotOfClass(x, now.mono, static_cast<IpScope>(scope), family);
      const PathSlot* at_y = BestSlotOfClass(y, now.mono, static_cast<IpScope>(scope), family);
      if (at_x == nullptr || at_y == nullptr) continue;
      Path& to_x = *at_x->path;
      Path& to_y = *at_y->path;
      const bool x_first = context_.random.Below(2) == 0;
      if (x_first) SendRendezvous(now, x, to_x, y.address(), to_y.endpoint);
      SendRendezvous(now, y, to_y, x.address(), to_x.endpoint);
      if (!x_first) SendRendezvous(now, x, to_x, y.address(), to_y.endpoint);
      ++context_.activity.introductions;
      return;
    }
  }
}

void Relay::SendRendezvous(const Now& now, Peer& to, Path& path, NodeAddress peer, const Endpoint& endpoint) {
  std::array<uint8_t, kMaxRendezvousSize> bytes;
  ByteWriter out(bytes);
  wire::Rendezvous{.peer = peer, .endpoint = endpoint}.SerializeTo(out);
  const ByteSpan payload = out.written();
  writer_.WriteOn(now, to, Verb::kRendezvous, {&payload, 1}, path);
}

}  // namespace zt::vl1
