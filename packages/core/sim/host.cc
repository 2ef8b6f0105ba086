#include "sim/host.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/seeded_random.h"

namespace zt::sim {

Host::Host(Simulator& simulator, HostPlan plan, ByteSpan planet)
    : Actor(simulator),
      plan_(std::move(plan)),
      planet_(planet.begin(), planet.end()),
      address_(NodeAddress::Parse(plan_.secret.substr(0, 10)).value()) {}

Host::~Host() = default;

int Host::Plug(Segment& segment, const std::vector<IpAddress>& addresses, const LinkPlan& up, const LinkPlan& down) {
  auto& interface = *interfaces_.emplace_back(std::make_unique<Interface>(*this, next_interface_++));
  interface.cable = std::make_unique<Cable>(segment, interface, addresses, up, down);
  for (const IpAddress& ip : addresses) {
    for (uint16_t port : plan_.ports) sockets_.push_back({next_socket_++, {ip, port}, &interface});
  }
  TellSockets();
  return interface.number;
}

void Host::Unplug(int interface) {
  const auto at = std::find_if(interfaces_.begin(), interfaces_.end(),
                               [interface](const auto& i) { return i->number == interface; });
  ZT_CHECK(at != interfaces_.end());
  std::erase_if(sockets_, [&at](const Socket& s) { return s.interface == at->get(); });
  interfaces_.erase(at);
  TellSockets();
}

void Host::UnplugAll() { UnplugAllBut(-1); }

void Host::UnplugAllBut(int interface) {
  std::erase_if(sockets_, [interface](const Socket& s) { return s.interface->number != interface; });
  std::erase_if(interfaces_, [interface](const auto& i) { return i->number != interface; });
  TellSockets();
}

Cable* Host::CableOf(int interface) {
  for (const auto& i : interfaces_) {
    if (i->number == interface) return i->cable.get();
  }
  return nullptr;
}

std::vector<const Cable*> Host::Cables() const {
  std::vector<const Cable*> out;
  for (const auto& i : interfaces_) out.push_back(i->cable.get());
  return out;
}

std::vector<int> Host::Interfaces() const {
  std::vector<int> out;
  for (const auto& i : interfaces_) out.push_back(i->number);
  return out;
}

void Host::Start() {
  ZT_CHECK(!running());
  ++starts_;
  suspended_ = false;
  mono_origin_ = simulator().now() - 1000;  // a second after the boot
  Status status = Status::kOk;
  const Bytes options = Options();
  {
    const HeapAccount heap(account_);
    node_ = Node::Create(Now(), options, status);
  }
  ZT_CHECK(status == Status::kOk);
  TellSockets();
  Drain();
}

void Host::Stop() {
  if (!running()) return;
  {
    const HeapAccount heap(account_);
    node_->Shutdown(Now());
  }
  Drain();
  Crash();
}

void Host::Crash() {
  node_.reset();
  suspended_ = false;
  Unschedule();
  if (on_drained) on_drained();
}

void Host::ForgetState() { stores_ = {}; }

void Host::Suspend() {
  if (!awake()) return;
  suspended_ = true;
  suspended_at_ = simulator().now();
  Unschedule();
}

void Host::Resume(Sleep how) {
  if (!suspended_) return;
  suspended_ = false;
  if (how == Sleep::kMonotonicStands) mono_origin_ = mono_origin_ + (simulator().now() - suspended_at_);
  if (!running()) return;
  if (!told_) TellSockets();
  Drain();
}

zt::Now Host::Now() const {
  const Instant now = simulator().now();
  return {{now - mono_origin_}, {Simulator::kEpoch + now.ms + wall_ahead_}};
}

size_t Host::Count(Event code) const {
  const auto at = counts_.find(code);
  return at == counts_.end() ? 0 : at->second;
}

Bytes Host::Options() const {
  testing::OptionsWriter options;
  Bytes seed(32);
  SeededRandom(simulator().SeedOf(plan_.name + "#" + std::to_string(starts_))).Fill(seed);
  options.Text(CreateOption::kIdentitySecret, plan_.secret).Add(CreateOption::kRandomSeed, seed);
  options.Add(CreateOption::kPlanet, stores_.planet.empty() ? planet_ : stores_.planet);
  for (const auto& [address, record] : stores_.peers) options.Add(CreateOption::kCachedPeer, record);
  for (const auto& [id, dictionary] : stores_.networks) {
    Bytes value;
    node::HostWriter out(value);
    out.U64(id);
    out.Put(dictionary);
    options.Add(CreateOption::kCachedNetwork, value);
  }
  for (const auto& [id, moon] : stores_.moons) options.Add(CreateOption::kMoon, moon);
  if (plan_.options) plan_.options(options);
  return options.bytes;
}

void Host::TellSockets() {
  told_ = awake();
  if (!told_) return;
  const Status sockets = Do(Command::kSetLocalSockets, [this](node::HostWriter& out) {
    out.Count(sockets_.size());
    for (const Socket& socket : sockets_) {
      out.I32(socket.number);
      out.Ep(socket.bound);
    }
  });
  ZT_CHECK(sockets == Status::kOk);
  const Status endpoints = Do(Command::kSetLocalEndpoints, [this](node::HostWriter& out) {
    out.Count(sockets_.size());
    for (const Socket& socket : sockets_) out.Ep(socket.bound);
  });
  ZT_CHECK(endpoints == Status::kOk);
}

void Host::Act() {
  ++wakes_;
  wakes_at_once_ = last_wake_ == simulator().now() ? wakes_at_once_ + 1 : 0;
  last_wake_ = simulator().now();
  if (wakes_at_once_ > kMaxWakesPerMs) {
    fault_ = name() + ": its timer fires without end: " + std::string(node_->NextTimeout().reason);
    return;
  }
  {
    const HeapAccount heap(account_);
    node_->HandleTimeout(Now());
  }
  Drain();
}

void Host::Receive(Packet packet) {
  if (!awake()) return;
  const auto to = std::find_if(sockets_.begin(), sockets_.end(),
                               [&packet](const Socket& s) { return s.bound == packet.destination; });
  if (to == sockets_.end()) return;
  ++received_;
  if (tap_ != nullptr) tap_->OnPacket(name(), false, packet);
  const InboundDatagram datagram{packet.bytes, packet.source, {to->number}};
  {
    const HeapAccount heap(account_);
    node_->HandleDatagrams(Now(), {&datagram, 1});
  }
  Drain();
}

Bytes Host::TakeRelayOutput() {
  const ByteSpan output = node_->RelayOutput();
  Bytes out(output.begin(), output.end());
  if (!out.empty()) node_->RelayConsumed(out.size());
  return out;
}

void Host::RelayOpened() {
  if (!awake()) return;
  {
    const HeapAccount heap(account_);
    node_->HandleRelayOpen(Now());
  }
  Drain();
}

void Host::RelayReceived(ByteSpan bytes) {
  if (!awake()) return;
  {
    const HeapAccount heap(account_);
    node_->HandleRelayData(Now(), bytes);
  }
  Drain();
}

void Host::Drain() {
  for (;;) {
    std::span<const Transmit> batch;
    {
      const HeapAccount heap(account_);
      batch = node_->PollTransmit(Now());
    }
    if (batch.empty()) break;
    for (const Transmit& transmit : batch) Send(transmit);
  }
  TakeEvents();
  if (on_drained) on_drained();
  if (!awake()) return;  // the application may have ended it
  const Instant at = node_->NextTimeout().at;
  Schedule(at == Instant::Never() ? at : mono_origin_ + at.ms);
}

// kAllSockets: a copy from each that can reach it. A socket that is gone: nowhere.
void Host::Send(const Transmit& transmit) {
  for (const Socket& socket : sockets_) {
    if (transmit.via != kAllSockets && transmit.via.value != socket.number) continue;
    if (socket.bound.ip.family != transmit.to.ip.family) continue;
    Packet packet{socket.bound, transmit.to, transmit.ttl != 0 ? transmit.ttl : Packet::kDefaultTtl,
                  Bytes(transmit.bytes.begin(), transmit.bytes.end())};
    ++sent_;
    if (flows_) ++(*flows_)[{packet.source, packet.destination}];
    const uint64_t mark[] = {static_cast<uint64_t>(simulator().now().ms), address_.value, packet.ttl,
                             std::hash<Endpoint>()(packet.destination)};
    simulator().Note(mark, sizeof mark);
    simulator().Note(packet.bytes.data(), packet.bytes.size());
    if (tap_ != nullptr) tap_->OnPacket(name(), true, packet);
    socket.interface->cable->Send(std::move(packet));
  }
}

Host::Flow Host::BusiestFlow() const {
  Flow out;
  if (!flows_) return out;
  for (const auto& [ends, datagrams] : *flows_) {
    if (datagrams > out.datagrams) out = {ends.first, ends.second, datagrams};
  }
  return out;
}

void Host::TakeEvents() {
  while (running() && node_->HasEvents()) {
    Bytes batch;
    node_->DrainEvents(batch, 1 << 16);
    ByteReader in(batch);
    while (in.remaining() != 0) {
      const auto code = static_cast<Event>(in.U16());
      const ByteSpan body = in.Take(in.U32());
      ZT_CHECK(in.ok());
      ++counts_[code];
      Keep(code, body);
      if (on_event) on_event(code, body);
    }
  }
}

void Host::Keep(Event code, ByteSpan body) {
  node::HostReader in(body);
  const auto put = [](std::map<uint64_t, Bytes>& where, uint64_t id, ByteSpan value) {
    if (value.empty()) {
      where.erase(id);
    } else {
      where[id] = Bytes(value.begin(), value.end());
    }
  };
  switch (code) {
    case Event::kStorePlanet: {
      const ByteSpan planet = in.Blob32();
      stores_.planet = Bytes(planet.begin(), planet.end());
      break;
    }
    case Event::kStorePeer: {
      const NodeAddress peer = in.Address();
      put(stores_.peers, peer.value, in.Blob32());
      break;
    }
    case Event::kStoreNetwork: {
      const uint64_t id = in.U64();
      put(stores_.networks, id, in.Blob32());
      break;
    }
    case Event::kStoreMoon: {
      const uint64_t id = in.U64();
      put(stores_.moons, id, in.Blob32());
      break;
    }
    default: break;
  }
}

int64_t Host::UdpSend(SocketId socket, const Endpoint& to, ByteSpan data) {
  int64_t status = 0;
  {
    const HeapAccount heap(account_);
    status = node_->UdpSend(Now(), socket, to, data);
  }
  Drain();
  return status;
}

int64_t Host::UdpReceive(SocketId socket, Endpoint& from, Endpoint& to, MutableBytes into) {
  const HeapAccount heap(account_);
  return node_->UdpReceive(Now(), socket, from, to, into);
}

Status Host::Run(ByteSpan request) {
  ZT_CHECK(running());
  {
    const HeapAccount heap(account_);
    node_->Command(Now(), request, reply_);
  }
  const auto status = static_cast<Status>(ByteReader(reply_).U32());
  Bytes reply = reply_;  // what an event's handler asks must not be taken for the answer
  Drain();
  reply_ = std::move(reply);
  return status;
}

}  // namespace zt::sim
