// UDP with batches (recvmmsg, sendmmsg) and segmentation offload where the kernel has it (udp(7): UDP_SEGMENT,
// UDP_GRO).
#include <array>
#include <cerrno>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/datagram_groups.h"
#include "host/socket_address.h"
#include "host/udp_socket.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace zt::host {

namespace {

// Some milliseconds at the highest rates; the system may give less.
constexpr int kSocketBufferBytes = 4 << 20;

// Only a choice of the way out (ip(7)): what comes from this machine itself is received all the same.
void LeaveBy(int fd, int family, int interface_index) {
  const uint32_t index = htonl(static_cast<uint32_t>(interface_index));
  if (family == AF_INET) setsockopt(fd, IPPROTO_IP, IP_UNICAST_IF, &index, sizeof index);
  else setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_IF, &index, sizeof index);
}

int OpenDescriptor(const Endpoint& bind, int interface_index) {
  const int family = bind.ip.IsV4() ? AF_INET : AF_INET6;
  const int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  const int on = 1, bytes = kSocketBufferBytes;
  // Best effort: without them the socket works, only slower.
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on);
  if (interface_index != 0) LeaveBy(fd, family, interface_index);
  sockaddr_storage address;
  const socklen_t length = ToSocketAddress(bind, address);
  const bool v6_only = family == AF_INET || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0;
  if (v6_only && ::bind(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

// The size of the datagrams a received message holds, or 0 when it is one.
size_t SegmentSize(msghdr& header) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(c), sizeof size);
    return size > 0 ? static_cast<size_t>(size) : 0;
  }
  return 0;
}

struct alignas(cmsghdr) ControlBytes {
  std::array<char, CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(uint16_t))> bytes;
};

template <typename T>
void AddControl(msghdr& header, int level, int type, T value) {
  auto* at = reinterpret_cast<cmsghdr*>(static_cast<char*>(header.msg_control) + header.msg_controllen);
  at->cmsg_level = level;
  at->cmsg_type = type;
  at->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(at), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
}

class LinuxUdpSocket final : public UdpSocket {
 public:
  LinuxUdpSocket(int fd, const Endpoint& local) : fd_(fd), local_(local) {}
  ~LinuxUdpSocket() override { close(fd_); }

  int descriptor() const override { return fd_; }
  const Endpoint& local() const override { return local_; }
  bool Receive(ReceiveBuffers& buffers, LocalSocket via, std::vector<InboundDatagram>& out) override;
  size_t Send(std::span<const Transmit> batch) override;

 private:
  static constexpr size_t kSendMessages = 64;  // system calls are amortised well before that

  void Fill(const DatagramGroup& group, size_t i);
  size_t AfterError(const DatagramGroup& group);

  int fd_;
  Endpoint local_;
  bool offload_ = true;  // until the kernel or the device refuses it
  std::array<mmsghdr, kSendMessages> headers_;
  std::array<iovec, kSendMessages> pieces_;
  std::array<sockaddr_storage, kSendMessages> addresses_;
  std::array<ControlBytes, kSendMessages> controls_;
};

bool LinuxUdpSocket::Receive(ReceiveBuffers& buffers, LocalSocket via, std::vector<InboundDatagram>& out) {
  constexpr size_t kCount = ReceiveBuffers::kMessages;
  std::array<mmsghdr, kCount> headers{};
  for (size_t i = 0; i < kCount; ++i) {
    pieces_[i] = {buffers.message(i), ReceiveBuffers::kMessageBytes};
    msghdr& h = headers[i].msg_hdr;
    h.msg_name = &addresses_[i];
    h.msg_namelen = sizeof addresses_[i];
    h.msg_iov = &pieces_[i];
    h.msg_iovlen = 1;
    h.msg_control = controls_[i].bytes.data();
    h.msg_controllen = controls_[i].bytes.size();
  }
  const int count = recvmmsg(fd_, headers.data(), kCount, 0, nullptr);
  for (int n = 0; n < count; ++n) {  // -1: nothing there, or an error of an earlier send, which means nothing here
    const auto i = static_cast<size_t>(n);
    const size_t size = headers[i].msg_len;
    const size_t segment = SegmentSize(headers[i].msg_hdr);
    const Endpoint from = FromSocketAddress(addresses_[i]);
    const size_t step = segment != 0 ? segment : size;
    for (size_t at = 0; at < size; at += step) {
      out.push_back({{buffers.message(i) + at, std::min(step, size - at)}, from, via});
    }
  }
  return count == static_cast<int>(kCount);
}

void LinuxUdpSocket::Fill(const DatagramGroup& group, size_t i) {
  pieces_[i] = {const_cast<uint8_t*>(group.bytes.data()), group.bytes.size()};
  headers_[i] = {};
  msghdr& h = headers_[i].msg_hdr;
  h.msg_name = &addresses_[i];
  h.msg_namelen = ToSocketAddress(group.to, addresses_[i]);
  h.msg_iov = &pieces_[i];
  h.msg_iovlen = 1;
  h.msg_control = controls_[i].bytes.data();
  if (group.ttl != 0) {
    const bool v4 = local_.ip.IsV4();
    AddControl(h, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TTL : IPV6_HOPLIMIT, static_cast<int>(group.ttl));
  }
  if (group.count > 1) AddControl(h, IPPROTO_UDP, UDP_SEGMENT, static_cast<uint16_t>(group.segment));
  if (h.msg_controllen == 0) h.msg_control = nullptr;
}

size_t LinuxUdpSocket::AfterError(const DatagramGroup& group) {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
  if (group.count > 1) {
    offload_ = false;  // try again one by one: the device cannot checksum, or a segment is larger than its MTU
    return 0;
  }
  return 1;  // unreachable, forbidden, too big: VL1 sees a lost datagram
}

size_t LinuxUdpSocket::Send(std::span<const Transmit> batch) {
  size_t done = 0;
  while (done < batch.size()) {
    std::array<DatagramGroup, kSendMessages> groups;
    const size_t count = GroupDatagrams(batch.subspan(done), offload_, groups);
    for (size_t i = 0; i < count; ++i) Fill(groups[i], i);
    const int sent = sendmmsg(fd_, headers_.data(), static_cast<unsigned>(count), 0);
    if (sent > 0) {
      for (int i = 0; i < sent; ++i) done += groups[static_cast<size_t>(i)].count;
      continue;
    }
    const bool had_offload = offload_;
    const size_t skipped = AfterError(groups[0]);
    if (skipped == 0 && had_offload == offload_ && errno != EINTR) return done;
    done += skipped;
  }
  return done;
}

}  // namespace

std::unique_ptr<UdpSocket> UdpSocket::Open(const Endpoint& bind, int interface_index) {
  const int fd = OpenDescriptor(bind, interface_index);
  if (fd < 0) return nullptr;
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    close(fd);
    return nullptr;
  }
  return std::make_unique<LinuxUdpSocket>(fd, FromSocketAddress(address));
}

}  // namespace zt::host
