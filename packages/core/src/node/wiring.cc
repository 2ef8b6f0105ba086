// What the layers call: VL1 into VL2, VL2 into the stack, the stack into VL2, and all of them into events.
#include "node/composition.h"

#include <utility>

namespace zt::node {

bool Composition::HandleMessage(const Now& now, const vl1::Message& message) {
  return vl2_->HandleMessage(now, message);
}

void Composition::OnIdentityKnown(const Now& now, const Identity& identity) {
  if (vl2_ != nullptr) vl2_->OnIdentityKnown(now, identity);
}

std::vector<NodeAddress> Composition::AlwaysContact() const {
  return vl2_ != nullptr ? vl2_->AlwaysContact() : std::vector<NodeAddress>{};
}

bool Composition::IsVirtualAddress(const IpAddress& ip) const { return ports_ != nullptr && ports_->Contains(ip); }

void Composition::OnOnlineChange(const Now&, bool online) {
  if (phase_ != Phase::kRunning) return;  // Start reports the state it ends in, after NODE_UP
  events_.Node(online ? Event::kNodeOnline : Event::kNodeOffline, vl1_->self().address());
  if (online) ports_->ReportAll();
}

void Composition::OnConnectivity(const Now&, const vl1::ConnectivityInfo& info) { events_.NodeConnectivity(info); }

void Composition::OnPeerChange(const Now&, const vl1::PeerInfo& peer, vl1::PeerChange change, const Endpoint& path) {
  switch (change) {
    case vl1::PeerChange::kDirect: return events_.Peer(Event::kPeerDirect, peer, path);
    case vl1::PeerChange::kRelay: return events_.Peer(Event::kPeerRelay, peer, path);
    case vl1::PeerChange::kUnreachable: return events_.Peer(Event::kPeerUnreachable, peer, path);
    case vl1::PeerChange::kPathDiscovered: return events_.Peer(Event::kPeerPathDiscovered, peer, path);
    case vl1::PeerChange::kPathDead: return events_.Peer(Event::kPeerPathDead, peer, path);
  }
}

void Composition::OnIdentityCollision(const Now& now) {
  events_.NodeConnectivity(vl1_->Diagnose(now));
  // The node cannot go on under this address (vl1.md §11.6). VL1 is on the call stack: it is only silenced here.
  events_.Fatal(FatalReason::kIdentityCollision, "a root knows our address with another key");
  phase_ = Phase::kFailed;
}

void Composition::OnPlanet(const Now&, ByteSpan serialized) { events_.StorePlanet(serialized); }

void Composition::OnMoon(const Now&, uint64_t id, ByteSpan serialized) { events_.StoreMoon(id, serialized); }

void Composition::OnPeerRecord(const Now&, NodeAddress peer, ByteSpan record) { events_.StorePeer(peer, record); }

void Composition::OnSurfaceChange(const Now&, std::span<const Endpoint> endpoints) { events_.Surface(endpoints); }

void Composition::OnWarning(const Now&, Warning warning, std::string_view detail) { events_.Warn(warning, detail); }

void Composition::DeliverFrame(const Now& now, NetworkId network, Mac source, Mac destination, uint16_t ether_type,
                               ByteSpan payload) {
  delivered_ = true;
  if (captures_.frames()) [[unlikely]] {
    captures_.Frame(now, PcapngDirection::kInbound, network, source, destination, ether_type, {&payload, 1});
  }
  if (!frames_.empty() && frames_.Deliver(network, source, destination, ether_type, payload)) return;
  stack_.HandleFrame(now, network, source, destination, ether_type, payload);
}

void Composition::OnNetworkChange(const Now& now, const vl2::NetworkInfo& info, bool) {
  ports_->Apply(now, info, !joining_, vl1_->online());
}

void Composition::StoreNetwork(const Now&, NetworkId network, ByteSpan dictionary) {
  events_.StoreNetwork(network, dictionary);
}

void Composition::OnControllerRequest(const Now&, const vl2::ControllerRequest& request) {
  events_.ControllerRequest(request);
}

void Composition::OnUserMessage(const Now&, NodeAddress source, uint64_t type, ByteSpan data) {
  events_.UserMessage(source, type, data);
}

void Composition::OnRemoteTrace(const Now&, NodeAddress source, ByteSpan dictionary) {
  events_.RemoteTrace(source, dictionary);
}

void Composition::SendFrame(const Now& now, NetworkId interface, Mac source, Mac destination, uint16_t ether_type,
                            std::span<const ByteSpan> payload) {
  if (captures_.frames()) [[unlikely]] {
    captures_.Frame(now, PcapngDirection::kOutbound, interface, source, destination, ether_type, payload);
  }
  vl2_->SendFrame(now, interface, source, destination, ether_type, payload);
}

Status Composition::OpenFrames(const Now& now, NetworkId network, bool exclusive, size_t queue_bytes, uint32_t& id) {
  if (!vl2_->Info(network).has_value()) return Status::kNotFound;
  const Status status = frames_.Open(network, exclusive, queue_bytes, id);
  if (status == Status::kOk && exclusive) ports_->SetStack(now, network, false);
  return status;
}

Status Composition::CloseFrames(const Now& now, uint32_t id) {
  const FramePort* port = frames_.Find(id);
  if (port == nullptr) return Status::kNotFound;
  const NetworkId network = port->network;
  frames_.Close(id);
  ports_->SetStack(now, network, true);
  ports_->SetFrameGroups(now, network, {});
  return Status::kOk;
}

Status Composition::SetFrameGroups(const Now& now, uint32_t id, std::vector<vl2::MulticastGroup> groups) {
  const FramePort* port = frames_.Find(id);
  if (port == nullptr) return Status::kNotFound;
  ports_->SetFrameGroups(now, port->network, std::move(groups));
  return Status::kOk;
}

bool Composition::HasRoom() const { return vl1_ == nullptr || (vl1_->HasRoom() && !relay_.Full()); }

}  // namespace zt::node
