#include "host/engine.h"

#include <cerrno>

#include "host/clock.h"
#include "host/os_random.h"

namespace zt::host {

namespace {

// HOST_PROTOCOL.md §2: tag u16, length u32, value.
void AppendOption(Bytes& out, CreateOption tag, ByteSpan value) {
  out.push_back(static_cast<uint8_t>(static_cast<uint16_t>(tag) >> 8));
  out.push_back(static_cast<uint8_t>(tag));
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(value.size() >> shift));
  out.insert(out.end(), value.begin(), value.end());
}

}  // namespace

class Engine::CallerLock {
 public:
  explicit CallerLock(Engine& engine) : engine_(engine) {
    engine_.callers_.fetch_add(1, std::memory_order_relaxed);
    engine_.mutex_.lock();
    engine_.callers_.fetch_sub(1, std::memory_order_relaxed);
  }
  ~CallerLock() { engine_.mutex_.unlock(); }
  CallerLock(const CallerLock&) = delete;
  CallerLock& operator=(const CallerLock&) = delete;

 private:
  Engine& engine_;
};

std::unique_ptr<Engine> Engine::Start(ByteSpan options, BindPolicy bind, Listener& listener, Failure& failure) {
  std::unique_ptr<Engine> engine(new Engine(listener));
  engine->poller_ = Poller::Create();
  if (engine->poller_ == nullptr) {
    failure = {errno, Status::kOk, "cannot create the poller"};
    return nullptr;
  }
  if (!engine->OpenSockets(std::move(bind), failure) || !engine->CreateNode(options, failure)) return nullptr;
  engine->TellSockets();
  engine->thread_ = std::thread([raw = engine.get()] { raw->Run(); });
  return engine;
}

bool Engine::OpenSockets(BindPolicy bind, Failure& failure) {
  bindings_.emplace(std::move(bind), *poller_);
  WatchInterfaces();  // before the first look at them, so that nothing is missed
  if (bindings_->Open(failure.what)) return true;
  failure = {errno, Status::kOk, failure.what};
  return false;
}

bool Engine::CreateNode(ByteSpan options, Failure& failure) {
  Bytes all(options.begin(), options.end());
  AppendOption(all, CreateOption::kRandomSeed, RandomSeed());
  Status status = Status::kOk;
  node_ = Node::Create(ReadClock(), all, status);
  if (node_ == nullptr) failure = {0, status, "the node refuses its options"};
  return node_ != nullptr;
}

Engine::~Engine() {
  if (!thread_.joinable()) return;
  Stop();
  Join();
}

void Engine::WakeThread() {
  dirty_.store(true);
  // One wake-up is enough until the thread sleeps again.
  if (asleep_.exchange(false)) poller_->Wake();
}

void Engine::Command(ByteSpan request, Bytes& reply) {
  {
    CallerLock lock(*this);
    node_->Command(ReadClock(), request, reply);
  }
  WakeThread();
}

int64_t Engine::TcpWrite(SocketId socket, ByteSpan data) {
  int64_t taken;
  {
    CallerLock lock(*this);
    taken = node_->TcpWrite(ReadClock(), socket, data);
  }
  if (taken > 0) WakeThread();
  return taken;
}

int64_t Engine::TcpRead(SocketId socket, MutableBytes into) {
  int64_t size;
  {
    CallerLock lock(*this);
    size = node_->TcpRead(ReadClock(), socket, into);
  }
  if (size > 0) WakeThread();  // the window may have opened
  return size;
}

int64_t Engine::UdpSend(SocketId socket, const Endpoint& to, ByteSpan data) {
  int64_t result;
  {
    CallerLock lock(*this);
    result = node_->UdpSend(ReadClock(), socket, to, data);
  }
  WakeThread();
  return result;
}

int64_t Engine::UdpReceive(SocketId socket, Endpoint& from, Endpoint& to, MutableBytes into) {
  CallerLock lock(*this);
  return node_->UdpReceive(ReadClock(), socket, from, to, into);
}

int64_t Engine::FramesSend(uint32_t port, ByteSpan records) {
  int64_t taken;
  {
    CallerLock lock(*this);
    taken = node_->FramesSend(ReadClock(), port, records);
  }
  if (taken > 0) WakeThread();  // which seals and sends them
  return taken;
}

int64_t Engine::FramesReceive(uint32_t port, MutableBytes into) {
  CallerLock lock(*this);
  return node_->FramesReceive(ReadClock(), port, into);
}

bool Engine::DrainEvents(Bytes& out, size_t max_bytes) {
  CallerLock lock(*this);
  if (!node_->HasEvents()) return false;
  node_->DrainEvents(out, max_bytes);
  return true;
}

std::vector<Endpoint> Engine::LocalEndpoints() {
  CallerLock lock(*this);
  return bound_;
}

void Engine::SetExternalEndpoints(std::vector<Endpoint> endpoints) {
  {
    CallerLock lock(*this);
    external_ = std::move(endpoints);
    if (external_.size() > kMaxExternal) external_.resize(kMaxExternal);
    TellEndpoints();
  }
  WakeThread();
}

void Engine::Stop() {
  stop_.store(true);
  WakeThread();
}

void Engine::Join() { thread_.join(); }

}  // namespace zt::host
