// The engine thread's side of the TCP relay: keeps the stream the node wants, moves bytes.
#include "host/clock.h"
#include "host/engine.h"

namespace zt::host {

namespace {

// A key of the poller that is no UDP socket's, not its own wake-up (-1) and not the interface monitor's (-2).
constexpr int kRelayNumber = -3;
// Read at once, then the node is drained.
constexpr size_t kRelayReadBytes = 64 << 10;

}  // namespace

bool Engine::IsRelay(const Poller::Ready& ready) { return ready.socket == kRelayNumber; }

void Engine::ServeRelay() {
  Endpoint wanted;
  {
    auto lock = LockForThread();
    wanted = node_->RelayWanted();
  }
  // Closing the descriptor ends its watch.
  if (relay_ != nullptr && relay_->server() != wanted) relay_.reset();
  if (relay_ == nullptr && !wanted.IsNone()) OpenRelay(wanted);
  if (relay_ != nullptr && relay_->connected()) WriteRelay();
}

void Engine::OpenRelay(const Endpoint& server) {
  relay_ = RelayStream::Connect(server);
  if (relay_ == nullptr || !poller_->Watch(kRelayNumber, relay_->descriptor())) return RelayLost();
  relay_blocked_ = true;  // until it is connected
  poller_->WatchWritable(kRelayNumber, relay_->descriptor(), true);
}

void Engine::RelayLost() {
  relay_.reset();
  auto lock = LockForThread();
  node_->HandleRelayClosed(ReadClock());
  dirty_.store(true);
}

void Engine::WriteRelay() {
  while (!relay_blocked_) {
    ByteSpan output;
    {
      auto lock = LockForThread();
      output = node_->RelayOutput();  // only this thread's calls change it
    }
    if (output.empty()) return;
    const std::optional<size_t> written = relay_->Write(output);
    if (!written.has_value()) return RelayLost();
    if (*written == 0) {
      relay_blocked_ = true;
      poller_->WatchWritable(kRelayNumber, relay_->descriptor(), true);
      return;
    }
    auto lock = LockForThread();
    node_->RelayConsumed(*written);
    dirty_.store(true);  // it may have waited for room
  }
}

void Engine::RelayReady(const Poller::Ready& ready) {
  if (relay_ == nullptr) return;
  if (!relay_->connected()) {
    if (!ready.writable && !ready.readable) return;
    if (!relay_->FinishConnecting()) return RelayLost();
    auto lock = LockForThread();
    node_->HandleRelayOpen(ReadClock());
  }
  if (ready.writable && relay_blocked_) {
    relay_blocked_ = false;
    poller_->WatchWritable(kRelayNumber, relay_->descriptor(), false);
  }
  if (ready.readable) ReadRelay();
}

void Engine::ReadRelay() {
  relay_buffer_.resize(kRelayReadBytes);
  const std::optional<size_t> size = relay_->Read(relay_buffer_);
  if (!size.has_value()) return RelayLost();
  if (*size == 0) return;
  auto lock = LockForThread();
  node_->HandleRelayData(ReadClock(), ByteSpan(relay_buffer_).first(*size));
}

}  // namespace zt::host
