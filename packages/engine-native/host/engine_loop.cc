// The engine thread's loop: wait, feed one input, drain, repeat.
#include <algorithm>
#include <sched.h>

#include "host/clock.h"
#include "host/engine.h"

namespace zt::host {

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
  NotifyEvents();
  const int timeout = WaitMilliseconds();
  asleep_.store(true);
  // A call that came since the drain saw asleep_ still false and sent no wake-up.
  poller_->Wait(dirty_.load() ? 0 : timeout, ready_);
  asleep_.store(false);
  ReceiveAll();
  HandleTimeoutIfDue();
}

int Engine::WaitMilliseconds() {
  constexpr Millis kLongest = 3'600'000;
  auto lock = LockForThread();
  const Deadline deadline = node_->NextTimeout();
  if (deadline.at == Instant::Never()) return -1;
  const Instant now = ReadClock().mono;
  // Compared before it is subtracted: a deadline may be as early as Instant::LongAgo().
  return deadline.at <= now ? 0 : static_cast<int>(std::min(deadline.at - now, kLongest));
}

void Engine::ReceiveAll() {
  for (const Poller::Ready& ready : ready_) {
    const auto index = static_cast<size_t>(ready.socket);
    if (ready.writable && blocked_[index]) {
      blocked_[index] = false;
      poller_->WatchWritable(ready.socket, sockets_[index]->descriptor(), false);
    }
    if (!ready.readable) continue;
    for (int batch = 0; batch < kReceiveBatchesPerTurn; ++batch) {
      inbound_.clear();
      const bool more = sockets_[index]->Receive(buffers_, {ready.socket}, inbound_);
      if (!inbound_.empty()) {
        auto lock = LockForThread();
        node_->HandleDatagrams(ReadClock(), inbound_);
      }
      if (!more) break;
    }
  }
}

void Engine::HandleTimeoutIfDue() {
  auto lock = LockForThread();
  const Now now = ReadClock();
  if (node_->NextTimeout().at <= now.mono) node_->HandleTimeout(now);
}

bool Engine::DrainTransmit() {
  for (;;) {
    if (!SendPending()) return false;
    {
      auto lock = LockForThread();
      pending_ = node_->PollTransmit(ReadClock());
    }
    if (pending_.empty()) return true;
    std::fill(progress_.begin(), progress_.end(), 0);
  }
}

bool Engine::SendPending() {
  if (pending_.empty()) return true;
  bool finished = true;
  for (size_t socket = 0; socket < sockets_.size(); ++socket) {
    if (blocked_[socket] || !SendVia(socket, pending_, progress_[socket])) finished = false;
  }
  if (finished) pending_ = {};
  return finished;
}

bool Engine::SendVia(size_t socket, std::span<const Transmit> batch, size_t& done) {
  const auto mine = [&](const Transmit& t) {
    return (t.via == kAllSockets || t.via.value == static_cast<int32_t>(socket)) && sockets_[socket]->CanReach(t.to);
  };
  while (done < batch.size()) {
    if (!mine(batch[done])) {
      ++done;
      continue;
    }
    size_t end = done + 1;
    while (end < batch.size() && mine(batch[end])) ++end;
    done += sockets_[socket]->Send(batch.subspan(done, end - done));
    if (done == end) continue;
    blocked_[socket] = true;
    poller_->WatchWritable(static_cast<int>(socket), sockets_[socket]->descriptor(), true);
    return false;
  }
  return true;
}

void Engine::NotifyEvents() {
  bool any;
  {
    auto lock = LockForThread();
    any = node_->HasEvents();
  }
  if (any) listener_.OnEvents();
}

void Engine::ShutDown() {
  {
    auto lock = LockForThread();
    node_->Shutdown(ReadClock());
  }
  const Instant end = ReadClock().mono + kStopGrace;
  while (!DrainTransmit() && ReadClock().mono < end) {
    poller_->Wait(10, ready_);
    for (size_t i = 0; i < blocked_.size(); ++i) blocked_[i] = false;
  }
}

}  // namespace zt::host
