// The parts of a node and how they are joined: VL1 under VL2 under the TCP/IP stack, and events upwards. Routes each
// input to the part it is for, drains the parts, owns nothing clever.
#pragma once

#include <memory>
#include <span>

#include "base/drop_counters.h"
#include "base/transmit_queue.h"
#include "crypto/drbg.h"
#include "netstack/stack.h"
#include "node/capture.h"
#include "node/event_encoder.h"
#include "node/frame_ports.h"
#include "node/impairment.h"
#include "node/network_ports.h"
#include "node/options.h"
#include "node/tcp_relay.h"
#include "vl1/identity_generator.h"
#include "vl1/vl1.h"
#include "vl2/vl2.h"

namespace zt::node {

// Datagrams at the outer border.
struct Traffic {
  uint64_t datagrams_received = 0, bytes_received = 0, datagrams_sent = 0, bytes_sent = 0;
  void Received(size_t bytes) { ++datagrams_received, bytes_received += bytes; }
  void Sent(size_t bytes) { ++datagrams_sent, bytes_sent += bytes; }
};

class Composition final : private vl1::Delegate, private vl2::Delegate, private netstack::FrameSink {
 public:
  // A frame answered by a frame answered by a frame: more rounds than that wait for the next poll.
  static constexpr int kMaxSettleRounds = 8;

  Composition(const Now& now, NodeOptions options);
  ~Composition() override;

  void HandleDatagrams(const Now& now, std::span<const InboundDatagram> batch);
  void HandleTimeout(const Now& now);
  // The stream to the TCP relay (zt/node.h).
  Endpoint RelayWanted() const;
  void HandleRelayOpen(const Now& now);
  void HandleRelayData(const Now& now, ByteSpan bytes);
  void HandleRelayClosed(const Now& now);
  TcpRelay& relay() { return relay_; }
  Deadline NextTimeout() const;
  // Moves frames and segments until nothing more may be sent, then hands the datagrams out. Two queues take turns, so
  // what was handed out stays valid until the next call of this.
  std::span<const Transmit> PollTransmit(const Now& now);
  void Shutdown(const Now& now);

  // `permissions` null: as they were; a network that never had any takes everything.
  Status Join(const Now& now, NetworkId network, ByteSpan cached, const NetworkPermissions* permissions = nullptr);
  Status Leave(const Now& now, NetworkId network);

  // Ports for frames (HOST_PROTOCOL.md §12).
  Status OpenFrames(const Now& now, NetworkId network, bool exclusive, size_t queue_bytes, uint32_t& id);
  Status CloseFrames(const Now& now, uint32_t id);
  Status SetFrameGroups(const Now& now, uint32_t id, std::vector<vl2::MulticastGroup> groups);

  // kOk when commands can be served; kNotReady while the identity is being made; kClosed after Shutdown or a fatal
  // error.
  Status Availability() const;
  bool online() const { return Availability() == Status::kOk && vl1_->online(); }
  // Valid only while Availability() is kOk.
  const vl1::Vl1& vl1() const { return *vl1_; }
  vl1::Vl1& vl1() { return *vl1_; }
  vl2::Vl2& vl2() { return *vl2_; }
  netstack::Stack& stack() { return stack_; }
  Captures& captures() { return captures_; }
  FramePorts& frames() { return frames_; }
  const Traffic& traffic() const { return traffic_; }
  const DropCounters& drops() const { return drops_; }
  EventQueue& events() { return events_.queue(); }
  const EventQueue& events() const { return events_.queue(); }

 private:
  enum class Phase : uint8_t { kMakingIdentity, kRunning, kFailed, kDown };

  void Start(const Now& now, const SecretIdentity& identity);
  void LoadMoons(const Now& now);
  void LoadCaches(const Now& now);
  void HandleDatagram(const Now& now, const InboundDatagram& datagram);
  // After what may have opened or ended the tunnel.
  void TellTunnel(const Now& now);
  void NoticeSleep(const Now& now);
  bool Settle(const Now& now);  // whether frames of the application left their queues
  std::span<const Transmit> TakeTransmit(const Now& now);

  // vl1::Delegate
  bool HandleMessage(const Now& now, const vl1::Message& message) override;
  void OnIdentityKnown(const Now& now, const Identity& identity) override;
  std::vector<NodeAddress> AlwaysContact() const override;
  bool IsVirtualAddress(const IpAddress& ip) const override;
  void OnOnlineChange(const Now& now, bool online) override;
  void OnConnectivity(const Now& now, const vl1::ConnectivityInfo& info) override;
  void OnPeerChange(const Now& now, const vl1::PeerInfo& peer, vl1::PeerChange change, const Endpoint& path) override;
  void OnIdentityCollision(const Now& now) override;
  void OnPlanet(const Now& now, ByteSpan serialized) override;
  void OnMoon(const Now& now, uint64_t id, ByteSpan serialized) override;
  void OnPeerRecord(const Now& now, NodeAddress peer, ByteSpan record) override;
  void OnSurfaceChange(const Now& now, std::span<const Endpoint> endpoints) override;
  void OnWarning(const Now& now, Warning warning, std::string_view detail) override;
  // vl2::Delegate
  void DeliverFrame(const Now& now, NetworkId network, Mac source, Mac destination, uint16_t ether_type,
                    ByteSpan payload) override;
  void OnNetworkChange(const Now& now, const vl2::NetworkInfo& info, bool configuration_changed) override;
  void StoreNetwork(const Now& now, NetworkId network, ByteSpan dictionary) override;
  void OnControllerRequest(const Now& now, const vl2::ControllerRequest& request) override;
  void OnUserMessage(const Now& now, NodeAddress source, uint64_t type, ByteSpan data) override;
  void OnRemoteTrace(const Now& now, NodeAddress source, ByteSpan dictionary) override;
  // netstack::FrameSink
  void SendFrame(const Now& now, NetworkId interface, Mac source, Mac destination, uint16_t ether_type,
                 std::span<const ByteSpan> payload) override;
  bool HasRoom() const override;

  NodeOptions options_;
  Phase phase_ = Phase::kMakingIdentity;
  bool joining_ = false;    // inside Join: the first callback is UP, not an update (sdk-api.md §3.3)
  bool delivered_ = false;  // a frame reached the stack in this settling round
  DropCounters drops_;
  Traffic traffic_;
  crypto::Drbg random_;
  TransmitQueue filling_, handed_;
  Impairment impairment_;
  EventEncoder events_;
  Captures captures_;
  FramePorts frames_;
  TcpRelay relay_;
  Endpoint tunnel_;         // as VL1 was told
  Instant woke_ = Instant::LongAgo();  // as VL1 said last
  netstack::Stack stack_;
  std::unique_ptr<vl1::IdentityGenerator> generator_;
  std::unique_ptr<vl1::Vl1> vl1_;
  std::unique_ptr<vl2::Vl2> vl2_;
  std::unique_ptr<NetworkPorts> ports_;
};

}  // namespace zt::node
