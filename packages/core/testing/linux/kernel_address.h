// Endpoints and errors between the core's types and the kernel's.
#pragma once

#include <netinet/in.h>

#include "zt/generated/enums.h"
#include "zt/inet.h"

namespace zt::linux_lab {

struct KernelAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

KernelAddress ToKernel(const Endpoint& endpoint);
// IPv4-mapped addresses become IPv4.
Endpoint FromKernel(const KernelAddress& address);
Endpoint LocalOf(int fd);
Status StatusOf(int error_number);

}  // namespace zt::linux_lab
