// The engine thread's loop: wait, feed one input, drain, repeat.
#include <algorithm>
#include <sched.h>

#include "host/clock.h"
#include "host/engine.h"

namespace zt::host {

namespace {

// A loop that is so late slept with its machine, or was stopped (vl1.md §3.10).
constexpr Millis kOverrun = 10'000;

// Rounded down: waking early is safe.
int WaitMilliseconds(Instant wake) {
  constexpr Millis kLongest = 3'600'000;
  if (wake == Instant::Never()) return -1;
  const Instant now = ReadClock().mono;
  // Compared before it is subtracted: a deadline may be as early as Instant::LongAgo().
  return wake <= now ? 0 : static_cast<int>(std::min(wake - now, kLongest));
}

// What is due already, however long ago (a node that makes its identity is due always), is due now.
Instant OverrunAfter(Instant wake) {
  return wake == Instant::Never() ? wake : std::max(wake, ReadClock().mono) + kOverrun;
}

}  // namespace

std::unique_lock<std::mutex> Engine::LockForThread() {
  // A mutex is not fair: without this the thread could take it again and again before a waiting caller wakes up.
  for (int i = 0; i < kYields && callers_.load(std::memory_order_relaxed) > 0; ++i) sched_yield();
  return std::unique_lock(mutex_);
}

void Engine::Run() {
  while (!stop_.load()) Turn();
  ShutDown();
  listener_.OnStopped();
}

void Engine::Turn() {
  dirty_.store(false);
  DrainTransmit();
  ServeRelay();
  NotifyEvents();
  const Instant wake = NextWake();
  const Instant overrun = OverrunAfter(wake);
  asleep_.store(true);
  // A call that came since the drain saw asleep_ still false and sent no wake-up.
  poller_->Wait(dirty_.load() || transmit_waits_ ? 0 : WaitMilliseconds(wake), ready_);
  asleep_.store(false);
  ReceiveAll();
  const Now now = ReadClock();
  if (now.mono > overrun) HandleWakeUp();
  RebindIfDue(now.mono);
  WatchStrangers(now.mono);
  HandleTimeoutIfDue(now);
}

Instant Engine::NextWake() {
  auto lock = LockForThread();
  return std::min({node_->NextTimeout().at, rebind_at_, redraw_at_, strangers_.due()});
}

void Engine::ReceiveAll() {
  for (const Poller::Ready& ready : ready_) {
    if (IsRelay(ready)) {
      RelayReady(ready);
      continue;
    }
    if (ready.socket == kMonitorKey) {
      HandleInterfaceNews();
      continue;
    }
    UdpBinding* binding = bindings_->Find(ready.socket);
    if (binding == nullptr) continue;
    if (ready.writable && binding->blocked) {
      binding->blocked = false;
      poller_->WatchWritable(ready.socket, binding->socket->descriptor(), false);
    }
    if (ready.readable) Receive(*binding);
  }
}

void Engine::Receive(UdpBinding& binding) {
  size_t bytes = 0;
  for (int batch = 0; batch < kReceiveBatchesPerTurn && bytes < kReceiveBytesPerTurn; ++batch) {
    inbound_.clear();
    const bool more = binding.socket->Receive(buffers_, binding.number, inbound_);
    if (inbound_.empty()) return;
    for (const InboundDatagram& datagram : inbound_) bytes += datagram.bytes.size();
    auto lock = LockForThread();
    node_->HandleDatagrams(ReadClock(), inbound_);
    from_strangers_ = node_->DatagramsOfStrangers();
    if (!more) return;
  }
}

void Engine::HandleTimeoutIfDue(const Now& now) {
  auto lock = LockForThread();
  if (node_->NextTimeout().at <= now.mono) node_->HandleTimeout(now);
}

bool Engine::DrainTransmit() {
  transmit_waits_ = false;
  for (int batch = 0;; ++batch) {
    if (!SendPending()) return false;
    // An application that never stops sending must not keep received packets, timers and events waiting.
    if (batch == kTransmitBatchesPerTurn) {
      transmit_waits_ = true;
      return false;
    }
    {
      auto lock = LockForThread();
      pending_ = node_->PollTransmit(ReadClock());
    }
    if (pending_.empty()) return true;
    for (UdpBinding& binding : bindings_->all()) binding.progress = 0;
  }
}

bool Engine::SendPending() {
  if (pending_.empty()) return true;
  bool finished = true;
  for (UdpBinding& binding : bindings_->all()) {
    if (binding.blocked || !SendVia(binding)) finished = false;
  }
  if (finished) pending_ = {};
  return finished;
}

bool Engine::SendVia(UdpBinding& binding) {
  const std::span<const Transmit> batch = pending_;
  size_t& done = binding.progress;
  const auto mine = [&](const Transmit& t) {
    return (t.via == kAllSockets || t.via == binding.number) && binding.socket->CanReach(t.to);
  };
  while (done < batch.size()) {
    if (!mine(batch[done])) {
      ++done;
      continue;
    }
    size_t end = done + 1;
    while (end < batch.size() && mine(batch[end])) ++end;
    done += binding.socket->Send(batch.subspan(done, end - done));
    if (done == end) continue;
    binding.blocked = true;
    poller_->WatchWritable(binding.number.value, binding.socket->descriptor(), true);
    return false;
  }
  return true;
}

void Engine::NotifyEvents() {
  bool any;
  {
    auto lock = LockForThread();
    any = node_->HasEvents();
    NoteOnline(node_->Online());
  }
  if (any) listener_.OnEvents();
}

void Engine::ShutDown() {
  {
    auto lock = LockForThread();
    node_->Shutdown(ReadClock());
  }
  if (relay_ != nullptr && relay_->connected()) WriteRelay();  // as much as it takes now
  const Instant end = ReadClock().mono + kStopGrace;
  while (!DrainTransmit() && ReadClock().mono < end) {
    poller_->Wait(transmit_waits_ ? 0 : 10, ready_);
    for (UdpBinding& binding : bindings_->all()) binding.blocked = false;
  }
}

}  // namespace zt::host
