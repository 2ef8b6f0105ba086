#include "vl2/frame_out.h"

#include <algorithm>

#include "vl2/credential_push.h"
#include "vl2/frame_fields.h"
#include "wire/derived_address.h"
#include "wire/verb/ext_frame.h"
#include "wire/verb/frame.h"

namespace zt::vl2 {
namespace {

// IPv4 with all options and a TCP header, or IPv6 with one and a neighbour solicitation's target: all that rules and
// address resolution read, extension headers and INTEGER RANGE apart.
constexpr size_t kHeadBytes = 128;

}  // namespace

ByteSpan FrameOut::Head(const Network& network, uint16_t ether_type, size_t length, vl1::Gather payload,
                        bool multicast) {
  if (payload.size() == 1) return payload[0];
  if (network.AcceptsEverything() && !multicast) return {};
  size_t joined = 0;
  const auto join_up_to = [&](size_t end) {
    size_t at = 0;
    for (const ByteSpan piece : payload) {
      if (at >= end) break;
      const size_t take = std::min(piece.size(), end - at);
      std::copy_n(piece.begin(), take, joined_.begin() + at);
      at += take;
    }
    joined = at;
  };
  join_up_to(std::min(length, kHeadBytes));
  const bool whole = network.ReadsWholeFrame() || MayLookFurther(ether_type, ByteSpan(joined_).first(joined));
  if (whole && joined < length) join_up_to(length);
  return ByteSpan(joined_).first(joined);
}

void FrameOut::Send(const Now& now, Network& network, Mac source, Mac destination, uint16_t ether_type,
                    vl1::Gather payload) {
  if (network.config() == nullptr) return context_.drops.Count(DropReason::kNotAMember);
  size_t length = 0;
  for (const ByteSpan piece : payload) length += piece.size();
  if (length > limits::kMaxFramePayload) return context_.drops.Count(DropReason::kFrameTooBig);
  const bool bridged = source != network.mac;
  if (bridged && !network.IsActiveBridge()) return context_.drops.Count(DropReason::kNoBridge);
  const bool multicast = destination.IsMulticast();
  const Frame frame{source, destination, ether_type, length,
                    Head(network, ether_type, length, payload, multicast), payload};
  if (multicast) {
    multicast_.SendFromPort(now, network, frame);
  } else if (destination == network.mac) {
    Bytes whole;
    whole.reserve(length);
    for (const ByteSpan piece : payload) whole.insert(whole.end(), piece.begin(), piece.end());
    const bool queued = context_.loopback.Push({network.id, source, destination, ether_type, std::move(whole)});
    if (!queued) context_.drops.Count(DropReason::kQueueFull);
  } else if (IsInNetworkMac(destination, network.id)) {
    SendUnicast(now, network, frame, bridged);
  } else {
    SendBridged(now, network, frame);
  }
}

void FrameOut::SendUnicast(const Now& now, Network& network, const Frame& frame, bool bridged) {
  const NodeAddress peer = DeriveAddress(frame.destination, network.id);
  if (!filter_.Out(now, network, frame, false, peer)) return;
  PushCredentials(context_, now, network, peer, kCredentialPushAge);
  if (bridged) return SendExtended(now, network, frame, peer);
  ByteArray<wire::Frame::kHeadSize> head;
  ByteWriter out(head);
  wire::Frame{network.id, frame.ether_type, {}}.SerializeHeadTo(out);
  SendFramePayload(context_, now, peer, Verb::kFrame, head, frame, frame.length);
}

void FrameOut::SendExtended(const Now& now, const Network& network, const Frame& frame, NodeAddress to) {
  if (frame.length > limits::kMaxExtFramePayload) return context_.drops.Count(DropReason::kFrameTooBig);
  ByteArray<wire::ExtFrame::kHeadSize> head;
  ByteWriter out(head);
  wire::ExtFrame message;
  message.network = network.id;
  message.flags = wire::ExtFrame::kBridged;
  message.destination = frame.destination;
  message.source = frame.source;
  message.ether_type = frame.ether_type;
  message.SerializeHeadTo(out);
  SendFramePayload(context_, now, to, Verb::kExtFrame, head, frame, frame.length);
}

// vl2.md §10: the bridge the MAC was learned behind, else all bridges, else 32 distinct ones at random.
void FrameOut::SendBridged(const Now& now, Network& network, const Frame& frame) {
  if (!filter_.Out(now, network, frame, false, {})) return;
  std::vector<NodeAddress> to = network.bridges();
  const std::optional<NodeAddress> learned = network.routes.Find(frame.destination);
  if (learned && std::find(to.begin(), to.end(), *learned) != to.end()) {
    to.assign(1, *learned);
  } else if (to.size() > kMaxBridges) {
    for (size_t i = 0; i < kMaxBridges; ++i) std::swap(to[i], to[i + context_.random.Below(to.size() - i)]);
    to.resize(kMaxBridges);
  }
  if (to.empty()) return context_.drops.Count(DropReason::kNoRoute);
  for (const NodeAddress bridge : to) {
    if (filter_.Out(now, network, frame, true, bridge)) SendExtended(now, network, frame, bridge);
  }
}

}  // namespace zt::vl2
