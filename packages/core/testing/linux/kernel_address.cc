#include "testing/linux/kernel_address.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace zt::linux_lab {

KernelAddress ToKernel(const Endpoint& endpoint) {
  KernelAddress out;
  if (endpoint.ip.IsV4()) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    std::memcpy(&v4->sin_addr, endpoint.ip.bytes.data(), 4);
    out.size = sizeof *v4;
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    std::memcpy(&v6->sin6_addr, endpoint.ip.bytes.data(), 16);
    out.size = sizeof *v6;
  }
  return out;
}

Endpoint FromKernel(const KernelAddress& address) {
  if (address.storage.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
    return {IpAddress::FromV4Bytes(reinterpret_cast<const uint8_t*>(&v4->sin_addr)), ntohs(v4->sin_port)};
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  const auto* bytes = reinterpret_cast<const uint8_t*>(&v6->sin6_addr);
  if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) return {IpAddress::FromV4Bytes(bytes + 12), ntohs(v6->sin6_port)};
  return {IpAddress::FromV6Bytes(bytes), ntohs(v6->sin6_port)};
}

Endpoint LocalOf(int fd) {
  KernelAddress address;
  getsockname(fd, address.raw(), &address.size);
  return FromKernel(address);
}

Status StatusOf(int error_number) {
  switch (error_number) {
    case 0: return Status::kOk;
    case EAGAIN: return Status::kWouldBlock;
    case EADDRINUSE: return Status::kAddressInUse;
    case EADDRNOTAVAIL: return Status::kAddressNotAvailable;
    case ENETUNREACH: return Status::kNetworkUnreachable;
    case EHOSTUNREACH: return Status::kHostUnreachable;
    case ECONNREFUSED: return Status::kConnectionRefused;
    case ECONNRESET: return Status::kConnectionReset;
    case ECONNABORTED: return Status::kConnectionAborted;
    case ETIMEDOUT: return Status::kTimedOut;
    case ENOTCONN: return Status::kNotConnected;
    case EMSGSIZE: return Status::kMessageTooBig;
    case EACCES: return Status::kAccessDenied;
    case ENETDOWN: return Status::kNetworkDown;
    case EPIPE: return Status::kBrokenPipe;
    default: return Status::kInvalidArgument;
  }
}

}  // namespace zt::linux_lab
