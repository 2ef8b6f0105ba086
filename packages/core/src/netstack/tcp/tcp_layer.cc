// Application side of TCP, and the life of connection objects.
#include "netstack/tcp/tcp_layer.h"

#include <algorithm>

#include "base/check.h"
#include "netstack/header/protocol.h"
#include "netstack/socket/port_allocator.h"

namespace zt::netstack {
namespace {

ByteArray<44> TupleBytes(NetworkId interface, const Endpoint& local, const Endpoint& remote) {
  ByteArray<44> bytes{};
  StoreU32(&bytes[0], static_cast<uint32_t>(interface.value >> 32));
  StoreU32(&bytes[4], static_cast<uint32_t>(interface.value));
  std::memcpy(&bytes[8], local.ip.bytes.data(), 16);
  std::memcpy(&bytes[24], remote.ip.bytes.data(), 16);
  StoreU16(&bytes[40], local.port);
  StoreU16(&bytes[42], remote.port);
  return bytes;
}

}  // namespace

size_t TcpLayer::TupleHash::operator()(const Tuple& tuple) const {
  return static_cast<size_t>(hash(TupleBytes(tuple.interface, tuple.local, tuple.remote)));
}

TcpLayer::TcpLayer(IpLayer& ip, EventQueue& events, DropCounters& drops, ProtocolCounters& counters,
                   RandomSource& random, BufferBudget& budget)
    : ip_(ip),
      events_(events),
      drops_(drops),
      counters_(counters),
      random_(random),
      secret_(random),
      cookies_(random),
      pool_(budget),
      tuples_(16, TupleHash{SipHash(random)}),
      resets_(kResetsPerSecond, kResetsPerSecond) {}

TcpLayer::~TcpLayer() = default;

// RFC 6528 §3: a clock of 4 microseconds plus a keyed hash of the connection's name.
uint32_t TcpLayer::InitialSeq(const Now& now, const ConnectionName& name) const {
  const uint64_t hash = secret_(TupleBytes(name.interface, name.local, name.remote));
  return static_cast<uint32_t>(now.mono.ms) * 250 + static_cast<uint32_t>(hash);
}

// RFC 7323 §7.1: each connection has its own, so the uptime is not told.
uint32_t TcpLayer::TimestampOffset(const Tuple& tuple) const {
  return static_cast<uint32_t>(secret_(TupleBytes(tuple.interface, tuple.remote, tuple.local)));
}

Connection& TcpLayer::Create(const ConnectionName& name, const TcpSettings& settings, uint32_t initial_seq) {
  const uint32_t timestamp_offset = TimestampOffset(TupleOf(name));
  auto connection = std::make_unique<Connection>(*this, pool_, name, settings, initial_seq, timestamp_offset);
  Connection& reference = *connection;
  connections_.emplace(name.id.value, std::move(connection));
  tuples_[TupleOf(name)] = &reference;
  return reference;
}

bool TcpLayer::PortIsFree(NetworkId interface, const Endpoint& local,
                          const Endpoint& remote) const {
  // Connections to different peers may share a port (RFC 6056 §2.1), but not one where a listener would hear.
  return tuples_.count(Tuple{interface, local, remote}) == 0 && !bindings_.Find(interface, local);
}

Status TcpLayer::ChoosePort(NetworkId interface, Endpoint& local, const Endpoint& remote) {
  if (local.port != 0) {
    const bool taken = tuples_.count(Tuple{interface, local, remote}) != 0;
    return taken ? Status::kAddressInUse : Status::kOk;
  }
  local.port = AllocatePort(random_, [&](uint16_t port) {
    return PortIsFree(interface, {local.ip, port}, remote);
  });
  return local.port == 0 ? Status::kAddressInUse : Status::kOk;
}

Status TcpLayer::Connect(const Now& now, SocketId id, NetworkId interface, Endpoint& local,
                         const Endpoint& remote, Millis timeout) {
  if (remote.ip.IsUnspecified() || remote.port == 0 || timeout < 0) return Status::kInvalidArgument;
  if (remote.ip.IsMulticast() || ip_.IsBroadcast(remote.ip)) return Status::kInvalidArgument;
  if (interface.value != 0 && ip_.Find(interface) == nullptr) return Status::kNotFound;
  Path path;
  Status status = ip_.FindPath(interface, local.ip, remote.ip, path);
  if (status != Status::kOk) return status;
  local.ip = path.source;
  if (local.port == remote.port && local.ip == remote.ip) return Status::kInvalidArgument;
  status = ChoosePort(path.interface, local, remote);
  if (status != Status::kOk) return status;
  const ConnectionName name{id, {}, path.interface, interface, local, remote};
  Connection& connection = Create(name, {}, InitialSeq(now, name));
  connection.path = path;
  connection.path_generation = ip_.generation();
  connection.Connect(now, timeout);
  Update(connection);
  return Status::kOk;
}

Status TcpLayer::Listen(SocketId id, NetworkId interface, Endpoint& local, uint32_t backlog) {
  if (local.ip.IsMulticast()) return Status::kInvalidArgument;
  if (interface.value != 0 && ip_.Find(interface) == nullptr) return Status::kNotFound;
  if (!local.ip.IsUnspecified() && !ip_.Owns(interface, local.ip)) {
    return Status::kAddressNotAvailable;
  }
  if (local.port == 0) {
    local.port = AllocatePort(random_, [&](uint16_t port) {
      return bindings_.IsFree(interface, {local.ip, port});
    });
    if (local.port == 0) return Status::kAddressInUse;
  }
  if (!bindings_.IsFree(interface, local)) return Status::kAddressInUse;
  bindings_.Add(interface, local, id);
  Listener& listener = listeners_[id];
  listener.interface = interface;
  listener.local = local;
  listener.backlog = std::clamp(backlog, 1u, Listener::kMaxBacklog);
  return Status::kOk;
}

bool TcpLayer::CloseListener(const Now& now, SocketId id) {
  auto it = listeners_.find(id);
  if (it == listeners_.end()) return false;
  bindings_.Remove(it->second.local, id);
  listeners_.erase(it);
  // What nobody took is refused now (RFC 9293 §3.10.4 for the ones that wait).
  for (SocketId child : Ids()) {
    Connection* connection = Lookup(child);
    if (connection == nullptr || connection->name().listener != id) continue;
    connection->Close(now);
    connection->Abort(now, Status::kConnectionAborted);
    Update(*connection);
  }
  return true;
}

std::vector<SocketId> TcpLayer::Ids() const {
  std::vector<SocketId> ids;
  ids.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) ids.push_back({id});
  std::sort(ids.begin(), ids.end());  // the table's own order must not be seen
  return ids;
}

