#include "vl2/frame_in.h"

#include "vl2/vl2.h"
#include "wire/derived_address.h"
#include "wire/verb/frame.h"

namespace zt::vl2 {

bool FrameIn::HandleFrame(const Now& now, const vl1::Message& message) {
  const std::optional<wire::Frame> received = wire::Frame::Parse(message.payload);
  if (!received) {
    context_.drops.Count(DropReason::kMalformed);
    return false;
  }
  Network* network = context_.Find(received->network);
  if (network == nullptr) {
    context_.drops.Count(DropReason::kUnknownNetwork);
    return false;
  }
  if (!gate_.Passes(now, *network, *message.source)) {
    gate_.Refuse(now, *network, message);
    return false;
  }
  if (received->payload.empty()) return true;
  const NodeAddress peer = message.source->address;
  const Frame frame{DeriveMac(peer, network->id), network->mac, received->ether_type, received->payload.size(),
                    received->payload, {&received->payload, 1}};
  if (filter_.In(now, *network, peer, frame) == Admission::kRefuse) return true;
  context_.delegate.DeliverFrame(now, network->id, frame.source, frame.destination, frame.ether_type,
                                 received->payload);
  return true;
}

bool FrameIn::HandleExtFrame(const Now& now, const vl1::Message& message) {
  const std::optional<wire::ExtFrame> received = wire::ExtFrame::Parse(message.payload);
  if (!received) {
    context_.drops.Count(DropReason::kMalformed);
    return false;
  }
  Network* network = context_.Find(received->network);
  if (network == nullptr) {
    context_.drops.Count(DropReason::kUnknownNetwork);
    return false;
  }
  if (received->com) intake_.Accept(now, *network, *received->com, message.source->address);
  if (!gate_.Passes(now, *network, *message.source)) {
    gate_.Refuse(now, *network, message);
    return false;
  }
  const NodeAddress peer = message.source->address;
  if (!received->payload.empty() && !JudgeExtFrame(now, *network, peer, *received)) return true;
  if (received->WantsAcknowledgement()) {
    context_.Send(now, peer, Verb::kOk, wire::OkExtFrame{message.packet_id, network->id});
  }
  return true;
}

bool FrameIn::JudgeExtFrame(const Now& now, Network& network, NodeAddress peer, const wire::ExtFrame& received) {
  const auto stop = [&](DropReason reason) {
    context_.drops.Count(reason);
    return false;
  };
  if (received.source.value == 0 || received.source == network.mac) return stop(DropReason::kBadSourceMac);
  const Frame frame{received.source, received.destination, received.ether_type, received.payload.size(),
                    received.payload, {&received.payload, 1}};
  const NetworkConfig& config = *network.config();
  switch (filter_.In(now, network, peer, frame)) {
    case Admission::kRefuse:
      return true;
    case Admission::kAccept:
      if (frame.source != DeriveMac(peer, network.id)) {
        if (!config.IsActiveBridge(peer)) return stop(DropReason::kBadSourceMac);
        network.routes.Learn(now.mono, frame.source, peer);
      } else if (frame.destination != network.mac) {
        if (frame.destination.IsMulticast()) {
          if (config.multicast_limit == 0) return stop(DropReason::kMulticastDisabled);
        } else if (!network.IsActiveBridge()) {
          return stop(DropReason::kNoBridge);
        }
      }
      break;
    case Admission::kSuperAccept:  // we are a tee, watch or redirect target: foreign MACs are expected
      break;
  }
  context_.delegate.DeliverFrame(now, network.id, frame.source, frame.destination, frame.ether_type,
                                 received.payload);
  return true;
}

}  // namespace zt::vl2
