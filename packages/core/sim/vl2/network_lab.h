// A virtual network with a scripted controller on the simulated internet, and members that say numbered things to a
// multicast group and to each other.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/internet.h"
#include "sim/vl2/wiretap.h"
#include "wire/network_config.h"

namespace zt::sim {

// What the controller issues.
struct Terms {
  uint32_t multicast_limit = 64;
  Millis ctmd = 1'800'000;             // credential time max delta (vl2.md §7.2)
  std::vector<Specialist> specialists = {};
};

// The application on a member: in the group from Begin on. Takes over the host's on_event.
class Participant {
 public:
  static constexpr uint16_t kPort = 5353;
  static IpAddress Group() { return IpAddress::V4(224, 0, 0, 251); }

  Participant(Host& host, size_t index) : host_(host), index_(index) {}
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;

  void Join(NetworkId network);  // the host runs
  void Leave();
  void Listen();                 // joins the group, once the network is there
  void StopListening();
  bool ready() const { return host_.Count(Event::kNetworkReadyIp4) > 0; }
  // The numbers of what is said are counted by the lab. Whether it could be said.
  bool SayToAll(uint32_t number);
  bool SayTo(const Participant& other, uint32_t number);
  IpAddress address() const { return AddressOf(index_); }
  static IpAddress AddressOf(size_t index);

  Host& host() const { return host_; }
  size_t index() const { return index_; }
  // Who said what how often, and when last.
  struct Heard {
    uint32_t copies = 0;
    Instant first, last;  // of the simulation
  };
  const std::map<std::pair<size_t, uint32_t>, Heard>& heard() const { return heard_; }
  uint32_t Copies(size_t from, uint32_t number) const;

 private:
  bool Send(const IpAddress& to, uint32_t number);
  void Read();

  Host& host_;
  const size_t index_;
  NetworkId network_;
  SocketId socket_;
  std::map<std::pair<size_t, uint32_t>, Heard> heard_;
};

class NetworkLab {
 public:
  // One root, and `members` machines: every fourth on the internet itself, the others behind NATs, up to six each.
  NetworkLab(uint64_t seed, size_t members, const Terms& terms);
  NetworkLab(const NetworkLab&) = delete;
  NetworkLab& operator=(const NetworkLab&) = delete;

  // Starts everything, joins `first` members to the network and its group. Whether all were ready in two minutes.
  bool Assemble(size_t first);
  bool Assemble() { return Assemble(members.size()); }
  bool Add(Participant& member);  // one more joins

  // controller.md §6.2: denied from now on, and revoked at everybody who asked within two minutes.
  void Evict(Participant& member);
  NetworkId network() const { return network_; }
  Instant now() const { return internet.simulator.now(); }
  // When the controller last gave this member a configuration; nothing: never.
  std::optional<Instant> Configured(const Participant& member) const;

  Internet internet;
  Host* controller;
  int controller_line = 0;
  std::vector<std::unique_ptr<Participant>> members;
  std::vector<Site*> sites;
  std::vector<Site*> site_of;  // by member; null: on the core
  std::vector<int> lines;      // by member: the interface
  Terms terms;
  // Every message, as it is sent.
  std::function<void(const Wiretap::Message&)> on_message = {};
  Wiretap wiretap{[this](const Wiretap::Message& m) {
    if (on_message) on_message(m);
  }};

 private:
  static constexpr Millis kOnline = 120'000;  // controller.md §6.2

  void Decide(ByteSpan request);

  NetworkId network_;
  std::map<NodeAddress, size_t> places_;
  std::set<NodeAddress> evicted_;
  std::map<NodeAddress, Instant> asked_, configured_;
};

}  // namespace zt::sim
