// Whole nodes on a simulated network in virtual time: a root, a controller whose decisions the lab scripts, members.
// Datagrams take a fixed delay; a host can be cut off.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "testing/issued_config.h"
#include "testing/options_writer.h"
#include "testing/test_identities.h"
#include "testing/test_planet.h"
#include "wire/secret_identity.h"
#include "zt/node.h"

namespace zt::testing {

struct EventRecord {
  Event code;
  Bytes body;
};

inline Bytes Seed(uint8_t byte) { return Bytes(32, byte); }

inline std::string PublicText(size_t identity) {
  return SecretIdentity::ParseText(kTestSecrets[identity])->identity().ToText();
}

struct LabHost {
  std::unique_ptr<Node> node;
  Endpoint endpoint;
  LocalSocket socket{0};  // the one bound to `endpoint`
  bool cut = false;  // sends and receives nothing
  bool asleep = false;  // its machine is: no timer fires, nothing arrives
  bool connected = false;  // its stream to the TCP relay is open (testing/relay_lab.h)
  std::vector<EventRecord> events;
  std::vector<int64_t> wake_ups;  // when its timers fired

  size_t Count(Event code) const {
    const auto same = [&](const EventRecord& e) { return e.code == code; };
    return static_cast<size_t>(std::count_if(events.begin(), events.end(), same));
  }
  const EventRecord* Last(Event code) const {
    for (auto e = events.rbegin(); e != events.rend(); ++e) {
      if (e->code == code) return &*e;
    }
    return nullptr;
  }
};

class NodeLab {
 public:
  static constexpr Millis kDelay = 5;
  static constexpr int64_t kEpoch = 1'800'000'000'000;

  NodeLab() {
    const Identity first = SecretIdentity::ParseText(kTestSecrets[0])->identity();
    planet = TestPlanet({{first, EndpointOf(0)}}, kEpoch);
    root = &Add(0);
    controller = &Add(1);
    network = {SecretIdentity::ParseText(kTestSecrets[1])->address().value << 24 | 1};
    CHECK(Do(*controller, Command::kControllerEnable, [](node::HostWriter& w) { w.Bool(true); }) == Status::kOk);
  }

  static Endpoint EndpointOf(size_t identity) {
    return {IpAddress::V4(20, 0, 0, static_cast<uint8_t>(identity + 1)), 9993};
  }
  Now now() const { return {{1000 + time}, {kEpoch + time + wall_error}}; }

  OptionsWriter Options(size_t identity) const {
    OptionsWriter options;
    options.Text(CreateOption::kIdentitySecret, kTestSecrets[identity]).Add(CreateOption::kPlanet, planet);
    options.Add(CreateOption::kRandomSeed, Seed(static_cast<uint8_t>(identity + 1)));
    return options;
  }
  LabHost& Add(size_t identity) { return Add(identity, Options(identity)); }
  LabHost& Add(size_t identity, const OptionsWriter& options) {
    Status status = Status::kOk;
    auto& host = *hosts.emplace_back(std::make_unique<LabHost>());
    host.endpoint = EndpointOf(identity);
    host.node = Node::Create(now(), options.bytes, status);
    REQUIRE(status == Status::kOk);
    Drain(host);
    return host;
  }

  // A command with the fields `write` puts; the body stays in `reply`.
  template <typename Write>
  Status Do(LabHost& host, Command op, Write write) {
    Bytes request;
    node::HostWriter out(request);
    out.U16(static_cast<uint16_t>(op));
    write(out);
    host.node->Command(now(), request, reply);
    Drain(host);
    return static_cast<Status>(ByteReader(reply).U32());
  }
  Status Do(LabHost& host, Command op) {
    return Do(host, op, [](node::HostWriter&) {});
  }
  // The body of the last reply.
  node::HostReader Body() const { return node::HostReader(ByteSpan(reply).subspan(4)); }

  // What the host tells about its only socket.
  Status TellSocket(LabHost& host) {
    return Do(host, Command::kSetLocalSockets, [&](node::HostWriter& w) {
      w.Count(1);
      w.I32(host.socket.value);
      w.Ep(host.endpoint);
    });
  }
  // The machine has another address from now on; `told` as a host that watches its interfaces would.
  void Move(LabHost& host, const Endpoint& to, bool told) {
    host.endpoint = to;
    if (!told) return;
    ++host.socket.value;
    CHECK(TellSocket(host) == Status::kOk);
  }

  Status Join(LabHost& host) {
    return Do(host, Command::kJoin, [&](node::HostWriter& w) { w.U64(network.value); });
  }
  // Joins and runs until the network is ready.
  void Member(LabHost& host) {
    CHECK(Join(host) == Status::kOk);
    RunUntil([&] { return host.Count(Event::kNetworkOk) > 0; });
  }

