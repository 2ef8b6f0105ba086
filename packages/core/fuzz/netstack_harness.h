// What the netstack's fuzz targets share: the input as a program of small numbers, one stack under test, checks on all
// that it sends and says, and the last judgement: with everything closed and enough time, nothing is left.
#pragma once

#include <map>
#include <set>

#include "base/check.h"
#include "base/seeded_random.h"
#include "netstack/header/ipv4.h"
#include "netstack/header/ipv6.h"
#include "netstack/header/protocol.h"
#include "netstack/header/tcp.h"
#include "netstack/stack.h"

namespace zt::netstack {

inline constexpr NetworkId kFuzzNetwork{7};
inline constexpr uint32_t kFuzzMtu = 1500;

class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : input_(data, size) {}
  bool empty() const { return at_ >= input_.size(); }
  uint8_t Byte() { return at_ < input_.size() ? input_[at_++] : 0; }
  uint16_t Word() { return static_cast<uint16_t>(Byte() << 8 | Byte()); }
  uint32_t Long() { return uint32_t{Word()} << 16 | Word(); }
  ByteSpan Take(size_t size) {
    const ByteSpan out = input_.subspan(at_, std::min(size, input_.size() - at_));
    at_ += out.size();
    return out;
  }

 private:
  ByteSpan input_;
  size_t at_ = 0;
};

// One stack, 10.0.0.N/24 and fd00::N/64. What it sends goes to `OnFrame` of the target after it was checked.
class FuzzStack : public FrameSink {
 public:
  explicit FuzzStack(uint8_t number)
      : mac{0x020000000000ULL + number},
        v4(IpAddress::V4(10, 0, 0, number)),
        v6(*IpAddress::Parse(number == 1 ? "fd00::1" : "fd00::2")),
        random_(number),
        stack(random_, drops_, *this) {
    ZT_CHECK(stack.AddInterface(now, kFuzzNetwork, mac, kFuzzMtu, 0));
    const IpPrefix both[] = {{v4, 24}, {v6, 64}};
    stack.SetAddresses(now, kFuzzNetwork, both);
  }

  virtual void OnFrame(Mac destination, uint16_t ether_type, ByteSpan payload) = 0;

  void SendFrame(const Now&, NetworkId interface, Mac source, Mac destination, uint16_t ether_type,
                 std::span<const ByteSpan> payload) override {
    ZT_CHECK(interface == kFuzzNetwork && source == mac);
    Bytes frame;
    for (ByteSpan piece : payload) frame.insert(frame.end(), piece.begin(), piece.end());
    ZT_CHECK(frame.size() <= largest_mtu);
    CheckFrame(ether_type, frame);
    OnFrame(destination, ether_type, frame);
  }
  bool HasRoom() const override { return room; }

  // The host's part after every input. The promises of StackEvent: a socket opens at most once, then closes at most
  // once.
  void Settle() {
    for (int i = 0; i < 64 && stack.Flush(now) && room; ++i) continue;
    while (const auto event = stack.PollEvent()) {
      if (event->kind == StackEventKind::kTcpAccepted) sockets.push_back(event->socket);
      if (event->kind == StackEventKind::kTcpConnected || event->kind == StackEventKind::kTcpAccepted) {
        ZT_CHECK(opened_.insert(event->socket).second);
        ZT_CHECK(closed_.count(event->socket) == 0);
      }
      if (event->kind == StackEventKind::kTcpClosed) ZT_CHECK(closed_.insert(event->socket).second);
    }
    ZT_CHECK(stack.SocketCount() <= Stack::kMaxSockets);
  }

  void Advance(Millis by) {
    now.mono.ms += by;
    now.wall.ms += by;
    if (stack.NextTimeout().at <= now.mono) stack.HandleTimeout(now);
  }
  // To the next deadline, if it is near enough to be what the program means.
  void AdvanceToDeadline() {
    const Instant next = stack.NextTimeout().at;
    if (next != Instant::Never() && next > now.mono) Advance(next - now.mono);
    else stack.HandleTimeout(now);
  }

