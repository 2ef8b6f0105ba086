// The whole stack against hostile frames, any order of application calls, and time that jumps. The input is a program:
// one byte chooses a step, the next bytes are its arguments. Frames the harness builds have right checksums, so that
// mutations reach the protocols; raw ones need not.
#include "fuzz/netstack_harness.h"
#include "netstack/header/icmpv4.h"
#include "netstack/header/icmpv6.h"
#include "netstack/header/ipv6_extension.h"
#include "netstack/header/udp.h"

namespace zt::netstack {
namespace {

constexpr Mac kPeerMac{0x020000000002};
constexpr size_t kMaxSteps = 400;

class Program final : public FuzzStack {
 public:
  explicit Program(FuzzInput& in) : FuzzStack(1), in_(in) { SetAddresses(0); }

  void Run() {
    for (size_t step = 0; step < kMaxSteps && !in_.empty(); ++step) {
      Step(Byte());
      Settle();
    }
    RunOut();
  }

  // What the stack says last about a connection, so that answers can fit.
  void OnFrame(Mac, uint16_t ether_type, ByteSpan frame) override {
    if (ether_type == kEtherTypeIpv4) {
      const auto ip = Ipv4Header::Parse(frame);
      if (ip->protocol == kProtocolTcp) ObserveTcp(ip->payload, ip->source, ip->destination);
    } else if (ether_type == kEtherTypeIpv6) {
      const auto ip = Ipv6Header::Parse(frame);
      if (ip->next_header == kProtocolTcp) ObserveTcp(ip->payload, ip->source, ip->destination);
    }
  }

 private:
  uint8_t Byte() { return in_.Byte(); }
  uint16_t Word() { return in_.Word(); }
  ByteSpan Some(size_t most) { return in_.Take(std::min(most, size_t{Byte()} * (most > 255 ? 8 : 1))); }
  SocketId Socket() { return sockets.empty() ? SocketId{} : Any(Byte()); }
  IpAddress Own(bool is_v6) const { return is_v6 ? v6 : v4; }
  static IpAddress Peer(bool is_v6) {
    return is_v6 ? *IpAddress::Parse("fd00::2") : IpAddress::V4(10, 0, 0, 2);
  }

  void AddInterface() {
    if (stack.AddInterface(now, kFuzzNetwork, mac, kFuzzMtu, 0)) SetAddresses(0);
  }
  void SetAddresses(uint8_t choice) {
    const IpPrefix both[] = {{Own(false), 24}, {Own(true), static_cast<uint8_t>(choice & 127)}};
    stack.SetAddresses(now, kFuzzNetwork, std::span(both).first(choice % 3 == 0 ? 2 : choice % 3));
  }

  void ObserveTcp(ByteSpan bytes, const IpAddress& source, const IpAddress& destination) {
    const auto segment = TcpSegment::Parse(bytes, source, destination);
    ZT_CHECK(segment.has_value());
    last_ = *segment;
    last_.payload = {};
    last_v6_ = source.IsV6();
    if (segment->SequenceLength() != 0) last_end_ = segment->seq + segment->SequenceLength();
  }

  void Frame(uint16_t type, ByteSpan payload) {
    stack.HandleFrame(now, kFuzzNetwork, kPeerMac, mac, type, payload);
  }
  void Packet(bool is_v6, uint8_t protocol, ByteSpan message) {
    Frame(is_v6 ? kEtherTypeIpv6 : kEtherTypeIpv4, WrapIp(Peer(is_v6), Own(is_v6), protocol, message));
  }

