#include "zt/node.h"

#include <utility>

#include "node/commands.h"
#include "node/composition.h"
#include "node/options.h"

namespace zt {

struct Node::Impl {
  Impl(const Now& now, node::NodeOptions options) : composition(now, std::move(options)) {}
  // Socket calls while there is no node to serve them.
  int64_t Unavailable() const { return -static_cast<int64_t>(composition.Availability()); }

  node::Composition composition;
};

std::unique_ptr<Node> Node::Create(const Now& now, ByteSpan options, Status& status) {
  node::NodeOptions parsed;
  status = node::ParseOptions(options, parsed);
  if (status != Status::kOk) return nullptr;
  return std::unique_ptr<Node>(new Node(std::make_unique<Impl>(now, std::move(parsed))));
}

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::~Node() = default;

void Node::HandleDatagrams(const Now& now, std::span<const InboundDatagram> batch) {
  impl_->composition.HandleDatagrams(now, batch);
}

void Node::HandleTimeout(const Now& now) { impl_->composition.HandleTimeout(now); }

void Node::Command(const Now& now, ByteSpan request, Bytes& reply) {
  node::RunCommand(now, impl_->composition, request, reply);
}

int64_t Node::TcpWrite(const Now& now, SocketId socket, ByteSpan data) {
  if (const int64_t error = impl_->Unavailable(); error != 0) return error;
  return impl_->composition.stack().TcpWrite(now, socket, data);
}

int64_t Node::TcpRead(const Now& now, SocketId socket, MutableBytes into) {
  if (const int64_t error = impl_->Unavailable(); error != 0) return error;
  return impl_->composition.stack().TcpRead(now, socket, into);
}

int64_t Node::UdpSend(const Now& now, SocketId socket, const Endpoint& to, ByteSpan data) {
  if (const int64_t error = impl_->Unavailable(); error != 0) return error;
  return -static_cast<int64_t>(impl_->composition.stack().UdpSend(now, socket, to, data));
}

int64_t Node::UdpReceive(const Now&, SocketId socket, Endpoint& from, Endpoint& to, MutableBytes into) {
  if (const int64_t error = impl_->Unavailable(); error != 0) return error;
  return impl_->composition.stack().UdpReceive(socket, from, to, into);
}

int64_t Node::FramesSend(const Now&, uint32_t port, ByteSpan records) {
  if (const int64_t error = impl_->Unavailable(); error != 0) return error;
  return impl_->composition.frames().Send(port, records);
}

int64_t Node::FramesReceive(const Now&, uint32_t port, MutableBytes into) {
  if (const int64_t error = impl_->Unavailable(); error != 0) return error;
  return impl_->composition.frames().Receive(port, into);
}

void Node::HandleRelayOpen(const Now& now) { impl_->composition.HandleRelayOpen(now); }

void Node::HandleRelayData(const Now& now, ByteSpan bytes) { impl_->composition.HandleRelayData(now, bytes); }

void Node::HandleRelayClosed(const Now& now) { impl_->composition.HandleRelayClosed(now); }

Endpoint Node::RelayWanted() const { return impl_->composition.RelayWanted(); }

ByteSpan Node::RelayOutput() const { return impl_->composition.relay().Output(); }

void Node::RelayConsumed(size_t bytes) { impl_->composition.relay().Consumed(bytes); }

void Node::Shutdown(const Now& now) { impl_->composition.Shutdown(now); }

std::span<const Transmit> Node::PollTransmit(const Now& now) { return impl_->composition.PollTransmit(now); }

bool Node::HasEvents() const { return !impl_->composition.events().empty(); }

void Node::DrainEvents(Bytes& out, size_t max_bytes) { impl_->composition.events().Drain(out, max_bytes); }

Deadline Node::NextTimeout() const { return impl_->composition.NextTimeout(); }

uint64_t Node::DatagramsOfStrangers() const {
  return impl_->Unavailable() == 0 ? impl_->composition.vl1().activity().from_strangers : 0;
}

std::optional<std::vector<Endpoint>> Node::KnownEndpoints(size_t max) const {
  if (impl_->Unavailable() != 0) return std::nullopt;
  return std::as_const(impl_->composition).vl1().KnownEndpoints(max);
}

bool Node::Online() const { return impl_->composition.online(); }

}  // namespace zt
