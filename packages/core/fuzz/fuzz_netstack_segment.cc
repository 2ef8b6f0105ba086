// One connection and its peer: sequences of segments near what the connection expects, timers, and what the
// application does meanwhile. The first byte says who opens and in which family.
#include "fuzz/netstack_harness.h"
#include "netstack/header/checksum.h"
#include "netstack/header/icmpv4.h"
#include "netstack/header/icmpv6.h"

namespace zt::netstack {
namespace {

constexpr size_t kMaxSteps = 400;
constexpr Mac kPeerMac{0x020000000002};

class Target final : public FuzzStack {
 public:
  explicit Target(FuzzInput& in) : FuzzStack(1), in_(in) {
    const uint8_t how = in.Byte();
    own_ = (how & 1) != 0 ? v6 : v4;
    peer_ = (how & 1) != 0 ? *IpAddress::Parse("fd00::2") : IpAddress::V4(10, 0, 0, 2);
    if ((how & 1) == 0) {
      stack.HandleFrame(now, kFuzzNetwork, kPeerMac, mac, kEtherTypeArp, ArpPacket(1, kPeerMac, peer_, Mac{}, v4));
    } else {
      Advertise();
    }
    if ((how & 2) != 0) {
      Keep(stack.TcpListen({}, {own_, 80}, 2));
      last_.destination_port = 1000;
      last_.source_port = 80;
    } else {
      Keep(stack.TcpConnect(now, {}, {own_, 80}, {peer_, 1000}, 0));
    }
    Settle();
  }

  void OnFrame(Mac, uint16_t ether_type, ByteSpan frame) override {
    const auto ip4 = ether_type == kEtherTypeIpv4 ? Ipv4Header::Parse(frame) : std::nullopt;
    const auto ip6 = ether_type == kEtherTypeIpv6 ? Ipv6Header::Parse(frame) : std::nullopt;
    const uint8_t protocol = ip4 ? ip4->protocol : ip6 ? ip6->next_header : uint8_t{59};
    if (protocol != kProtocolTcp) return;
    const auto segment = TcpSegment::Parse(ip4 ? ip4->payload : ip6->payload, own_, peer_);
    if (!segment || segment->Has(kTcpRst)) return;
    last_packet_.assign(frame.begin(), frame.end());
    last_ = *segment;
    last_.payload = {};
    if (segment->SequenceLength() != 0) last_end_ = segment->seq + segment->SequenceLength();
  }

  void Run() {
    for (size_t i = 0; i < kMaxSteps && !in_.empty(); ++i) {
      Step(in_.Byte());
      Settle();
    }
    RunOut();
  }

 private:
  // The peer's address for IPv6: an advertisement that overrides (RFC 4861 §4.4).
  void Advertise() {
    Bytes body(24);
    std::copy(peer_.bytes.begin(), peer_.bytes.begin() + 16, body.begin());
    body[16] = 2;
    body[17] = 1;
    const auto six = kPeerMac.ToBytes();
    std::copy(six.begin(), six.end(), body.begin() + 18);
    Receive(kProtocolIcmpv6, Icmpv6{136, 0, 0x60000000, body}.Serialize(peer_, own_));
  }
  void Receive(uint8_t protocol, ByteSpan message) {
    stack.HandleFrame(now, kFuzzNetwork, kPeerMac, mac, EtherTypeOf(own_), WrapIp(peer_, own_, protocol, message));
  }

