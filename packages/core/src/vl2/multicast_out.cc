#include "vl2/multicast_out.h"

#include <algorithm>

#include "vl2/credential_push.h"
#include "vl2/neighbor_emulation.h"
#include "wire/derived_address.h"
#include "wire/verb/multicast_frame.h"

namespace zt::vl2 {
namespace {

constexpr size_t kMaxHead = 31;  // network, flags, gather limit, source, destination, ADI, type
// What a packet leaves for the frame (the reference's 10000 does not fit any packet, vl2.md §12.5).
constexpr size_t kMaxPayload = limits::kMaxPayloadSize - kMaxHead;

// Compressed as all lists are, unless the network says its multicasts are not (vl2.md §6.2 flag 0x0010). Who
// replicates for us has nothing to answer: that form asks for no members (vl2.md §1, §12.5).
vl1::SendOptions HowToSend(const Network& network, bool expect_reply) {
  const bool plain = (network.config()->flags & NetworkConfig::kNoMulticastCompression) != 0;
  return {.expect_reply = expect_reply, .never_compress = plain};
}

size_t WriteHead(MutableBytes into, const Network& network, const MulticastGroup& group, uint8_t flags,
                 uint32_t gather_limit, Mac source, uint16_t ether_type) {
  wire::MulticastFrame message;
  message.network = network.id;
  message.flags = flags;
  if (gather_limit > 0) message.gather_limit = gather_limit;
  if (source.value != 0) message.source = source;
  message.destination = group.mac;
  message.adi = group.adi;
  message.ether_type = ether_type;
  ByteWriter out(into);
  message.SerializeHeadTo(out);
  return out.size();
}

}  // namespace

void MulticastOut::SendFromPort(const Now& now, Network& network, const Frame& frame) {
  const NetworkConfig& config = *network.config();
  MulticastGroup group{frame.destination, 0};
  if (frame.destination.IsBroadcast()) {
    if (const std::optional<uint32_t> target = ArpRequestTarget(frame)) {
      group.adi = *target;  // goes out even when broadcast is disabled (§11.1)
    } else if (!config.BroadcastEnabled()) {
      context_.drops.Count(DropReason::kMulticastDisabled);
      return;
    }
  } else if (const auto emulated = EmulateAdvertisement(config, network.self, frame)) {
    const bool queued = context_.loopback.Push({network.id, emulated->source, frame.source, kEtherIpv6,
                                                Bytes(emulated->packet.begin(), emulated->packet.end())});
    if (!queued) context_.drops.Count(DropReason::kQueueFull);
    return;
  }
  if (config.multicast_limit == 0) {
    context_.drops.Count(DropReason::kMulticastDisabled);
    return;
  }
  const bool bridged = frame.source != network.mac;
  if (bridged && network.LearnBehindMe(now.mono, group)) announcer_.NewGroups(now, network, {&group, 1});
  if (!filter_.Out(now, network, frame, false, {})) return;
  Send(now, network, {{}, group, bridged ? frame.source : Mac{}}, frame);
}

void MulticastOut::Send(const Now& now, Network& network, const MulticastSend& send, const Frame& frame) {
  if (frame.length > kMaxPayload) {
    context_.drops.Count(DropReason::kFrameTooBig);
    return;
  }
  if (SendToReplicator(now, network, send, frame)) return;
  const uint32_t limit = network.config()->multicast_limit;
  const size_t known = members_.Of(network.id, send.group).size();
  if (known >= limit) {
    std::vector<NodeAddress> sent;
    SendToKnown(now, network, send, 1, frame, sent, limit);
    return;
  }
  // One more than are missing; all bits set is "no limit" and cannot be counted up.
  const auto missing = static_cast<uint32_t>(limit - known);
  const uint32_t gather_limit = std::max(missing, missing + 1);
  const auto last = network.last_gather.find(send.group);
  const bool due = last == network.last_gather.end() || now.mono - last->second >= GatherPeriod();
  if (known == 0 || due) Gather(now, network, send.group, gather_limit);
  size_t dropped = 0;
  QueuedMulticast* queued = queue_.Add(network.id, send.group, dropped);
  for (; dropped > 0; --dropped) context_.drops.Count(DropReason::kQueueFull);
  std::vector<NodeAddress> sent;
  if (send.origin.value != 0) sent.push_back(send.origin);
  SendToKnown(now, network, send, gather_limit, frame, sent, limit);
  if (queued == nullptr) {
    context_.drops.Count(DropReason::kQueueFull);
    return;
  }
  *queued = {send.source, frame.source, frame.ether_type, {}, limit, gather_limit, now.mono + MulticastQueue::kLife,
             std::move(sent)};
  queued->payload.reserve(frame.length);
  for (const ByteSpan piece : frame.pieces) queued->payload.insert(queued->payload.end(), piece.begin(), piece.end());
}

bool MulticastOut::SendToReplicator(const Now& now, Network& network, const MulticastSend& send, const Frame& frame) {
  const Specialist* us = network.config()->FindSpecialist(network.self);
  if (network.IsActiveBridge() || (us != nullptr && us->IsMulticastReplicator())) return false;
  NodeAddress best;
  int best_latency = kMaxReplicatorLatency;
  for (const NodeAddress candidate : network.replicators()) {
    const std::optional<int> latency = context_.link.Latency(candidate);
    if (!latency || *latency >= best_latency) continue;
    best = candidate;
    best_latency = *latency;
  }
  if (best.value == 0) return false;
  ByteArray<kMaxHead> head;
  const Mac source = send.source.value != 0 ? send.source : network.mac;
  const size_t size = WriteHead(head, network, send.group, wire::MulticastFrame::kReplicate, 0, source,
                                frame.ether_type);
  SendFramePayload(context_, now, best, Verb::kMulticastFrame, ByteSpan(head).first(size), frame, frame.length,
                   HowToSend(network, false));
  return true;
}

void MulticastOut::SendToKnown(const Now& now, Network& network, const MulticastSend& send, uint32_t gather_limit,
                               const Frame& frame, std::vector<NodeAddress>& sent, size_t limit) {
  const std::vector<NodeAddress>& bridges = network.bridges();
  const auto send_to = [&](NodeAddress to) {
    sent.push_back(to);
    SendOne(now, network, send.group, to, gather_limit, send.source, frame);
  };
  for (const NodeAddress bridge : bridges) {
    if (sent.size() >= limit) return;
    if (bridge != send.origin) send_to(bridge);
  }
  for (const NodeAddress member : members_.Shuffled(network.id, send.group, send.origin, context_.random)) {
    if (sent.size() >= limit) return;
    if (std::find(bridges.begin(), bridges.end(), member) == bridges.end()) send_to(member);
  }
}

void MulticastOut::SendOne(const Now& now, Network& network, const MulticastGroup& group, NodeAddress to,
                           uint32_t gather_limit, Mac source, const Frame& frame) {
  if (!filter_.Out(now, network, frame, true, to)) return;
  PushCredentials(context_, now, network, to, kCredentialPushAge);
  ByteArray<kMaxHead> head;
  const size_t size = WriteHead(head, network, group, 0, gather_limit, source, frame.ether_type);
  SendFramePayload(context_, now, to, Verb::kMulticastFrame, ByteSpan(head).first(size), frame, frame.length,
                   HowToSend(network, true));
}

void MulticastOut::Gather(const Now& now, Network& network, const MulticastGroup& group, uint32_t limit) {
  if (network.last_gather.size() >= Network::kMaxGroups) {
    std::erase_if(network.last_gather, [&](const auto& e) { return now.mono - e.second >= GatherPeriod(); });
    if (network.last_gather.size() >= Network::kMaxGroups) return;
  }
  network.last_gather[group] = now.mono;
  std::vector<NodeAddress> ask;
  const auto add = [&](NodeAddress who) {
    if (who != network.self && std::find(ask.begin(), ask.end(), who) == ask.end()) ask.push_back(who);
  };
  if (const std::optional<NodeAddress> root = context_.link.BestRoot(now)) add(*root);
  if (!network.id.IsAdHoc()) add(network.id.Controller());
  std::vector<NodeAddress> others = network.always_contact();
  for (size_t i = others.size(); i > 1; --i) std::swap(others[i - 1], others[context_.random.Below(i)]);
  for (const NodeAddress who : others) add(who);
  if (ask.size() > kMaxGatherRecipients) ask.resize(kMaxGatherRecipients);
  wire::MulticastGather message;
  message.network = network.id;
  message.mac = group.mac;
  message.adi = group.adi;
  message.limit = limit;
  message.com = network.config()->com;
  for (const NodeAddress who : ask) {
    context_.Send(now, who, Verb::kMulticastGather, message, {.expect_reply = true});
  }
}

void MulticastOut::AddMember(const Now& now, NetworkId id, const MulticastGroup& group,
                             const MulticastMembers::Report& report) {
  const NodeAddress member = report.member;
  if (member == context_.self() || !member.IsValid()) return;
  switch (members_.Add(now.mono, id, group, report)) {
    case MulticastMembers::Added::kNew:
      break;
    case MulticastMembers::Added::kRefreshed:
      return;
    case MulticastMembers::Added::kFull:
      context_.drops.Count(DropReason::kQueueFull);
      return;
  }
  Network* network = context_.Find(id);
  if (network == nullptr || network->config() == nullptr) return;
  std::deque<QueuedMulticast>* waiting = queue_.Of(id, group);
  if (waiting == nullptr) return;
  for (QueuedMulticast& q : *waiting) {
    // Its age counts even if nobody has cleaned up yet (vl2.md §12.5 Do).
    if (now.mono >= q.until || q.sent.size() >= q.limit || q.SentTo(member)) continue;
    q.sent.push_back(member);
    const ByteSpan payload = q.payload;
    const Frame frame{q.frame_source, group.mac, q.ether_type, payload.size(), payload, {&payload, 1}};
    SendOne(now, *network, group, member, q.gather_limit, q.source, frame);
  }
}

}  // namespace zt::vl2
