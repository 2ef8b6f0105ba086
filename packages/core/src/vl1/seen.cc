#include "vl1/seen.h"

#include <algorithm>
#include <utility>

#include "vl1/path_check.h"

namespace zt::vl1 {
namespace {

// Traffic that shows the peer is in use (vl1.md §5.13).
bool IsUseful(Verb verb) {
  return verb == Verb::kFrame || verb == Verb::kExtFrame || verb == Verb::kNetworkConfigRequest ||
         verb == Verb::kNetworkConfig || verb == Verb::kMulticastFrame;
}

}  // namespace

void Seen::Run(const Now& now, Peer& peer, Path& path, const Packet& packet) {
  peer.last_heard = now.mono;
  // Once a second is often enough to know. What may not become a path is no way out either.
  if (now.mono - context_.heard_directly >= 1000 && path.socket != kAllSockets &&
      CountsAsGlobal(context_.options, path.endpoint.ip) && MayBecomePath(peer, path)) {
    context_.heard_directly = now.mono;
  }
  if (IsUseful(packet.verb)) {
    const bool was_active = peer.Active(now.mono);
    peer.last_useful = now.mono;
    if (!was_active) parts_.schedule.Touch(now.mono, peer);
  }
  if (packet.trust) {
    peer.last_trust = now.mono;
    path.last_trust = now.mono;
  }
  if (packet.hops == 0) Answered(now, peer, path, packet.asked_at);
  if (packet.hops == 0 && !HaveAlready(now, peer, path, packet) && MayBecomePath(peer, path)) {
    if (packet.verb == Verb::kOk) {
      Learn(now, peer, path, Proves(packet, path));
    } else {
      Confirm(now, peer, path);
    }
  }
  if (peer.IsRoot()) {
    parts_.online.RootHeard(now);
    if (packet.hops == 0) context_.evidence.Answered(peer.address(), path.endpoint);
  }
  parts_.reachability.InContact(now, peer);
  parts_.direct_paths.PushIfDue(now, peer, path, packet.hops);
}

bool Seen::MayBecomePath(const Peer& peer, const Path& path) const {
  if (path.socket == kAllSockets && context_.tunnel_over) return false;
  return context_.sockets.Has(path.socket) && PathAllowed(context_, peer.address(), path.endpoint);
}

// A second port of the same IP is not learned while the first is alive (vl1.md §7.4). Alive means here: this peer was
// heard on it a moment ago, so that a restarted peer on another port is not taken for a second socket of the old one.
// Behind a NAT that gives every packet another port there would be no end of it: each is asked by HELLOs from all
// sockets, which make further ports. After a few changes the rule holds as written, but for answers to what we asked: a
// TCP relay gives a client that comes back another port, and so does a NAT that was restarted. An answer from where
// we did not ask comes from a NAT that gives every remote another port, and the one before may last no longer than the
// other side sends to it: the new one is learned, beside it and on trial, unless the old one itself was heard just now.
bool Seen::HoldsPort(Instant now, const PathSlot& slot, const Path& path, const Packet& packet) {
  if (slot.silent && !slot.on_trial) return false;
  if (!slot.path->Alive(now) && now - slot.last_direct >= kPathAlive) return false;
  if (slot.silent && slot.urgent) return true;  // learned, and being asked
  if (packet.verb != Verb::kOk && Restless(now, *slot.path)) return true;
  if (packet.verb == Verb::kOk && !Proves(packet, path)) return now - slot.path->heard_at < kSecondPortGrace;
  return now - slot.last_direct < kSecondPortGrace;
}

bool Seen::Restless(Instant now, const Path& path) {
  return path.port_changes >= kPortChanges && now - path.took_over < kPortChangePause;
}

bool Seen::HaveAlready(const Now& now, Peer& peer, const Path& path, const Packet& packet) {
  if (PathSlot* slot = peer.FindSlot(&path)) {
    slot->last_direct = now.mono;
    slot->unheard_since = Instant::Never();
    if (slot->on_trial) {
      Try(now, peer, *slot);
    } else if (slot->silent) {
      UseAgain(now, peer, *slot);
      slot->on_trial = true;
      parts_.doubt.Ask(now.mono, peer, *slot, now.mono);
    } else {
      // The doubt was whether the peer is there. Whether it hears us only answers say: heartbeats without one count.
      if (std::exchange(slot->urgent, false)) parts_.schedule.Touch(now.mono, peer);
      slot->avoid = false;
    }
    return true;
  }
  const auto holder = std::find_if(peer.slots.begin(), peer.slots.end(), [&](const PathSlot& slot) {
    return slot.path->endpoint.ip == path.endpoint.ip && slot.path->socket == path.socket &&
           HoldsPort(now.mono, slot, path, packet);
  });
  if (holder == peer.slots.end()) return false;
  if (packet.verb == Verb::kOk && !Proves(packet, path)) CountPortChange(now.mono, *holder->path, *holder->path);
  return true;
}

void Seen::CountPortChange(Instant now, const Path& before, Path& path) {
  const bool again = now - before.took_over < kPortChangePause;
  path.port_changes = again ? std::min(before.port_changes + 1, kPortChanges) : 1;
  path.took_over = now;
}

// A path that left our probes unanswered is used again as soon as the peer is heard on it: it may have been restarted
// in its place. But that we hear it does not say that it hears us, so until it answers the path is on trial.
void Seen::UseAgain(const Now& now, Peer& peer, PathSlot& slot) {
  slot.unanswered = 0;
  slot.silent = slot.urgent = slot.avoid = false;
  parts_.schedule.Touch(now.mono, peer);
  parts_.reachability.Update(now, peer);
  if (peer.IsRoot()) parts_.reachability.UpdateAll(now);
  context_.retry_waiting = true;
}

bool Seen::Proves(const Packet& packet, const Path& path) {
  return packet.asked_at == ExpectedReplies::KeyOf(path.endpoint);
}

// What was asked over this slot was answered, so the path is open that way. With two NATs that give every remote
// another port the answer never comes from where the question went, and yet the peer hears us there: any way back does.
void Seen::Answered(const Now& now, Peer& peer, const Path& path, uint64_t asked_at) {
  if (asked_at == 0) return;
  const Path* found = nullptr;
  for (PathSlot& slot : peer.slots) {
    // One HELLO leaves by several sockets; the answer comes to the one whose copy arrived.
    if (slot.path->socket != path.socket || ExpectedReplies::KeyOf(slot.path->endpoint) != asked_at) continue;
    slot.last_direct = now.mono;
    slot.unheard_since = Instant::Never();
    if (std::exchange(slot.on_trial, false)) found = slot.path;
    if (slot.silent) {
      UseAgain(now, peer, slot);
      continue;
    }
    // The deadline moves from the repetition of the probe to the next heartbeat: no wake-up in between.
    if (std::exchange(slot.unanswered, 0) > 0) parts_.schedule.Touch(now.mono, peer);
    slot.urgent = slot.avoid = false;
  }
  if (found != nullptr) Supersede(now, peer, *found, true);
}

// Heard, but it did not answer: open one way only, as far as we know. Once silent it is asked again, not used. Whoever
// was restarted may be heard only this once for a while, so an early question is put off, not forgotten.
void Seen::Try(const Now& now, Peer& peer, PathSlot& slot) {
  if (!slot.silent || slot.urgent) return;
  parts_.doubt.Ask(now.mono, peer, slot, std::max(now.mono, slot.last_probe + kProbeRetry));
}

// Slots of other ports of the same IP make room, those still in use only for a path that is open both ways.
void Seen::Supersede(const Now& now, Peer& peer, const Path& path, bool proven) {
  for (size_t i = peer.slots.size(); i-- > 0;) {
    const PathSlot& slot = peer.slots[i];
    if (slot.path == &path || slot.path->endpoint.ip != path.endpoint.ip || slot.path->socket != path.socket) continue;
    if (proven || slot.silent) Remove(now, peer, peer.slots.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void Seen::Remove(const Now& now, Peer& peer, std::vector<PathSlot>::iterator slot) {
  const Endpoint endpoint = slot->path->endpoint;
  --slot->path->slots;
  peer.slots.erase(slot);
  parts_.reachability.PathLost(now, peer, endpoint);
}

// A confirmed path: it replaces a dead one to the same IP, or the one not heard for longest if there is no room. One
// that answered what was asked elsewhere may be open one way only: it is asked over its own path before it is used.
void Seen::Learn(const Now& now, Peer& peer, Path& path, bool proven) {
  const auto before = std::find_if(peer.slots.begin(), peer.slots.end(), [&](const PathSlot& slot) {
    return slot.path->endpoint.ip == path.endpoint.ip && slot.path->socket == path.socket;
  });
  bool restless = false;
  if (before != peer.slots.end()) {
    restless = !proven || Restless(now.mono, *before->path);
    CountPortChange(now.mono, *before->path, path);
  }
  peer.slots.push_back({.path = &path, .last_direct = now.mono, .silent = !proven, .on_trial = !proven});
  if (!proven) {
    peer.last_trial = std::max(now.mono, peer.last_trial + kUnconfirmedHelloGate);
    parts_.doubt.Ask(now.mono, peer, peer.slots.back(), peer.last_trial);
  }
  ++path.slots;
  if (path.sent_at == Instant::LongAgo()) path.sent_at = now.mono;  // the request it answers went there
  if (peer.slots.size() == 1) peer.last_full_hello = now.mono;
  // That its port changed once more does not say that the peer moved.
  if (!restless) parts_.doubt.Others(now.mono, peer, path);
  parts_.schedule.Touch(now.mono, peer);
  Supersede(now, peer, path, proven);
  if (peer.slots.size() > kMaxSlotsPerPeer) {
    Remove(now, peer, std::min_element(peer.slots.begin(), peer.slots.end() - 1, [](const auto& a, const auto& b) {
             return a.path->heard_at < b.path->heard_at;
           }));
  }
  parts_.reachability.PathLearned(now, peer, path.endpoint);
  if (peer.IsRoot()) {
    parts_.reachability.UpdateAll(now);
    parts_.direct_paths.RootReached(now);
  }
  context_.retry_waiting = true;
}

// An unconfirmed path: ask it, at most once a second (vl1.md §11.5).
void Seen::Confirm(const Now& now, Peer& peer, Path& path) {
  Peer::Tried* oldest = &peer.tried[0];
  for (Peer::Tried& tried : peer.tried) {
    if (tried.path == &path && now.mono - tried.at < kUnconfirmedHelloGate) return;
    if (tried.at < oldest->at) oldest = &tried;
  }
  // More distinct endpoints within a second than we remember: the gate stays closed for the new ones.
  if (now.mono - oldest->at < kUnconfirmedHelloGate) {
    context_.Drop(DropReason::kRateLimited);
    return;
  }
  const std::optional<LocalSocket> via = WayToAsk(now.mono, peer, path);
  if (!via) {
    context_.Drop(DropReason::kRateLimited);
    return;
  }
  *oldest = {&path, now.mono};
  path.sent_at = now.mono;
  parts_.writer.WriteHello(now, peer, {*via, path.endpoint});
}

// From all sockets, so that paths between the others are found as well (vl1.md §3.10), while that is not too much for
// the place that may be no peer's at all; else from the one it came to.
std::optional<LocalSocket> Seen::WayToAsk(Instant now, const Peer& peer, const Path& path) {
  const IpAddress& ip = path.endpoint.ip;
  const bool one_copy = context_.options.low_bandwidth;  // vl1.md §7.13
  if (context_.options.allow_loopback_paths && ip.Scope() == IpScope::kLoopback) {  // our own host
    return one_copy ? path.socket : kAllSockets;
  }
  const size_t sockets = std::max<size_t>(context_.sockets.CountOf(ip.family), 1);  // none: through the TCP relay
  const size_t copies = one_copy ? 1 : sockets;
  const size_t granted = gate_.Pass(now, ip, copies, peer.IsRoot() || peer.Trusted(now));
  if (granted == 0) return std::nullopt;
  return one_copy || granted < copies ? path.socket : kAllSockets;
}

}  // namespace zt::vl1
