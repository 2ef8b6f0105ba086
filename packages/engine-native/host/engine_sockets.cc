// The engine's sockets follow the machine's interfaces; what changed is told to the node (HOST_PROTOCOL.md §3).
#include "base/check.h"
#include "host/clock.h"
#include "host/engine.h"
#include "node/host_codec.h"

namespace zt::host {

namespace {

// Addresses come in groups: a cable gives IPv4, IPv6 and routes within moments.
constexpr Millis kSettle = 100;
// vl1.md §3.10; with a monitor this is not needed.
constexpr Millis kRebindInterval = 30'000;
constexpr Millis kRedrawAfterOffline = 120'000;

// A node takes these commands but before it has an identity and after its end; a malformed one would be our bug.
Status StatusOf(ByteSpan reply) {
  node::HostReader in(reply);
  const auto status = static_cast<Status>(in.U32());
  ZT_CHECK(status == Status::kOk || status == Status::kNotReady || status == Status::kClosed);
  return status;
}

}  // namespace

void Engine::WatchInterfaces() {
  if (!bindings_->FollowsInterfaces()) return;
  monitor_ = InterfaceMonitor::Create();
  if (monitor_ != nullptr && !poller_->Watch(kMonitorKey, monitor_->descriptor())) monitor_.reset();
  if (monitor_ == nullptr) rebind_at_ = ReadClock().mono + kRebindInterval;
}

void Engine::HandleInterfaceNews() {
  const InterfaceMonitor::News news = monitor_->Drain();
  network_changed_ |= news.default_route;
  // The first news set the time: a link that flaps without end must not put it off without end.
  const Instant settled = ReadClock().mono + kSettle;
  if ((news.addresses || news.default_route) && settled < rebind_at_) rebind_at_ = settled;
}

void Engine::HandleWakeUp() {
  rebind_at_ = Instant::LongAgo();
  redraw_at_ = Instant::LongAgo();
  network_changed_ = true;
}

void Engine::RebindIfDue(Instant now) {
  bool changed = false;
  if (redraw_at_ <= now) {
    redraw_at_ = Instant::Never();  // NoteOnline sets it again while the node is offline
    changed |= bindings_->RedrawSecondary();
  }
  if (rebind_at_ <= now) {
    rebind_at_ = monitor_ != nullptr || !bindings_->FollowsInterfaces() ? Instant::Never() : now + kRebindInterval;
    changed |= bindings_->Update();
    changed |= network_changed_;
    network_changed_ = false;
  }
  if (changed || untold_) TellSockets();
}

void Engine::NoteOnline(bool online) {
  if (online || !bindings_->CanRedraw()) redraw_at_ = Instant::Never();
  else if (redraw_at_ == Instant::Never()) redraw_at_ = ReadClock().mono + kRedrawAfterOffline;
}

void Engine::TellSockets() {
  FilterSources();
  Bytes request, reply;
  node::HostWriter out(request);
  out.U16(static_cast<uint16_t>(Command::kSetLocalSockets));
  out.Count(bindings_->all().size());
  for (const UdpBinding& binding : bindings_->all()) {
    out.I32(binding.number.value);
    out.Ep(binding.socket->local());
  }
  auto lock = LockForThread();
  node_->Command(ReadClock(), request, reply);
  untold_ = StatusOf(reply) == Status::kNotReady;
  bound_ = bindings_->Bound();
  announced_ = bindings_->Announced();
  TellEndpoints();
}

void Engine::TellEndpoints() {
  Bytes request, reply;
  node::HostWriter out(request);
  out.U16(static_cast<uint16_t>(Command::kSetLocalEndpoints));
  out.Count(announced_.size() + external_.size());
  for (const Endpoint& endpoint : announced_) out.Ep(endpoint);
  for (const Endpoint& endpoint : external_) out.Ep(endpoint);
  node_->Command(ReadClock(), request, reply);
  StatusOf(reply);
}

}  // namespace zt::host