Connection* TcpLayer::Lookup(SocketId id) {
  auto it = connections_.find(id.value);
  return it == connections_.end() ? nullptr : it->second.get();
}

Connection* TcpLayer::Find(SocketId id) {
  Connection* connection = Lookup(id);
  return connection != nullptr && connection->has_handle() ? connection : nullptr;
}

bool TcpLayer::Has(SocketId id) { return Find(id) != nullptr || listeners_.count(id) != 0; }

std::optional<SocketInfo> TcpLayer::Info(SocketId id) {
  if (Connection* connection = Find(id)) return connection->Info();
  auto it = listeners_.find(id);
  if (it == listeners_.end()) return std::nullopt;
  SocketInfo info{id, SocketKind::kTcpListener, it->second.interface, it->second.local, {}};
  info.tcp_state = static_cast<uint8_t>(TcpState::kListen);
  info.receive_queue = it->second.waiting;
  info.send_queue = it->second.backlog;
  return info;
}

void TcpLayer::Update(Connection& connection) {
  if (connection.IsDead()) {
    Erase(connection);
  } else {
    timers_.Set(connection.timer, connection.NextTimeout());
  }
}

void TcpLayer::Erase(Connection& connection) {
  timers_.Remove(connection.timer);
  LeaveListener(connection);
  auto it = tuples_.find(TupleOf(connection.name()));
  if (it != tuples_.end() && it->second == &connection) tuples_.erase(it);
  connections_.erase(connection.name().id.value);
}

bool TcpLayer::EvictTimeWait() {
  while (!time_wait_.empty()) {
    Connection* connection = Lookup({time_wait_.front()});
    time_wait_.pop_front();
    if (connection == nullptr || connection->has_handle()) continue;
    Erase(*connection);
    return true;
  }
  return false;
}

void TcpLayer::Wake(Connection& connection) {
  if (connection.in_ready) return;
  connection.in_ready = true;
  ready_.push_back(connection.name().id.value);
}

void TcpLayer::AwaitMemory(Connection& connection) {
  starved_share_ = std::min(starved_.empty() ? pool_.budget().Share() : starved_share_, pool_.budget().Share());
  if (connection.in_starved) return;
  connection.in_starved = true;
  starved_.push_back(connection.name().id.value);
}

void TcpLayer::RelieveStarved() {
  if (pool_.budget().Share() <= starved_share_) return;
  for (uint32_t id : std::exchange(starved_, {})) {
    Connection* connection = Lookup({id});
    if (connection == nullptr) continue;
    connection->in_starved = false;
    connection->OnMemory();
    if (pool_.budget().scarce()) AwaitMemory(*connection);
  }
}

bool TcpLayer::Flush(const Now& now) {
  if (!starved_.empty()) RelieveStarved();
  while (!ready_.empty()) {
    Connection* connection = Lookup({ready_.front()});
    if (connection == nullptr) {
      ready_.pop_front();
      continue;
    }
    const Connection::Turn turn = connection->Flush(now);
    timers_.Set(connection->timer, connection->NextTimeout());
    if (turn == Connection::Turn::kNoRoom) return true;
    ready_.pop_front();
    connection->in_ready = false;
    if (turn == Connection::Turn::kMore) Wake(*connection);
  }
  return false;
}

void TcpLayer::HandleTimeout(const Now& now) {
  while (const uint32_t id = timers_.Due(now)) {
    Connection* connection = Lookup({id});
    ZT_CHECK(connection != nullptr);
    connection->HandleTimeout(now);
    Update(*connection);
  }
}

}  // namespace zt::netstack