  void Keep(const Stack::Opened& result) {
    if (result.status == Status::kOk) sockets.push_back(result.socket);
  }
  SocketId Any(uint8_t choice) const { return sockets.empty() ? SocketId{} : sockets[choice % sockets.size()]; }

  void CloseAll() {
    room = true;
    for (SocketId id : sockets) (void)stack.Close(now, id);
    Settle();
  }
  // What is left when every timer has run out.
  void CheckNothingLeft() const {
    ZT_CHECK(stack.NextTimeout().at == Instant::Never());
    ZT_CHECK(stack.SocketCount() == 0);
    ZT_CHECK(stack.BufferBytes() == 0);
  }
  void RunOut() {
    CloseAll();
    constexpr int kManyTimers = 4000;
    for (int i = 0; i < kManyTimers && stack.NextTimeout().at != Instant::Never(); ++i) {
      AdvanceToDeadline();
      Settle();
    }
    CheckNothingLeft();
  }

  Mac mac;
  IpAddress v4, v6;

 private:
  SeededRandom random_;
  DropCounters drops_;

 public:
  Now now{{1'000'000}, {1'700'000'000'000}};
  Stack stack;
  std::vector<SocketId> sockets;
  bool room = true;
  uint32_t largest_mtu = kFuzzMtu;  // that the interface has had: what was queued before keeps its size

 private:
  // Whatever came in, what goes out is well-formed.
  void CheckFrame(uint16_t ether_type, ByteSpan frame) const {
    if (ether_type == kEtherTypeIpv4) {
      const auto ip = Ipv4Header::Parse(frame);
      ZT_CHECK(ip.has_value());
      if (ip->protocol == kProtocolTcp) CheckTcp(ip->payload, ip->source, ip->destination);
    } else if (ether_type == kEtherTypeIpv6) {
      const auto ip = Ipv6Header::Parse(frame);
      ZT_CHECK(ip.has_value());
      if (ip->next_header == kProtocolTcp) CheckTcp(ip->payload, ip->source, ip->destination);
    } else {
      ZT_CHECK(ether_type == kEtherTypeArp);
    }
  }
  static void CheckTcp(ByteSpan bytes, const IpAddress& source, const IpAddress& destination) {
    ZT_CHECK(TcpSegment::Parse(bytes, source, destination).has_value());
  }

  std::set<SocketId> opened_, closed_;
};

// An IP packet around a transport message, into `out`.
inline Bytes WrapIp(const IpAddress& source, const IpAddress& destination, uint8_t protocol, ByteSpan message) {
  const bool v6 = source.IsV6();
  const size_t header = v6 ? Ipv6Header::kSize : Ipv4Header::kSize;
  Bytes packet(header + message.size());
  if (v6) {
    Ipv6Header h;
    h.source = source;
    h.destination = destination;
    h.next_header = protocol;
    h.hop_limit = 255;  // RFC 4861 §7.1
    h.Write(packet.data(), message.size());
  } else {
    Ipv4Header h;
    h.source = source;
    h.destination = destination;
    h.protocol = protocol;
    h.Write(packet.data(), message.size());
  }
  if (!message.empty()) std::memcpy(&packet[header], message.data(), message.size());
  return packet;
}

inline uint16_t EtherTypeOf(const IpAddress& ip) { return ip.IsV6() ? kEtherTypeIpv6 : kEtherTypeIpv4; }

// An ARP packet (RFC 826) or what mutations make of it.
inline Bytes ArpPacket(uint16_t operation, Mac sender, const IpAddress& sender_ip, Mac target,
                       const IpAddress& target_ip) {
  Bytes arp = {0, 1, 8, 0, 6, 4, static_cast<uint8_t>(operation >> 8), static_cast<uint8_t>(operation)};
  const std::pair<Mac, IpAddress> both[] = {{sender, sender_ip}, {target, target_ip}};
  for (const auto& [mac, ip] : both) {
    const auto six = mac.ToBytes();
    arp.insert(arp.end(), six.begin(), six.end());
    arp.insert(arp.end(), ip.bytes.begin(), ip.bytes.begin() + 4);
  }
  return arp;
}

}  // namespace zt::netstack
