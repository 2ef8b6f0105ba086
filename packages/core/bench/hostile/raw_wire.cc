#include "bench/hostile/raw_wire.h"

#include <arpa/inet.h>
#include <chrono>
#include <cstring>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <unistd.h>

#include "wire/limits.h"
#include "wire/packet_header.h"

namespace zt::hostile {
namespace {

constexpr size_t kIpHeader = sizeof(iphdr), kUdpHeader = sizeof(udphdr);

// What one message on the loopback holds: segmentation offload leaves datagrams together that are as large as they may
// be, so it is cut there, and a piece that names no destination of ours was cut wrongly.
void Show(sim::Attacker& attacker, const Endpoint& from, ByteSpan data, NodeAddress address) {
  for (size_t at = 0; at < data.size(); at += limits::kDefaultPhysicalMtu) {
    const ByteSpan piece = data.subspan(at, std::min(limits::kDefaultPhysicalMtu, data.size() - at));
    if (piece.size() < wire::kHeaderSize) continue;
    if (wire::PacketView(piece).destination() == address) attacker.Overhear(from, piece);
  }
}

}  // namespace

size_t Overhear(sim::Attacker& attacker, const Endpoint& victim, NodeAddress address, size_t count, int seconds) {
  const int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
  if (fd < 0) return 0;
  sockaddr_ll link{};
  link.sll_family = AF_PACKET;
  link.sll_protocol = htons(ETH_P_IP);
  link.sll_ifindex = static_cast<int>(if_nametoindex("lo"));
  const timeval patience{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  size_t heard = 0;
  Bytes buffer(65536);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  if (bind(fd, reinterpret_cast<sockaddr*>(&link), sizeof link) != 0) heard = count;
  while (heard < count && std::chrono::steady_clock::now() < end) {
    const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
    if (got < static_cast<ssize_t>(kIpHeader + kUdpHeader) || buffer[9] != IPPROTO_UDP || buffer[0] != 0x45) continue;
    ByteReader udp(ByteSpan(buffer).subspan(kIpHeader));
    const uint16_t source = udp.U16();
    if (udp.U16() != victim.port || IpAddress::FromV4Bytes(&buffer[16]) != victim.ip) continue;
    const auto size = static_cast<size_t>(got);
    Show(attacker, {IpAddress::FromV4Bytes(&buffer[12]), source},
         ByteSpan(buffer).subspan(kIpHeader + kUdpHeader, size - kIpHeader - kUdpHeader), address);
    ++heard;
  }
  close(fd);
  return attacker.ready() ? heard : 0;
}

Bytes Framed(const sim::Attacker::Shot& shot, const Endpoint& to) {
  Bytes out(kIpHeader + kUdpHeader + shot.bytes.size());
  iphdr ip{};
  ip.version = 4;
  ip.ihl = 5;
  ip.ttl = 64;
  ip.protocol = IPPROTO_UDP;
  ip.saddr = htonl(shot.from.ip.V4());
  ip.daddr = htonl(to.ip.V4());
  udphdr udp{};
  udp.source = htons(shot.from.port);
  udp.dest = htons(to.port);
  udp.len = htons(static_cast<uint16_t>(kUdpHeader + shot.bytes.size()));
  std::memcpy(out.data(), &ip, sizeof ip);
  std::memcpy(out.data() + kIpHeader, &udp, sizeof udp);
  std::copy(shot.bytes.begin(), shot.bytes.end(), out.begin() + kIpHeader + kUdpHeader);
  return out;
}

RawSender::RawSender() : fd_(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)) {
  const int bytes = 4 << 20;
  if (fd_ >= 0) setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

RawSender::~RawSender() {
  if (fd_ >= 0) close(fd_);
}

size_t RawSender::Send(std::span<Bytes* const> packets) {
  for (size_t i = 0; i < packets.size(); ++i) {
    Bytes& packet = *packets[i];
    addresses_[i] = {};
    addresses_[i].sin_family = AF_INET;
    std::memcpy(&addresses_[i].sin_addr, &packet[16], 4);
    pieces_[i] = {packet.data(), packet.size()};
    msghdr& h = headers_[i].msg_hdr;
    h.msg_name = &addresses_[i];
    h.msg_namelen = sizeof addresses_[i];
    h.msg_iov = &pieces_[i];
    h.msg_iovlen = 1;
  }
  const int sent = sendmmsg(fd_, headers_.data(), static_cast<unsigned>(packets.size()), 0);
  return sent > 0 ? static_cast<size_t>(sent) : 0;
}

}  // namespace zt::hostile