  void Segment(uint8_t how) {
    TcpSegment s;
    s.source_port = last_.destination_port;
    s.destination_port = last_.source_port;
    static constexpr uint8_t kUsual[] = {kTcpAck, kTcpAck | kTcpPsh, kTcpAck | kTcpFin, kTcpSyn | kTcpAck};
    s.flags = (how & 1) != 0 ? in_.Byte() : kUsual[in_.Byte() % 4];
    s.window = (how & 2) != 0 ? in_.Word() : 0xffff;
    s.seq = peer_next_ + ((how & 4) != 0 ? in_.Word() - 0x8000u : 0);
    s.ack = last_end_ - ((how & 8) != 0 ? in_.Word() : 0);
    Options(how, s);
    const ByteSpan data[] = {in_.Take((how & 128) != 0 ? in_.Word() % 1400 : 0)};
    uint8_t head[TcpSegment::kMaxHeader];
    const size_t size = s.Write(head, peer_, own_, data);
    Bytes message(head, head + size);
    message.insert(message.end(), data[0].begin(), data[0].end());
    if ((how & 64) != 0) Urgent(message);
    if (!(how & 4)) {
      peer_next_ += static_cast<uint32_t>(data[0].size()) + (s.Has(kTcpSyn) ? 1 : 0) + (s.Has(kTcpFin) ? 1 : 0);
    }
    Receive(kProtocolTcp, message);
  }
  void Options(uint8_t how, TcpSegment& s) {
    if ((how & 16) != 0) {
      s.options.has_timestamps = true;
      s.options.timestamp = static_cast<uint32_t>(now.mono.ms) + in_.Byte() - 128;
      s.options.timestamp_echo = last_.options.timestamp - in_.Byte() % 4;
    }
    if (s.Has(kTcpSyn)) {
      s.options.mss = in_.Word();
      s.options.window_scale = in_.Byte() % 15;
      s.options.sack_permitted = true;
    } else if ((how & 32) != 0) {
      s.options.sack_count = 1 + in_.Byte() % 3;
      for (size_t i = 0; i < s.options.sack_count; ++i) {
        s.options.sack[i].left = last_end_ - in_.Word();
        s.options.sack[i].right = s.options.sack[i].left + in_.Word();
      }
    }
  }
  // The URG flag with any pointer; the checksum follows from the two changes (RFC 1624 would do the same).
  void Urgent(Bytes& message) const {
    message[13] |= 0x20;
    message[18] = message[4];
    Checksum sum;
    message[16] = message[17] = 0;
    sum.AddPseudoHeader(peer_, own_, kProtocolTcp, message.size());
    sum.Add(message);
    const uint16_t value = sum.Finish();
    message[16] = static_cast<uint8_t>(value >> 8);
    message[17] = static_cast<uint8_t>(value);
  }
  // An ICMP error that quotes the last segment we saw (RFC 792, RFC 4443 §3).
  void IcmpError() {
    const uint8_t type = in_.Byte(), code = in_.Byte() % 16;
    const uint32_t rest = in_.Long();
    const ByteSpan quote = ByteSpan(last_packet_).first(std::min<size_t>(last_packet_.size(), 100));
    if (own_.IsV6()) Receive(kProtocolIcmpv6, Icmpv6{type, code, rest, quote}.Serialize(peer_, own_));
    else Receive(kProtocolIcmpv4, Icmpv4{type, code, rest, quote}.Serialize());
  }
  void Application(uint8_t what) {
    const SocketId socket = Any(in_.Byte());
    switch (what % 8) {
      case 0: (void)stack.TcpWrite(now, socket, Bytes(in_.Word())); return;
      case 1: {
        Bytes into(in_.Word());
        ZT_CHECK(stack.TcpRead(now, socket, into) <= static_cast<int64_t>(into.size()));
        return;
      }
      case 2: (void)stack.TcpShutdown(now, socket); return;
      case 3: (void)stack.TcpAbort(now, socket); return;
      case 4: (void)stack.Close(now, socket); return;
      case 5: (void)stack.SetOption(now, socket, static_cast<SocketOption>(in_.Byte() % 40), in_.Word()); return;
      case 6: room = !room; return;
      default: stack.SetMtu(kFuzzNetwork, 1280 + in_.Byte() % 200); return;
    }
  }
  void Step(uint8_t op) {
    switch (op % 8) {
      case 0: return Application(op / 8);
      case 1: return AdvanceToDeadline();
      case 2: return Advance(in_.Byte());
      case 3: return IcmpError();
      default: return Segment(in_.Byte());
    }
  }

  FuzzInput& in_;
  IpAddress own_, peer_;
  TcpSegment last_;
  Bytes last_packet_;
  uint32_t last_end_ = 0;
  uint32_t peer_next_ = 5'000;
};

}  // namespace
}  // namespace zt::netstack

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  zt::netstack::FuzzInput in(data, size);
  zt::netstack::Target(in).Run();
  return 0;
}
