// Events of the layers below as the bytes the application gets (HOST_PROTOCOL.md §4, §5). One method per body.
#pragma once

#include <string_view>

#include "netstack/stack.h"
#include "node/event_queue.h"
#include "node/host_codec.h"
#include "vl1/vl1.h"
#include "vl2/vl2.h"

namespace zt::node {

// The shared bodies, used by replies as well.
void EncodeNetwork(HostWriter& out, const vl2::NetworkInfo& info);
void EncodePeer(HostWriter& out, const vl1::PeerInfo& peer);
void EncodeConnectivity(HostWriter& out, const vl1::ConnectivityInfo& info);  // HOST_PROTOCOL.md §10

// The next bytes of a capture's file, with what was counted so far.
struct CaptureChunk {
  uint32_t capture;
  bool last;
  uint64_t seen, dropped;
  ByteSpan bytes;
};

class EventEncoder {
 public:
  explicit EventEncoder(DropCounters& drops) : queue_(drops) {}

  EventQueue& queue() { return queue_; }
  const EventQueue& queue() const { return queue_; }

  void Node(Event code, NodeAddress address);
  void NodeConnectivity(const vl1::ConnectivityInfo& info);
  void Fatal(FatalReason reason, std::string_view detail);
  void Warn(Warning kind, std::string_view detail);
  void Surface(std::span<const Endpoint> endpoints);
  void Stack(Event code);
  void Tunnel(Event code, const Endpoint& server);
  void Network(Event code, const vl2::NetworkInfo& info);
  void Netif(Event code, NetworkId network, Mac mac, uint32_t mtu);
  void Peer(Event code, const vl1::PeerInfo& peer, const Endpoint& path);
  void Route(Event code, NetworkId network, const NetworkRoute& route);
  void Address(bool added, NetworkId network, const IpPrefix& address);
  void StoreIdentity(Event code, std::string_view text);
  void StorePlanet(ByteSpan serialized);
  void StoreMoon(uint64_t id, ByteSpan serialized);
  void StorePeer(NodeAddress peer, ByteSpan record);
  void StoreNetwork(NetworkId network, ByteSpan dictionary);
  void Socket(const netstack::StackEvent& event);
  void ControllerRequest(const vl2::ControllerRequest& request);
  void CaptureData(const CaptureChunk& chunk);
  void FramesReady(Event code, uint32_t port);
  void FramesClosed(uint32_t port, Status status);
  void UserMessage(NodeAddress source, uint64_t type, ByteSpan data);
  void RemoteTrace(NodeAddress source, ByteSpan dictionary);

 private:
  // Starts a body in the scratch buffer; Post sends it.
  HostWriter Begin();
  void Post(Event code) { queue_.Push(code, scratch_); }

  EventQueue queue_;
  Bytes scratch_;
};

}  // namespace zt::node