  // Lets virtual time pass.
  void Run(Millis duration) {
    const int64_t end = time + duration;
    while (Step(end)) {}
    time = std::max(time, end);
  }
  // At most two virtual minutes.
  template <typename Condition>
  void RunUntil(Condition done) {
    const int64_t end = time + 120'000;
    while (!done() && Step(end)) {}
    CHECK(done());
  }

  void Drain(LabHost& host) {
    for (;;) {
      const std::span<const Transmit> batch = host.node->PollTransmit(now());
      if (batch.empty()) break;
      for (const Transmit& t : batch) {
        if (tap) tap(host.endpoint, t.to, t.bytes);
        if (!host.cut) Fly(host.endpoint, t.to, t.bytes);
      }
    }
    if (on_drained) on_drained(host);
    TakeEvents(host);
  }
  void Fly(const Endpoint& from, const Endpoint& to, ByteSpan bytes) {
    flights.insert({time + kDelay, {from, to, Bytes(bytes.begin(), bytes.end())}});
  }

  // The member's place in the order they asked is its address: 10.7.0.1, 10.7.0.2 ...
  static IpAddress AddressOf(size_t place) { return IpAddress::V4(10, 7, 0, static_cast<uint8_t>(place + 1)); }

  Bytes planet, reply;
  NetworkId network;
  LabHost *root, *controller;
  // Sees every datagram when it is sent.
  std::function<void(const Endpoint& from, const Endpoint& to, ByteSpan bytes)> tap;
  bool deny = false;  // the controller refuses
  std::vector<NodeAddress> bridges;  // active bridges of the network (vl2.md §10)
  bool one_address = false;  // the controller gives everybody the same address
  int64_t time = 0;
  int64_t wall_error = 0;  // of the machines' clocks, ms
  std::vector<std::unique_ptr<LabHost>> hosts;
  std::function<void(LabHost&)> on_drained;  // after every input of a host
  std::function<void(const Endpoint& from, const Endpoint& to, ByteSpan)> on_arrival;  // before hosts get a datagram

 private:
  struct Flight {
    Endpoint from, to;
    Bytes bytes;
  };

  // One input at the next moment something happens, if that is not after `end`.
  bool Step(int64_t end) {
    int64_t next = flights.empty() ? end + 1 : flights.begin()->first;
    LabHost* due = nullptr;
    for (const auto& host : hosts) {
      if (host->asleep) continue;
      const Instant at = host->node->NextTimeout().at;
      const int64_t when = at == Instant::Never() ? end + 1 : std::max(time, at.ms - 1000);
      if (when < next) {
        next = when;
        due = host.get();
      }
    }
    if (next > end) return false;
    time = next;
    if (due != nullptr) {
      due->wake_ups.push_back(time);
      due->node->HandleTimeout(now());
      Drain(*due);
      return true;
    }
    Flight flight = std::move(flights.begin()->second);
    flights.erase(flights.begin());
    if (on_arrival) on_arrival(flight.from, flight.to, flight.bytes);
    for (const auto& host : hosts) {
      if (host->endpoint != flight.to || host->cut || host->asleep) continue;
      const InboundDatagram datagram{flight.bytes, flight.from, host->socket};
      host->node->HandleDatagrams(now(), {&datagram, 1});
      Drain(*host);
    }
    return true;
  }

  void TakeEvents(LabHost& host) {
    Bytes batch;
    while (host.node->HasEvents()) host.node->DrainEvents(batch, 1 << 20);
    ByteReader in(batch);
    while (in.remaining() != 0) {
      const auto code = static_cast<Event>(in.U16());
      const ByteSpan body = in.Take(in.U32());
      REQUIRE(in.ok());
      host.events.push_back({code, Bytes(body.begin(), body.end())});
      if (code == Event::kControllerRequest) Decide(host, body);
    }
  }

  void Decide(LabHost& host, ByteSpan body) {
    node::HostReader in(body);
    const NetworkId id{in.U64()};
    const uint64_t request = in.U64();
    const NodeAddress member = *NodeAddress::Parse(in.Str16().substr(0, 10));
    if (deny) {
      Do(host, Command::kControllerReject, [&](node::HostWriter& w) {
        w.Address(member);
        w.U64(id.value);
        w.U64(request);
        w.U8(static_cast<uint8_t>(WireError::kNetworkAccessDenied));
      });
      return;
    }
    const size_t place = one_address ? 0 : members_.try_emplace(member, members_.size()).first->second;
    CHECK(Do(host, Command::kControllerGrant, [&](node::HostWriter& w) {
            w.Address(member);
            w.U64(request);
            NetworkConfig config = OpenNetwork(id, now().wall.ms, member, AddressOf(place), 24);
            for (const NodeAddress bridge : bridges) {
              config.specialists.push_back({bridge.value | Specialist::kActiveBridge});
            }
            WriteIssued(w, config);
          }) == Status::kOk);
  }

  std::multimap<int64_t, Flight> flights;
  std::map<NodeAddress, size_t> members_;
};

}  // namespace zt::testing
