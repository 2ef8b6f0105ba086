// Frames as they come from the network, any bytes, to a stack with all kinds of sockets. So that mutations get past the
// checksums, a flag of each frame has the harness put them right.
//
// Input: per frame: flags u8, length u16, bytes. Flags: 0..1 ether type (IPv4, IPv6, ARP, other), 2 right checksums,
// 3..4 destination (us, broadcast, group, somebody else), 5 to the next deadline first, 6 no room while it is handled.
#include "fuzz/netstack_harness.h"
#include "netstack/header/checksum.h"

namespace zt::netstack {
namespace {

constexpr size_t kMaxFrames = 300;
constexpr Mac kPeerMac{0x020000000002};

class Target final : public FuzzStack {
 public:
  Target() : FuzzStack(1), peer4_(IpAddress::V4(10, 0, 0, 2)), peer6_(*IpAddress::Parse("fd00::2")) {
    Keep(stack.TcpListen({}, {{}, 80}, 8));
    Keep(stack.UdpBind({}, {{}, 53}));
    const SocketId udp = sockets.back();
    (void)stack.JoinGroup(now, udp, kFuzzNetwork, IpAddress::V4(224, 0, 0, 251));
    (void)stack.JoinGroup(now, udp, kFuzzNetwork, *IpAddress::Parse("ff02::fb"));
    stack.HandleFrame(now, kFuzzNetwork, kPeerMac, mac, kEtherTypeArp, ArpPacket(1, kPeerMac, peer4_, Mac{}, v4));
    Keep(stack.TcpConnect(now, {}, {{}, 1000}, {peer4_, 81}, 0));
    Keep(stack.TcpConnect(now, {}, {{}, 1001}, {peer6_, 81}, 0));
    (void)stack.Ping(now, {}, peer4_, 1, 32, 0);
    (void)stack.UdpSend(now, udp, {peer4_, 9}, {});
    Settle();
  }

  void OnFrame(Mac, uint16_t, ByteSpan) override {}

  void Run(FuzzInput& in) {
    for (size_t i = 0; i < kMaxFrames && !in.empty(); ++i) {
      const uint8_t flags = in.Byte();
      const ByteSpan bytes = in.Take(in.Word() % (kFuzzMtu + 1));
      if ((flags & 32) != 0) AdvanceToDeadline();
      room = (flags & 64) == 0;
      static constexpr uint16_t kTypes[] = {kEtherTypeIpv4, kEtherTypeIpv6, kEtherTypeArp, 0x88cc};
      const uint16_t type = kTypes[flags & 3];
      Bytes frame(bytes.begin(), bytes.end());
      if ((flags & 4) != 0) FixChecksums(type, frame);
      const Mac destinations[] = {mac, Mac{0xffffffffffff}, Mac{0x01005e0000fb}, Mac{0x020000000009}};
      stack.HandleFrame(now, kFuzzNetwork, kPeerMac, destinations[flags >> 3 & 3], type, frame);
      Settle();
    }
    room = true;
    RunOut();
  }

 private:
  static void Put(Bytes& frame, size_t at, uint16_t value) {
    frame[at] = static_cast<uint8_t>(value >> 8);
    frame[at + 1] = static_cast<uint8_t>(value);
  }
  static void FixChecksums(uint16_t type, Bytes& frame) {
    if (type == kEtherTypeIpv4 && frame.size() >= Ipv4Header::kSize) return FixIpv4(frame);
    if (type == kEtherTypeIpv6 && frame.size() >= Ipv6Header::kSize) return FixIpv6(frame);
  }
  static void FixIpv4(Bytes& frame) {
    const size_t header = (frame[0] & 15) * size_t{4};
    if (header < Ipv4Header::kSize || header > frame.size()) return;
    Put(frame, 2, static_cast<uint16_t>(frame.size()));
    Put(frame, 10, 0);
    Put(frame, 10, ChecksumOf(ByteSpan(frame).first(header)));
    const auto ip = Ipv4Header::Parse(frame);
    if (ip) FixTransport(frame, header, ip->protocol, ip->source, ip->destination);
  }
  static void FixIpv6(Bytes& frame) {
    Put(frame, 4, static_cast<uint16_t>(frame.size() - Ipv6Header::kSize));
    const auto ip = Ipv6Header::Parse(frame);
    if (!ip) return;
    size_t at = Ipv6Header::kSize;
    uint8_t next = ip->next_header;
    // Extension headers of the common form: next header, length in eights.
    while ((next == 0 || next == 43 || next == 60) && at + 8 <= frame.size()) {
      next = frame[at];
      at += (frame[at + 1] + size_t{1}) * 8;
    }
    if (at < frame.size()) FixTransport(frame, at, next, ip->source, ip->destination);
  }
  static void FixTransport(Bytes& frame, size_t at, uint8_t protocol, const IpAddress& source,
                           const IpAddress& destination) {
    static const std::map<uint8_t, size_t> kField = {
        {kProtocolTcp, 16}, {kProtocolUdp, 6}, {kProtocolIcmpv4, 2}, {kProtocolIcmpv6, 2}, {2, 2}};
    const auto field = kField.find(protocol);
    if (field == kField.end() || at + field->second + 2 > frame.size()) return;
    Put(frame, at + field->second, 0);
    if (protocol == kProtocolUdp) Put(frame, at + 4, static_cast<uint16_t>(frame.size() - at));
    Checksum sum;
    const ByteSpan message = ByteSpan(frame).subspan(at);
    if (protocol != kProtocolIcmpv4 && protocol != 2) {
      sum.AddPseudoHeader(source, destination, protocol, message.size());
    }
    sum.Add(message);
    Put(frame, at + field->second, sum.Finish());
  }

  IpAddress peer4_, peer6_;
};

}  // namespace
}  // namespace zt::netstack

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  zt::netstack::FuzzInput in(data, size);
  zt::netstack::Target().Run(in);
  return 0;
}
