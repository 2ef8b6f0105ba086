// UDP and echo requests beside the connections: each datagram that arrives must be one that was sent, unaltered.
#pragma once

#include <string>

#include "sim/netstack/scenario.h"
#include "testing/netstack_lab.h"

namespace zt::netstack::sim {

class Datagrams {
 public:
  static constexpr uint16_t kPort = 5000;
  static constexpr size_t kHeader = 8;  // number, size
  static constexpr Millis kPingTimeout = 5'000;

  Datagrams(Lab& lab, Lab::Host& host, Lab::Host& peer, const HostPlan& plan, uint64_t seed)
      : lab_(lab), host_(host), peer_(peer), plan_(plan), random_(seed ^ 0xda7a) {}
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;

  // Spreads what is to be sent over that time.
  void Start(Millis until);
  void OnReadable(SocketId socket);
  void OnPingReply() { ++ping_replies_; }
  void Close();
  // None: all is well. To be asked when the network is quiet.
  std::string Fault() const;
  uint64_t sent() const { return sent_; }
  uint64_t received() const { return received_; }

 private:
  static uint64_t Way(uint32_t number) { return 0xd0000000ULL + number; }
  void SendOne(bool v6);

  Lab& lab_;
  Lab::Host& host_;
  Lab::Host& peer_;
  const HostPlan& plan_;
  SeededRandom random_;
  SocketId socket_;
  uint32_t sent_ = 0, pings_ = 0, ping_replies_ = 0;
  uint64_t received_ = 0;
  std::string fault_;
};

}  // namespace zt::netstack::sim
