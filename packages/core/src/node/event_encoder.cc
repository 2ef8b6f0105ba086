#include "node/event_encoder.h"

#include <algorithm>

#include "wire/network_config.h"

namespace zt::node {

namespace {

constexpr uint16_t kMaxCount = 0xffff;

void EncodeRoute(HostWriter& out, const NetworkRoute& route) {
  out.Prefix(route.target);
  out.Ip(route.via);
  out.U16(route.flags);
  out.U16(route.metric);
}

// vl2.md §5.7
void EncodeSignOn(HostWriter& out, const wire::AuthenticationRequired& sign_on) {
  out.U8(static_cast<uint8_t>(std::min<uint64_t>(sign_on.version, 0xff)));
  out.Str16(sign_on.url);
  out.Str16(sign_on.central_endpoint);
  out.Str16(sign_on.nonce);
  out.Str16(sign_on.state);
  out.Str16(sign_on.client_id);
  out.Str16(sign_on.provider);
}

void EncodeConfig(HostWriter& out, const vl2::NetworkInfo& info) {
  const NetworkConfig& config = *info.config;
  out.Str16(config.name);
  out.U8(config.is_public ? 1 : 0);
  out.U32(config.mtu);
  out.U64(config.revision);
  out.Bool(config.BroadcastEnabled());
  out.Bool(std::any_of(config.specialists.begin(), config.specialists.end(), [&](const Specialist& s) {
    return s.IsActiveBridge() && s.address() == config.issued_to;
  }));
  out.Count(config.addresses.size());
  for (const IpPrefix& address : config.addresses) out.Prefix(address);
  out.Count(config.routes.size());
  for (const NetworkRoute& route : config.routes) EncodeRoute(out, route);
  out.Str16(config.dns.domain);
  const auto used = [](const IpAddress& ip) { return !ip.IsNone(); };
  out.Count(static_cast<size_t>(std::count_if(config.dns.servers.begin(), config.dns.servers.end(), used)));
  for (const IpAddress& server : config.dns.servers) {
    if (used(server)) out.Ip(server);
  }
}

}  // namespace

void EncodeNetwork(HostWriter& out, const vl2::NetworkInfo& info) {
  out.U64(info.id.value);
  out.MacAddress(info.mac);
  out.U8(static_cast<uint8_t>(info.status));
  out.Bool(info.config != nullptr);
  if (info.config != nullptr) EncodeConfig(out, info);
  out.Bool(info.sign_on != nullptr);
  if (info.sign_on != nullptr) EncodeSignOn(out, *info.sign_on);
}

void EncodePeer(HostWriter& out, const vl1::PeerInfo& peer) {
  out.Address(peer.address);
  out.I32(peer.version_major);
  out.I32(peer.version_minor);
  out.I32(peer.version_revision);
  out.I32(peer.protocol);
  out.I32(peer.latency);
  out.U8(static_cast<uint8_t>(peer.role));
  const size_t paths = std::min<size_t>(peer.paths.size(), kMaxCount);
  out.Count(paths);
  for (size_t i = 0; i < paths; ++i) {
    const vl1::PathInfo& path = peer.paths[i];
    out.Ep(path.endpoint);
    out.I64(path.since_heard);
    out.I64(path.since_sent);
    out.Bool(path.expired);
    out.Bool(path.preferred);
  }
}

void EncodeConnectivity(HostWriter& out, const vl1::ConnectivityInfo& info) {
  out.U8(static_cast<uint8_t>(info.state));
  out.Count(info.reasons.size());
  for (OfflineReason reason : info.reasons) out.U8(static_cast<uint8_t>(reason));
  out.I64(info.since_root_heard);
  out.Ep(info.tunnel);
  out.Count(info.roots.size());
  for (const vl1::RootInfo& root : info.roots) {
    out.Address(root.address);
    out.U8(static_cast<uint8_t>(root.role));
    out.I64(root.since_heard);
    out.Count(root.endpoints.size());
    for (const vl1::RootEndpointInfo& endpoint : root.endpoints) {
      out.Ep(endpoint.endpoint);
      out.Bool(endpoint.refused);
      out.U32(endpoint.tries);
      out.I64(endpoint.since_try);
    }
  }
}

HostWriter EventEncoder::Begin() {
  scratch_.clear();
  return HostWriter(scratch_);
}

void EventEncoder::Node(Event code, NodeAddress address) {
  Begin().Address(address);
  Post(code);
}

void EventEncoder::NodeConnectivity(const vl1::ConnectivityInfo& info) {
  HostWriter out = Begin();
  EncodeConnectivity(out, info);
  Post(Event::kNodeConnectivity);
}

void EventEncoder::Fatal(FatalReason reason, std::string_view detail) {
  HostWriter out = Begin();
  out.U8(static_cast<uint8_t>(reason));
  out.Str16(detail);
  Post(Event::kNodeFatalError);
}

void EventEncoder::Warn(Warning kind, std::string_view detail) {
  HostWriter out = Begin();
  out.U8(static_cast<uint8_t>(kind));
  out.Str16(detail);
  Post(Event::kWarning);
}

void EventEncoder::Surface(std::span<const Endpoint> endpoints) {
  HostWriter out = Begin();
  out.Count(endpoints.size());
  for (const Endpoint& endpoint : endpoints) out.Ep(endpoint);
  Post(Event::kSurfaceChanged);
}

void EventEncoder::Stack(Event code) {
  Begin();
  Post(code);
}

void EventEncoder::Tunnel(Event code, const Endpoint& server) {
  Begin().Ep(server);
  Post(code);
}

void EventEncoder::Network(Event code, const vl2::NetworkInfo& info) {
  HostWriter out = Begin();
  EncodeNetwork(out, info);
  Post(code);
}

void EventEncoder::Netif(Event code, NetworkId network, Mac mac, uint32_t mtu) {
  HostWriter out = Begin();
  out.U64(network.value);
  out.MacAddress(mac);
  out.U32(mtu);
  Post(code);
}

void EventEncoder::Peer(Event code, const vl1::PeerInfo& peer, const Endpoint& path) {
  HostWriter out = Begin();
  EncodePeer(out, peer);
  out.Ep(path);
  Post(code);
}

void EventEncoder::Route(Event code, NetworkId network, const NetworkRoute& route) {
  HostWriter out = Begin();
  out.U64(network.value);
  EncodeRoute(out, route);
  Post(code);
}

void EventEncoder::Address(bool added, NetworkId network, const IpPrefix& address) {
  HostWriter out = Begin();
  out.U64(network.value);
  out.Prefix(address);
  if (address.address.IsV4()) {
    Post(added ? Event::kAddrAddedIp4 : Event::kAddrRemovedIp4);
  } else {
    Post(added ? Event::kAddrAddedIp6 : Event::kAddrRemovedIp6);
  }
}

void EventEncoder::StoreIdentity(Event code, std::string_view text) {
  Begin().Str16(text);
  Post(code);
}

void EventEncoder::StorePlanet(ByteSpan serialized) {
  Begin().Blob32(serialized);
  Post(Event::kStorePlanet);
}

void EventEncoder::StoreMoon(uint64_t id, ByteSpan serialized) {
  HostWriter out = Begin();
  out.U64(id);
  out.Blob32(serialized);
  Post(Event::kStoreMoon);
}

void EventEncoder::StorePeer(NodeAddress peer, ByteSpan record) {
  HostWriter out = Begin();
  out.Address(peer);
  out.Blob32(record);
  Post(Event::kStorePeer);
}

void EventEncoder::StoreNetwork(NetworkId network, ByteSpan dictionary) {
  HostWriter out = Begin();
  out.U64(network.value);
  out.Blob32(dictionary);
  Post(Event::kStoreNetwork);
}

void EventEncoder::ControllerRequest(const vl2::ControllerRequest& request) {
  HostWriter out = Begin();
  out.U64(request.network.value);
  out.U64(request.packet_id.value);
  out.Str16(request.member.ToText());
  out.U8(request.hops);
  out.Ep(request.from);
  out.Blob16(request.metadata);
  Post(Event::kControllerRequest);
}

void EventEncoder::FramesReady(Event code, uint32_t port) {
  Begin().U32(port);
  Post(code);
}

void EventEncoder::FramesClosed(uint32_t port, Status status) {
  HostWriter out = Begin();
  out.U32(port);
  out.I32(static_cast<int32_t>(status));
  Post(Event::kFramesClosed);
}

void EventEncoder::CaptureData(const CaptureChunk& chunk) {
  HostWriter out = Begin();
  out.U32(chunk.capture);
  out.Bool(chunk.last);
  out.U64(chunk.seen);
  out.U64(chunk.dropped);
  out.Blob32(chunk.bytes);
  Post(Event::kCaptureData);
}

void EventEncoder::UserMessage(NodeAddress source, uint64_t type, ByteSpan data) {
  HostWriter out = Begin();
  out.Address(source);
  out.U64(type);
  out.Blob16(data);
  Post(Event::kUserMessage);
}

void EventEncoder::RemoteTrace(NodeAddress source, ByteSpan dictionary) {
  HostWriter out = Begin();
  out.Address(source);
  out.Blob16(dictionary);  // a str16 that may hold anything: the application decodes it
  Post(Event::kRemoteTrace);
}

}  // namespace zt::node
