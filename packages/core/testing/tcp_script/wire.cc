// Packets to bytes and back, independent of the stack's own headers.
#include <algorithm>

#include "testing/tcp_script/segment.h"

namespace zt::netstack::script {
namespace {

constexpr uint8_t kSyn = 0x02, kAck = 0x10;

void Put16(Bytes& out, uint32_t value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}
void Put32(Bytes& out, uint32_t value) {
  Put16(out, value >> 16);
  Put16(out, value & 0xffff);
}
void Set16(Bytes& out, size_t at, uint32_t value) {
  out[at] = static_cast<uint8_t>(value >> 8);
  out[at + 1] = static_cast<uint8_t>(value);
}
uint16_t Get16(ByteSpan in, size_t at) { return static_cast<uint16_t>(in[at] << 8 | in[at + 1]); }
uint32_t Get32(ByteSpan in, size_t at) { return uint32_t{Get16(in, at)} << 16 | Get16(in, at + 2); }

// RFC 1071.
uint16_t Sum(std::initializer_list<ByteSpan> pieces) {
  uint64_t sum = 0;
  size_t position = 0;
  for (ByteSpan piece : pieces) {
    for (uint8_t byte : piece) sum += position++ % 2 == 0 ? uint64_t{byte} << 8 : byte;
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

Bytes PseudoHeader(const IpAddress& from, const IpAddress& to, uint8_t protocol, size_t size) {
  Bytes out(from.bytes.begin(), from.bytes.begin() + static_cast<ptrdiff_t>(from.size()));
  out.insert(out.end(), to.bytes.begin(), to.bytes.begin() + static_cast<ptrdiff_t>(to.size()));
  Put32(out, static_cast<uint32_t>(size));
  Put32(out, protocol);
  return out;
}

Bytes OptionBytes(const SegmentLine& line, const Flow& flow, int64_t peer_clock) {
  Bytes out;
  const auto time = [&](uint32_t value, uint32_t echo) {
    Put16(out, kOptTime << 8 | 10);
    Put32(out, value);
    Put32(out, echo);
  };
  if (!line.has_options && flow.UsesTime() && !(line.flags.value_or(0) & 0x04)) {
    out.assign(2, kOptNop);
    time(static_cast<uint32_t>(peer_clock), flow.time_last);
  }
  for (const OptionLine& option : line.options) {
    const uint32_t a = static_cast<uint32_t>(flow.Value(option.a)), b = static_cast<uint32_t>(flow.Value(option.b));
    if (option.raw) {
      out.insert(out.end(), option.raw->begin(), option.raw->end());
    } else if (option.kind == kOptMss) {
      Put16(out, kOptMss << 8 | 4);
      Put16(out, a);
    } else if (option.kind == kOptScale) {
      out.insert(out.end(), {kOptScale, 3, static_cast<uint8_t>(a)});
    } else if (option.kind == kOptSackOk) {
      Put16(out, kOptSackOk << 8 | 2);
    } else if (option.kind == kOptTime) {
      time(option.a.base == Number::Base::kAny ? static_cast<uint32_t>(peer_clock) : a,
           flow.time_known && option.b.base != Number::Base::kAny ? flow.time_base + b : flow.time_last);
    } else if (option.kind == kOptSack) {
      out.insert(out.end(), {kOptSack, static_cast<uint8_t>(2 + 8 * option.blocks.size())});
      for (const auto& [left, right] : option.blocks) {
        Put32(out, flow.stack_isn + static_cast<uint32_t>(flow.Value(left)));
        Put32(out, flow.stack_isn + static_cast<uint32_t>(flow.Value(right)));
      }
    } else {
      out.push_back(option.kind);
    }
  }
  while (out.size() % 4 != 0) out.push_back(kOptEnd);
  return out;
}

Bytes MakeTcp(const SegmentLine& line, const Flow& flow, int64_t peer_clock) {
  const int64_t seq = flow.Value(line.seq);
  const int64_t end = !line.end ? seq : flow.Value(*line.end) + (line.relative_end ? seq : 0);
  const uint8_t flags = line.flags.value_or(0);
  int64_t ack = flow.sent;
  if (line.ack) ack = flow.Value(*line.ack);
  const bool has_ack = line.ack || (flags & kAck) != 0;
  const Bytes options = OptionBytes(line, flow, peer_clock);
  Bytes out;
  Put16(out, flow.peer_port);
  Put16(out, flow.stack_port);
  Put32(out, flow.peer_isn + static_cast<uint32_t>(seq));
  Put32(out, has_ack ? flow.stack_isn + static_cast<uint32_t>(ack) : 0);
  const int words = line.data_offset.value_or(static_cast<int>(5 + options.size() / 4));
  out.push_back(static_cast<uint8_t>(words << 4 | line.reserved));
  out.push_back(flags);
  Put16(out, static_cast<uint32_t>(line.window.value_or(flow.window)));
  Put16(out, 0);
  Put16(out, static_cast<uint32_t>(line.urgent.value_or(0)));
  out.insert(out.end(), options.begin(), options.end());
  const int64_t first = seq + ((flags & kSyn) != 0 ? 1 : 0);
  for (int64_t at = 0; at < end - seq; ++at) {
    out.push_back(static_cast<uint8_t>(Pattern(true, first + at) ^ (line.other_content ? 0xff : 0)));
  }
  return out;
}

Bytes MakeUdp(const SegmentLine& line, const Flow& flow) {
  Bytes out;
  Put16(out, flow.peer_port);
  Put16(out, flow.stack_port);
  Put16(out, static_cast<uint32_t>(8 + line.size));
  Put16(out, 0);
  for (size_t at = 0; at < line.size; ++at) out.push_back(Pattern(true, static_cast<int64_t>(at)));
  return out;
}

Bytes MakeIcmp(const SegmentLine& line, const Flow& flow, const Bytes& quoted, bool v4) {
  Bytes out = {line.icmp_type, line.icmp_code, 0, 0};
  Put32(out, line.icmp_rest);
  Bytes quote = quoted;
  const size_t seq_at = (v4 ? 20 : 40) + 4;
  if (line.quoted_seq && quote.size() >= seq_at + 4) {
    const uint32_t seq = flow.stack_isn + static_cast<uint32_t>(flow.Value(*line.quoted_seq));
    Set16(quote, seq_at, seq >> 16);
    Set16(quote, seq_at + 2, seq & 0xffff);
  }
  quote.resize(std::min<size_t>(quote.size(), v4 ? 548 : 1232));
  out.insert(out.end(), quote.begin(), quote.end());
  return out;
}

Bytes Ipv4(const Addresses& a, uint8_t protocol, ByteSpan body, size_t offset, bool more, uint16_t id) {
  Bytes out;
  Put16(out, 0x4500);
  Put16(out, static_cast<uint32_t>(20 + body.size()));
  Put16(out, id);
  Put16(out, static_cast<uint32_t>(offset / 8 | (more ? 0x2000 : 0)));
  out.insert(out.end(), {64, protocol, 0, 0});
  out.insert(out.end(), a.peer.bytes.begin(), a.peer.bytes.begin() + 4);
  out.insert(out.end(), a.stack.bytes.begin(), a.stack.bytes.begin() + 4);
  Set16(out, 10, Sum({out}));
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

Bytes Ipv6(const Addresses& a, uint8_t protocol, ByteSpan body) {
  Bytes out = {0x60, 0, 0, 0};
  Put16(out, static_cast<uint32_t>(body.size()));
  out.insert(out.end(), {protocol, 64});
  out.insert(out.end(), a.peer.bytes.begin(), a.peer.bytes.end());
  out.insert(out.end(), a.stack.bytes.begin(), a.stack.bytes.end());
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

std::vector<Bytes> MakeFragments(const SegmentLine& line, const Addresses& a, uint8_t protocol, const Bytes& body) {
  std::vector<Bytes> out;
  const bool v4 = a.peer.IsV4();
  for (const FragmentLine& f : line.fragments) {
    // What lies beyond the end of the packet is made up.
    Bytes part;
    for (size_t at = f.from; at < f.to; ++at) {
      part.push_back(static_cast<uint8_t>((at < body.size() ? body[at] : 0x55) ^ (f.other ? 0xff : 0)));
    }
    const bool more = f.to < body.size();
    if (v4) {
      out.push_back(Ipv4(a, protocol, part, f.from, more, 0x1234));
      continue;
    }
    Bytes extended;
    Put16(extended, protocol * 256u);  // RFC 8200 §4.5
    Put16(extended, static_cast<uint32_t>(f.from / 8 * 8 | (more ? 1 : 0)));
    Put32(extended, 0x1234);
    extended.insert(extended.end(), part.begin(), part.end());
    out.push_back(Ipv6(a, 44, extended));
  }
  return out;
}

void ReadTcp(Packet& packet, ByteSpan body) {
  const size_t header = (body[12] >> 4) * 4u;
  packet.seq = Get32(body, 4);
  packet.ack = Get32(body, 8);
  packet.flags = body[13];
  packet.window = Get16(body, 14);
  packet.urgent = Get16(body, 18);
  if (header < 20 || header > body.size()) {
    packet.error = "wrong data offset";
    return;
  }
  for (size_t at = 20; at < header;) {
    const uint8_t kind = body[at];
    if (kind == kOptEnd) break;
    if (kind == kOptNop) {
      ++at;
      continue;
    }
    if (at + 1 >= header || body[at + 1] < 2 || at + body[at + 1] > header) {
      packet.error = "malformed option";
      return;
    }
    packet.options.push_back({kind, Bytes(&body[at] + 2, &body[at] + body[at + 1])});
    at += body[at + 1];
  }
  const ByteSpan payload = body.subspan(header);
  packet.payload.assign(payload.begin(), payload.end());
}

}  // namespace

uint8_t Pattern(bool from_peer, int64_t position) {
  return static_cast<uint8_t>((static_cast<uint64_t>(position) * 0x9e3779b97f4a7c15ULL >> 32) ^
                              static_cast<uint64_t>(position) ^ (from_peer ? 0x5a : 0));
}

const Packet::Option* Packet::Find(uint8_t kind) const {
  for (const Option& option : options) {
    if (option.kind == kind) return &option;
  }
  return nullptr;
}

int64_t Flow::Value(const Number& number) const {
  switch (number.base) {
    case Number::Base::kNext: return next + number.offset;
    case Number::Base::kEdge: return edge + number.offset;
    case Number::Base::kSent: return sent + number.offset;
    case Number::Base::kAcked: return acked + number.offset;
    case Number::Base::kMine: return mine + number.offset;
    case Number::Base::kMss: return mss + number.offset;
    default: return number.offset;
  }
}

std::vector<Bytes> MakePackets(const SegmentLine& line, const Flow& flow, const Addresses& addresses,
                               int64_t peer_clock, const Bytes& quoted) {
  const bool v4 = addresses.peer.IsV4();
  uint8_t protocol = 6;
  size_t checksum = 16;
  Bytes body;
  if (line.kind == SegmentLine::Kind::kTcp) {
    body = MakeTcp(line, flow, peer_clock);
  } else if (line.kind == SegmentLine::Kind::kUdp) {
    body = MakeUdp(line, flow);
    protocol = 17;
    checksum = 6;
  } else {
    body = MakeIcmp(line, flow, quoted, v4);
    protocol = v4 ? 1 : 58;
    checksum = 2;
  }
  Bytes pseudo;
  if (protocol != 1) pseudo = PseudoHeader(addresses.peer, addresses.stack, protocol, body.size());
  const uint16_t sum = Sum({pseudo, body});
  Set16(body, checksum, line.bad_checksum ? sum ^ 0x0100u : sum);
  if (!line.fragments.empty()) return MakeFragments(line, addresses, protocol, body);
  return {v4 ? Ipv4(addresses, protocol, body, 0, false, 0) : Ipv6(addresses, protocol, body)};
}

Packet ReadPacket(ByteSpan bytes, Instant at) {
  Packet packet;
  packet.at = at;
  packet.bytes.assign(bytes.begin(), bytes.end());
  packet.v4 = bytes[0] >> 4 == 4;
  const size_t header = packet.v4 ? 20 : 40;
  packet.protocol = packet.v4 ? bytes[9] : bytes[6];
  const ByteSpan body = bytes.subspan(header);
  packet.fragment = packet.v4 ? (Get16(bytes, 6) & 0x3fff) != 0 : packet.protocol == 44;
  if (packet.v4 && (bytes[0] != 0x45 || Sum({bytes.first(20)}) != 0)) packet.error = "wrong IPv4 header";
  const size_t length = packet.v4 ? Get16(bytes, 2) : Get16(bytes, 4) + 40u;
  if (length != bytes.size()) packet.error = "wrong length";
  if (packet.fragment || !packet.error.empty()) return packet;
  const auto address = [&](size_t at6, size_t at4) {
    return packet.v4 ? IpAddress::FromV4Bytes(&bytes[at4]) : IpAddress::FromV6Bytes(&bytes[at6]);
  };
  Bytes pseudo;
  if (packet.protocol != 1) pseudo = PseudoHeader(address(8, 12), address(24, 16), packet.protocol, body.size());
  if (Sum({pseudo, body}) != 0) packet.error = "wrong checksum";
  if (packet.protocol == 6 || packet.protocol == 17) {
    packet.source_port = Get16(body, 0);
    packet.destination_port = Get16(body, 2);
    if (packet.protocol == 6) ReadTcp(packet, body);
    if (packet.protocol == 17) packet.payload.assign(body.begin() + 8, body.end());
  } else {
    packet.icmp_type = body[0];
    packet.icmp_code = body[1];
    packet.icmp_rest = Get32(body, 4);
  }
  return packet;
}

}  // namespace zt::netstack::script