  void Tcp() {
    const uint8_t how = Byte();
    TcpSegment s;
    s.flags = Byte();
    s.window = Word();
    const bool answer = (how & 1) != 0;
    const bool v6 = answer ? last_v6_ : (how & 2) != 0;
    s.source_port = answer ? last_.destination_port : static_cast<uint16_t>(1000 + Byte() % 4);
    s.destination_port = answer ? last_.source_port : static_cast<uint16_t>(80 + Byte() % 3);
    s.seq = last_.ack + ((how & 4) != 0 ? Word() - 0x8000u : 0);
    s.ack = last_end_ + ((how & 8) != 0 ? Word() - 0x8000u : 0);
    if ((how & 16) != 0) {
      s.options.has_timestamps = true;
      s.options.timestamp = static_cast<uint32_t>(now.mono.ms) + Byte() - 128;
      s.options.timestamp_echo = last_.options.timestamp - (how >> 7);
    }
    if ((s.flags & kTcpSyn) != 0) {
      s.options.mss = Word();
      if ((how & 32) != 0) s.options.window_scale = Byte() % 15;
      s.options.sack_permitted = (how & 64) != 0;
    } else if ((how & 32) != 0) {
      s.options.sack_count = 1 + Byte() % 3;
      for (size_t i = 0; i < s.options.sack_count; ++i) {
        s.options.sack[i].left = last_end_ - Word();
        s.options.sack[i].right = s.options.sack[i].left + Word();
      }
    }
    const ByteSpan data[] = {Some(1400)};
    uint8_t head[TcpSegment::kMaxHeader];
    const size_t size = s.Write(head, Peer(v6), Own(v6), data);
    Bytes message(head, head + size);
    message.insert(message.end(), data[0].begin(), data[0].end());
    Packet(v6, kProtocolTcp, message);
  }
  void UdpIn() {
    const bool v6 = (Byte() & 1) != 0;
    const Udp udp{Word(), static_cast<uint16_t>(53 + Byte() % 2), Some(1400)};
    Bytes message(Udp::kSize + udp.payload.size());
    udp.Write(message.data(), Peer(v6), Own(v6));
    if (!udp.payload.empty()) {
      std::memcpy(&message[Udp::kSize], udp.payload.data(), udp.payload.size());
    }
    Packet(v6, kProtocolUdp, message);
  }
  void Icmp() {
    const bool v6 = (Byte() & 1) != 0;
    const uint8_t type = Byte(), code = Byte();
    const uint32_t rest = uint32_t{Word()} << 16 | Word();
    const ByteSpan body = Some(1400);
    if (v6) {
      Packet(true, kProtocolIcmpv6,
             Icmpv6{type, code, rest, body}.Serialize(Peer(true), Own(true)));
    } else {
      Packet(false, kProtocolIcmpv4, Icmpv4{type, code, rest, body}.Serialize());
    }
  }
  void Fragment() {
    const bool v6 = (Byte() & 1) != 0;
    const uint16_t word = Word();
    const uint8_t id = Byte();
    const ByteSpan data = Some(1400);
    if (v6) {
      Bytes message(Ipv6Fragment::kSize + data.size());
      Ipv6Fragment{kProtocolUdp, static_cast<uint16_t>(word & 0xfff8), (word & 1) != 0, id}.Write(
          message.data());
      if (!data.empty()) std::memcpy(&message[Ipv6Fragment::kSize], data.data(), data.size());
      return Packet(true, Ipv6Fragment::kNextHeader, message);
    }
    Ipv4Header h;
    h.source = Peer(false);
    h.destination = Own(false);
    h.protocol = kProtocolUdp;
    h.identification = id;
    h.more_fragments = (word & 1) != 0;
    h.fragment_offset = word & 0xfff8;
    Bytes packet(Ipv4Header::kSize + data.size());
    h.Write(packet.data(), data.size());
    if (!data.empty()) std::memcpy(&packet[Ipv4Header::kSize], data.data(), data.size());
    Frame(kEtherTypeIpv4, packet);
  }
  // The peer's MAC becomes known, as after ARP or ND.
  void AnnouncePeer() { Frame(kEtherTypeArp, ArpPacket(1, kPeerMac, Peer(false), Mac{}, v4)); }

