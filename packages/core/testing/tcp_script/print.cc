#include "testing/tcp_script/segment.h"

namespace zt::netstack::script {
namespace {

uint32_t Get32(const Bytes& in, size_t at) {
  return uint32_t{in[at]} << 24 | uint32_t{in[at + 1]} << 16 | uint32_t{in[at + 2]} << 8 | in[at + 3];
}

std::string PrintOption(const Packet::Option& option, const Flow& flow, bool from_peer) {
  const Bytes& v = option.value;
  if (option.kind == kOptMss && v.size() == 2) return "mss " + std::to_string(v[0] << 8 | v[1]);
  if (option.kind == kOptScale && v.size() == 1) return "wscale " + std::to_string(v[0]);
  if (option.kind == kOptSackOk) return "sackOK";
  if (option.kind == kOptTime && v.size() == 8) {
    const uint32_t value = Get32(v, 0), echo = Get32(v, 4);
    const uint32_t stack = (from_peer ? echo : value) - flow.time_base, peer = from_peer ? value : echo;
    return from_peer ? "TS val " + std::to_string(peer) + " ecr " + std::to_string(static_cast<int32_t>(stack))
                     : "TS val " + std::to_string(static_cast<int32_t>(stack)) + " ecr " + std::to_string(peer);
  }
  if (option.kind == kOptSack && v.size() % 8 == 0) {
    std::string out = "sack";
    for (size_t at = 0; at < v.size(); at += 8) {
      const uint32_t l = Get32(v, at), r = Get32(v, at + 4);
      out += " " + std::to_string(from_peer ? flow.FromStack(l) : flow.FromPeer(l)) + ":" +
             std::to_string(from_peer ? flow.FromStack(r) : flow.FromPeer(r));
    }
    return out;
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto hex = [](unsigned byte) { return std::string{kDigits[byte >> 4], kDigits[byte & 15]}; };
  std::string out = "hex " + hex(option.kind) + " " + hex(static_cast<unsigned>(v.size() + 2));
  for (uint8_t byte : v) out += " " + hex(byte);
  return out;
}

}  // namespace

std::string PrintFlags(uint8_t flags) {
  if (flags == 0) return "-";
  std::string out;
  for (size_t i = 0; i < 8; ++i) {
    if ((flags >> i & 1) != 0) out += "FSRP.UEW"[i];
  }
  return out;
}

std::string Print(const Packet& packet, const Flow& flow, bool from_peer) {
  const std::string arrow = from_peer ? "> " : "< ";
  const std::string error = packet.error.empty() ? "" : "  (" + packet.error + ")";
  if (packet.fragment) return arrow + "fragment of " + std::to_string(packet.bytes.size()) + " bytes" + error;
  if (packet.protocol == 17) return arrow + "udp " + std::to_string(packet.payload.size()) + error;
  if (packet.protocol == 1 || packet.protocol == 58) {
    return arrow + "icmp " + NameOfIcmp(packet.icmp_type, packet.icmp_code, packet.v4) +
           (packet.icmp_rest == 0 ? "" : " mtu " + std::to_string(packet.icmp_rest)) + error;
  }
  if (packet.protocol != 6) return arrow + "protocol " + std::to_string(packet.protocol) + error;
  const int64_t seq = from_peer ? flow.FromPeer(packet.seq) : flow.FromStack(packet.seq);
  std::string out = arrow + PrintFlags(packet.flags) + " " + std::to_string(seq) + ":" +
                    std::to_string(seq + static_cast<int64_t>(packet.payload.size()));
  if ((packet.flags & 0x10) != 0) {
    out += " ack " + std::to_string(from_peer ? flow.FromStack(packet.ack) : flow.FromPeer(packet.ack));
  }
  out += " win " + std::to_string(packet.window);
  if ((packet.flags & 0x20) != 0) out += " urg " + std::to_string(packet.urgent);
  if (!packet.options.empty()) {
    std::string list;
    for (const auto& option : packet.options) list += (list.empty() ? "" : ",") + PrintOption(option, flow, from_peer);
    out += " <" + list + ">";
  }
  return out + error;
}

}  // namespace zt::netstack::script
