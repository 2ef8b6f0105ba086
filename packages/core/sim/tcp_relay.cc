#include "sim/tcp_relay.h"

#include <algorithm>
#include <utility>

namespace zt::sim {

TcpRelayServer::TcpRelayServer(Segment& core, const IpAddress& ip, std::function<bool(const Cable&)> reaches)
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
  if (client.state != State::kOpen || client.lost != Instant::Never()) return;
  if (!Reaches(client)) {
    client.lost = simulator().now();
    return Retry(client);
  }
  Bytes bytes = host.TakeRelayOutput();
  if (bytes.empty()) return;
  Later(client, kDelay, [this, &client, bytes = std::move(bytes)] { Take(client, bytes); });
}

bool TcpRelayServer::Reaches(const Client& client) const {
  const Cable* cable = client.host->CableOf(client.interface);
  return cable != nullptr && reaches_(*cable);
}

// A handshake takes a round trip; nobody answers where there is no way, and the node gives up by itself.
void TcpRelayServer::Connect(Client& client) {
  client.state = State::kConnecting;
  ++client.generation;
  const std::vector<int> interfaces = client.host->Interfaces();
  const auto at = std::find_if(interfaces.begin(), interfaces.end(),
                               [&](int number) { return reaches_(*client.host->CableOf(number)); });
  if (at == interfaces.end()) return;
  client.interface = *at;
  Later(client, 2 * kDelay, [this, &client] {
    if (!Reaches(client)) return;
    client.state = State::kOpen;
    client.lost = Instant::Never();
    client.reader.Clear();
    client.port = next_port_++;
    ports_[client.port] = &client;
    ++connections_;
    client.host->RelayOpened();
  });
}

void TcpRelayServer::Retry(Client& client) {
  Later(client, std::max(kFirstRetry, simulator().now() - client.lost), [this, &client] {
    if (!Reaches(client)) return Retry(client);
    client.lost = Instant::Never();
    Serve(*client.host);
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
  if (client.lost != Instant::Never() || !Reaches(client)) return;
  Bytes record;
  if (!wire::AppendRelayDatagram(record, packet.source, packet.bytes)) return;
  ++datagrams_;
  Later(client, kDelay, [&client, record = std::move(record)] { client.host->RelayReceived(record); });
}

}  // namespace zt::sim