  void Connect() {
    const uint8_t how = Byte();
    const bool v6 = (how & 1) != 0;
    const IpAddress to = (how & 2) != 0 ? Own(v6) : Peer(v6);
    Keep(stack.TcpConnect(now, {}, {}, {to, static_cast<uint16_t>(80 + how % 4)}, how & 0x80));
  }
  void Listen() {
    const uint8_t how = Byte();
    const IpAddress any = (how & 1) != 0 ? *IpAddress::Parse("::") : IpAddress::V4(0);
    Keep(stack.TcpListen({}, {any, static_cast<uint16_t>(80 + how % 3)}, how));
  }
  void Write() {
    const SocketId id = Socket();
    const Bytes data(size_t{Word()} * 16, 0x55);
    const int64_t n = stack.TcpWrite(now, id, data);
    ZT_CHECK(n <= static_cast<int64_t>(data.size()));
  }
  void Read() {
    const SocketId id = Socket();
    Bytes into(Word());
    ZT_CHECK(stack.TcpRead(now, id, into) <= static_cast<int64_t>(into.size()));
  }
  void UdpOut() {
    const uint8_t how = Byte();
    const bool v6 = (how & 1) != 0;
    const IpAddress any = v6 ? *IpAddress::Parse("::") : IpAddress::V4(0);
    Keep(stack.UdpBind({}, {any, static_cast<uint16_t>(53 + how % 4)}));
    const Bytes data(Word());
    const IpAddress to = (how & 8) != 0 ? Own(v6) : (how & 16) != 0 ? IpAddress::V4(0xffffffff) : Peer(v6);
    stack.UdpSend(now, Socket(), {to, static_cast<uint16_t>(53 + how % 3)}, data);
    Endpoint from, local;
    Bytes into(100);
    stack.UdpReceive(Socket(), from, local, into);
  }
  void Configure() {
    const uint8_t how = Byte();
    switch (how % 5) {
      case 0: return SetAddresses(how / 5);
      case 1: {
        const Route routes[] = {{{IpAddress::V4(0), 0}, Peer(false)}};
        return stack.SetRoutes(kFuzzNetwork, std::span(routes).first(how / 5 % 2));
      }
      case 2:
        largest_mtu = std::max(largest_mtu, 1280u + how * 8u);  // packets queued before keep their size
        return stack.SetMtu(kFuzzNetwork, 1280u + how * 8u);
      case 3: return stack.RemoveInterface(now, kFuzzNetwork);
      default: return AddInterface();
    }
  }
  void Step(uint8_t op) {
    switch (op % 20) {
      case 0: {
        const uint16_t types[] = {kEtherTypeIpv4, kEtherTypeIpv6, kEtherTypeArp, 0x1234};
        return Frame(types[Byte() % 4], Some(1500));
      }
      case 1:
      case 2:
      case 3: return Tcp();
      case 4: return UdpIn();
      case 5: return Icmp();
      case 6: return Fragment();
      case 7: now.mono.ms += Byte(); return stack.HandleTimeout(now);
      case 8: now.mono.ms += Word(); return stack.HandleTimeout(now);
      case 9: return Connect();
      case 10: return Listen();
      case 11: return Write();
      case 12: return Read();
      case 13: (void)stack.TcpShutdown(now, Socket()); return;
      case 14: (void)stack.TcpAbort(now, Socket()); return;
      case 15: (void)stack.Close(now, Socket()); return;
      case 16: return UdpOut();
      case 17: (void)stack.Ping(now, {}, Peer((Byte() & 1) != 0), 1, Word(), Byte()); return;
      case 18: return Configure();
      default: return Toggle();
    }
  }
  void Toggle() {
    const uint8_t how = Byte();
    if ((how & 1) != 0) return AnnouncePeer();
    if ((how & 2) != 0) {
      room = !room;
      return;
    }
    const SocketOption option = static_cast<SocketOption>(Byte() % kSocketOptionCount);
    int64_t value = 0;
    if (stack.SetOption(now, Socket(), option, how * 10) == Status::kOk) {
      (void)stack.GetOption(now, Socket(), option, value);
    }
    (void)stack.GetTcpInfo(now, Socket());
  }

  FuzzInput& in_;
  TcpSegment last_;
  uint32_t last_end_ = 0;
  bool last_v6_ = false;
};

}  // namespace
}  // namespace zt::netstack

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  zt::netstack::FuzzInput in(data, size);
  zt::netstack::Program(in).Run();
  return 0;
}
