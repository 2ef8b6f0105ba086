// What a Stack is made of; included by the stack*.cc files only.
#pragma once

#include "netstack/icmp/echo.h"
#include "netstack/icmp/error.h"
#include "netstack/socket/socket_ids.h"
#include "netstack/stack.h"
#include "netstack/tcp/tcp_layer.h"
#include "netstack/udp/udp_layer.h"

namespace zt::netstack {

struct Stack::Impl final : Transports {
  // Rounds of loopback traffic in one Flush; what remains goes on at once by NextTimeout.
  static constexpr int kLoopbackRounds = 4096;

  Impl(RandomSource& random, DropCounters& drop_counters, FrameSink& sink)
      : drops(drop_counters),
        ip(random, drop_counters, counters, sink, *this),
        errors(ip, drop_counters, counters),
        echo(ip, events, drop_counters, counters, random),
        udp(ip, errors, events, drop_counters, counters[StackProtocol::kUdp], random, budget),
        tcp(ip, events, drop_counters, counters[StackProtocol::kTcp], random, budget) {
    tcp.SetIdSource([](void* self) { return static_cast<Impl*>(self)->NewId(); }, this);
  }

  void HandlePacket(const Now& now, const IpPacket& packet) override;
  void HandleError(const Now& now, const TransportError& error) override;
  void ReportProblem(const Now& now, const IpPacket& packet, uint8_t type, uint8_t code,
                     uint32_t rest) override {
    errors.Send(now, packet, type, code, rest);
  }
  void OnGroupsChanged(Interface& interface) override;
  void OnAddressConflict(Interface& interface, const IpAddress& ip, Mac mac, bool lost) override;
  void EndUnowned(NetworkId interface);
  bool CountIcmp(ProtocolCounters& icmp, bool sound);
  void CountGroups(ProtocolCounters& protocol, bool sound);
  bool IsCredible(const TransportError& error);
  void HandleIcmpv4(const Now& now, const IpPacket& packet);
  void HandleIcmpv6(const Now& now, const IpPacket& packet);
  void HandleReceivedError(const Now& now, const IpPacket& packet, std::optional<TransportError> error);
  SocketId NewId();
  bool IsLive(const StackEvent& event);

  DropCounters& drops;
  StackCounters counters;
  EventQueue events;
  BufferBudget budget;
  IpLayer ip;
  IcmpErrors errors;
  Echo echo;
  UdpLayer udp;
  TcpLayer tcp;
  SocketIds ids;
  bool loopback_waits = false;
  Instant loopback_at;
};

}  // namespace zt::netstack
