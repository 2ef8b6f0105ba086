// Endpoints as the socket interface wants them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "zt/inet.h"

namespace zt::host {

// Fills `out` and returns its length.
inline socklen_t ToSocketAddress(const Endpoint& endpoint, sockaddr_storage& out) {
  if (endpoint.ip.IsV4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.ip.bytes.data(), 4);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  std::memcpy(&v6.sin6_addr, endpoint.ip.bytes.data(), 16);
  return sizeof v6;
}

inline Endpoint FromSocketAddress(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return {IpAddress::FromV4Bytes(reinterpret_cast<const uint8_t*>(&v4.sin_addr)), ntohs(v4.sin_port)};
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  return {IpAddress::FromV6Bytes(reinterpret_cast<const uint8_t*>(&v6.sin6_addr)), ntohs(v6.sin6_port)};
}

}  // namespace zt::host
