#include "vl1/connectivity.h"

#include <algorithm>

#include "vl1/path_check.h"

namespace zt::vl1 {
namespace {

// Nothing else can be the cause, and waiting does not help.
bool Certain(OfflineReason reason) {
  return reason == OfflineReason::kIdentityCollision || reason == OfflineReason::kNoRoots ||
         reason == OfflineReason::kNoLocalSocket || reason == OfflineReason::kRootPathsRefused;
}

Millis Since(Instant now, Instant then) { return then == Instant::LongAgo() ? -1 : now - then; }

}  // namespace

void ConnectivityWatch::SetTunnel(const Now& now, const Endpoint& relay) {
  if (relay == tunnel_) return;
  tunnel_ = relay;
  judge_at_ = now.mono;
}

void ConnectivityWatch::InputHandled(const Now& now) {
  const bool told_online = told_state_ == Connectivity::kOnline || told_state_ == Connectivity::kTunneled;
  if (context_.evidence.collided()) return;  // told by the delegate, for good
  if (online_.online() != told_online) return Judge(now);
  if (told_online) return;
  const RootEvidence& evidence = context_.evidence;
  const bool first_datagram = evidence.last_datagram() == now.mono && Told(OfflineReason::kUdpBlocked);
  if (!first_datagram && evidence.not_authentic() <= judged_ && evidence.version_refused() <= judged_) return;
  // Anybody may send such datagrams: they do not cost a judgement each.
  const Instant at = std::max(now.mono, evidence_judged_ + kJudgeGap);
  if (at >= judge_at_) return;
  judge_at_ = evidence_judged_ = at;
}

void ConnectivityWatch::HandleTimeout(const Now& now) {
  if (started_ == Instant::Never()) started_ = now.mono;
  if (now.mono >= judge_at_) Judge(now);
}

void ConnectivityWatch::Judge(const Now& now) {
  judged_ = now.mono;
  const ConnectivityInfo info = Diagnose(now);
  // Offline the evidence grows with every HELLO to a root, so it is judged as often as those are sent.
  judge_at_ = online_.online() ? Instant::Never() : OnGrid(now.mono + kRootRetry);
  if (info.state == Connectivity::kStarting) return;  // what holds so far is no news
  if (info.state == told_state_ && info.reasons == told_reasons_ && info.tunnel == told_tunnel_) return;
  told_state_ = info.state;
  told_reasons_ = info.reasons;
  told_tunnel_ = info.tunnel;
  context_.delegate.OnConnectivity(now, info);
}

ConnectivityInfo ConnectivityWatch::Diagnose(const Now& now) const {
  ConnectivityInfo info;
  info.reasons = ReasonsOf(now);
  info.state = StateOf(now, info.reasons);
  info.tunnel = tunnel_;
  Instant heard = Instant::LongAgo();
  for (const WorldRoot& world : context_.roots.roots()) {
    const NodeAddress address = world.identity.address;
    RootInfo root{.address = address, .role = context_.roots.RoleOf(address)};
    if (const Peer* peer = context_.peers.Find(address)) {
      root.since_heard = Since(now.mono, peer->last_heard);
      heard = std::max(heard, peer->last_heard);
    }
    for (const Endpoint& endpoint : world.endpoints) {
      RootEndpointInfo entry{.endpoint = endpoint, .refused = Refused(address, endpoint)};
      if (const RootEvidence::Tries* tries = context_.evidence.Find(address, endpoint)) {
        entry.tries = tries->count;
        entry.since_try = Since(now.mono, tries->last);
      }
      root.endpoints.push_back(entry);
    }
    info.roots.push_back(std::move(root));
  }
  info.since_root_heard = Since(now.mono, heard);
  return info;
}

Connectivity ConnectivityWatch::StateOf(const Now& now, const std::vector<OfflineReason>& reasons) const {
  if (context_.evidence.collided()) return Connectivity::kOffline;
  if (online_.online()) return tunnel_.ip.IsNone() ? Connectivity::kOnline : Connectivity::kTunneled;
  const bool early = started_ == Instant::Never() || now.mono - started_ < kRootWarningAfter;
  const bool certain = std::any_of(reasons.begin(), reasons.end(), Certain);
  // One that was online has no second start.
  const bool was_online = told_state_ == Connectivity::kOnline || told_state_ == Connectivity::kTunneled ||
                          told_state_ == Connectivity::kOffline;
  return early && !certain && !was_online ? Connectivity::kStarting : Connectivity::kOffline;
}

// The most certain first.
std::vector<OfflineReason> ConnectivityWatch::ReasonsOf(const Now& now) const {
  std::vector<OfflineReason> reasons;
  const RootEvidence& evidence = context_.evidence;
  if (evidence.collided()) return {OfflineReason::kIdentityCollision};
  if (online_.online()) return reasons;
  AddReasonsOfEndpoints(reasons);
  const bool tried = reasons.empty();
  if (now.wall < kEarliestWall || now.wall >= kLatestWall) reasons.push_back(OfflineReason::kClockAbsurd);
  const auto recent = [&now](Instant at) { return now.mono - at < kEvidenceLifetime; };
  if (recent(evidence.version_refused())) reasons.push_back(OfflineReason::kVersionRefused);
  if (recent(evidence.not_authentic())) reasons.push_back(OfflineReason::kRootKeyMismatch);
  if (!tried) return reasons;
  // Without a connection nothing leaves and nothing is taken; over one, what is missing is an answer.
  if (context_.options.tunnel_only) {
    reasons.push_back(tunnel_.ip.IsNone() ? OfflineReason::kTcpRelayUnreachable : OfflineReason::kNoRootReachable);
    return reasons;
  }
  const bool silence = now.mono - evidence.last_datagram() >= kSilence;
  reasons.push_back(silence ? OfflineReason::kUdpBlocked : OfflineReason::kNoRootReachable);
  return reasons;
}

// Why no HELLO can leave at all, if that is so.
void ConnectivityWatch::AddReasonsOfEndpoints(std::vector<OfflineReason>& reasons) const {
  size_t endpoints = 0, refused = 0, without_socket = 0;
  for (const WorldRoot& world : context_.roots.roots()) {
    for (const Endpoint& endpoint : world.endpoints) {
      ++endpoints;
      if (!HasSocketOf(endpoint.ip.family)) {
        ++without_socket;
      } else if (!PathAllowed(context_, world.identity.address, endpoint)) {
        ++refused;
      }
    }
  }
  if (endpoints == 0) return reasons.push_back(OfflineReason::kNoRoots);
  if (refused + without_socket < endpoints) return;
  if (without_socket > 0) reasons.push_back(OfflineReason::kNoLocalSocket);
  if (refused > 0) reasons.push_back(OfflineReason::kRootPathsRefused);
}

bool ConnectivityWatch::Refused(NodeAddress root, const Endpoint& endpoint) const {
  return !HasSocketOf(endpoint.ip.family) || !PathAllowed(context_, root, endpoint);
}

bool ConnectivityWatch::HasSocketOf(IpFamily family) const {
  return context_.sockets.HasFamily(family);
}

bool ConnectivityWatch::Told(OfflineReason reason) const {
  return std::find(told_reasons_.begin(), told_reasons_.end(), reason) != told_reasons_.end();
}

}  // namespace zt::vl1
