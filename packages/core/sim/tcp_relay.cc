#include "sim/tcp_relay.h"

#include <algorithm>
#include <utility>

namespace zt::sim {

TcpRelayServer::TcpRelayServer(Segment& core, const IpAddress& ip, std::function<bool(const Host&)> reaches)
    : ip_(ip), reaches_(std::move(reaches)) {
  cable_ = std::make_unique<Cable>(core, *this, std::vector<IpAddress>{ip}, LinkPlan{.delay = 5});
}

void TcpRelayServer::Later(Client& client, Millis delay, std::function<void()> act) {
  const uint64_t generation = client.generation;
  simulator().At(simulator().now() + delay, [&client, generation, act = std::move(act)] {
    if (client.generation == generation) act();
  });
}

void TcpRelayServer::Serve(Host& host) {
  std::unique_ptr<Client>& slot = clients_[&host];
  if (slot == nullptr) slot = std::make_unique<Client>(Client{.host = &host});
  Client& client = *slot;
  if (!host.awake() || !host.WantsRelay()) {
    if (client.state != State::kNone) End(client);
    return;
  }
  if (client.state == State::kNone) Connect(client);
  if (client.state != State::kOpen) return;
  if (!reaches_(host)) return Doubt(client);
  Bytes bytes = host.TakeRelayOutput();
  if (bytes.empty()) return;
  Later(client, kDelay, [this, &client, bytes = std::move(bytes)] { Take(client, bytes); });
}

// A handshake takes a round trip; nobody answers where there is no way, and the node gives up by itself.
void TcpRelayServer::Connect(Client& client) {
  client.state = State::kConnecting;
  ++client.generation;
  Later(client, 2 * kDelay, [this, &client] {
    if (!reaches_(*client.host)) return;
    client.state = State::kOpen;
    client.doubted = false;
    client.reader.Clear();
    client.port = next_port_++;
    ports_[client.port] = &client;
    ++connections_;
    client.host->RelayOpened();
  });
}

void TcpRelayServer::Doubt(Client& client) {
  if (std::exchange(client.doubted, true)) return;
  Later(client, kPatience, [this, &client] {
    client.doubted = false;
    if (reaches_(*client.host)) return Serve(*client.host);
    End(client);
    client.host->RelayEnded();
  });
}

void TcpRelayServer::End(Client& client) {
  ports_.erase(client.port);
  client.state = State::kNone;
  ++client.generation;
}

void TcpRelayServer::Take(Client& client, const Bytes& bytes) {
  for (ByteSpan rest = bytes; !rest.empty();) {
    const size_t size = std::min(rest.size(), wire::RelayRecordReader::kMaxAppend);
    client.reader.Append(rest.first(size));
    rest = rest.subspan(size);
    while (const auto datagram = client.reader.Next()) {
      ++datagrams_;
      cable_->Send({{ip_, client.port}, datagram->from, Packet::kDefaultTtl,
                    Bytes(datagram->bytes.begin(), datagram->bytes.end())});
    }
  }
}

void TcpRelayServer::Arrive(Packet packet) {
  const auto at = ports_.find(packet.destination.port);
  if (at == ports_.end()) return;
  Client& client = *at->second;
  if (!reaches_(*client.host)) return Doubt(client);
  Bytes record;
  if (!wire::AppendRelayDatagram(record, packet.source, packet.bytes)) return;
  ++datagrams_;
  Later(client, kDelay, [&client, record = std::move(record)] { client.host->RelayReceived(record); });
}

}  // namespace zt::sim
