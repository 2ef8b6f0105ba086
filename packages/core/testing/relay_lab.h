// A TCP relay in a NodeLab: each host that wants one has a stream to it, and an endpoint of its own at the relay.
#pragma once

#include <map>

#include "testing/node_lab.h"
#include "wire/relay_record.h"

namespace zt::testing {

class RelayLab {
 public:
  explicit RelayLab(NodeLab& lab) : lab_(lab) {
    lab.on_drained = [this](LabHost& host) { Serve(host); };
    lab.on_arrival = [this](const Endpoint& from, const Endpoint& to, ByteSpan bytes) { Deliver(from, to, bytes); };
  }

  static Endpoint Server() { return {IpAddress::V4(30, 0, 0, 1), 443}; }
  static OptionsWriter Options(const NodeLab& lab, size_t identity, TcpRelayMode mode, uint32_t engage_after = 0) {
    Bytes value;
    node::HostWriter out(value);
    out.U8(static_cast<uint8_t>(mode));
    out.Ep(Server());
    out.U32(engage_after);
    return lab.Options(identity).Add(CreateOption::kTcpRelay, value);
  }

  bool refuses = false;      // every connection
  bool stalled = false;      // takes no bytes
  int connections = 0;       // accepted ones
  int greetings = 0;

  // The connection breaks; the client gets another endpoint with its next one.
  void Break(LabHost& host) {
    host.connected = false;
    host.node->HandleRelayClosed(lab_.now());
    lab_.Drain(host);
  }

 private:
  struct Client {
    wire::RelayRecordReader reader;
    Endpoint udp;
  };

  void Serve(LabHost& host) {
    if (serving_) return;  // the inputs below drain the host as well
    serving_ = true;
    while (Step(host)) lab_.Drain(host);
    serving_ = false;
  }

  // True: the host got an input.
  bool Step(LabHost& host) {
    const bool wanted = !host.node->RelayWanted().IsNone();
    if (wanted && refuses) {
      host.connected = false;
      host.node->HandleRelayClosed(lab_.now());
      return true;
    }
    if (wanted && !host.connected) {
      CHECK(host.node->RelayWanted() == Server());
      host.connected = true;
      Client& client = clients_[&host];
      client.reader.Clear();
      client.udp = {Server().ip, static_cast<uint16_t>(5000 + ++connections)};
      host.node->HandleRelayOpen(lab_.now());
      return true;
    }
    if (!wanted) host.connected = false;
    if (!host.connected || stalled) return false;
    const ByteSpan output = host.node->RelayOutput();
    if (output.empty()) return false;
    // In pieces, as TCP delivers them.
    const size_t size = std::min<size_t>(output.size(), 700);
    if (size >= 9 && output[3] == 0 && output[4] == 4) ++greetings;
    Take(clients_[&host], output.first(size));
    host.node->RelayConsumed(size);
    return true;
  }

  void Take(Client& client, ByteSpan bytes) {
    client.reader.Append(bytes);
    while (const auto datagram = client.reader.Next()) lab_.Fly(client.udp, datagram->from, datagram->bytes);
    CHECK_FALSE(client.reader.malformed());
  }

  void Deliver(const Endpoint& from, const Endpoint& to, ByteSpan bytes) {
    for (auto& [host, client] : clients_) {
      if (client.udp != to || !host->connected || stalled) continue;
      Bytes record;
      wire::AppendRelayDatagram(record, from, bytes);
      host->node->HandleRelayData(lab_.now(), record);
      lab_.Drain(*host);
    }
  }

  NodeLab& lab_;
  std::map<LabHost*, Client> clients_;
  bool serving_ = false;
};

}  // namespace zt::testing
