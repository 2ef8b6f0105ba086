#include "wire/derived_address.h"

namespace zt {

namespace {

// Locally administered, unicast, never 0x52 (vl2.md §2.2).
uint64_t FirstOctet(NetworkId network) {
  const uint64_t a = (network.value & 0xfe) | 0x02;
  return a == 0x52 ? 0x32 : a;
}

// Bytes 1..5 of the MAC are the address under this mask: network id bytes 8, 16, 24, 32, 40 bits up.
uint64_t AddressMask(NetworkId network) {
  uint64_t mask = 0;
  for (int shift = 8; shift <= 40; shift += 8) mask = mask << 8 | (network.value >> shift & 0xff);
  return mask;
}

void Put(std::array<uint8_t, 16>& out, size_t at, uint64_t value, size_t n) {
  for (size_t i = 0; i < n; ++i) out[at + i] = static_cast<uint8_t>(value >> (8 * (n - 1 - i)));
}

}  // namespace

Mac DeriveMac(NodeAddress address, NetworkId network) {
  return {FirstOctet(network) << 40 | (address.value ^ AddressMask(network))};
}

NodeAddress DeriveAddress(Mac mac, NetworkId network) {
  return {(mac.value & 0xffffffffffULL) ^ AddressMask(network)};
}

bool IsInNetworkMac(Mac mac, NetworkId network) { return mac.value >> 40 == FirstOctet(network); }

IpPrefix DeriveRfc4193(NodeAddress address, NetworkId network) {
  std::array<uint8_t, 16> ip{};
  ip[0] = 0xfd;
  Put(ip, 1, network.value, 8);
  Put(ip, 9, 0x9993, 2);
  Put(ip, 11, address.value, 5);
  return {IpAddress::FromV6Bytes(ip.data()), 88};
}

IpPrefix DeriveSixPlane(NodeAddress address, NetworkId network) {
  std::array<uint8_t, 16> ip{};
  ip[0] = 0xfc;
  Put(ip, 1, network.value ^ network.value >> 32, 4);
  Put(ip, 5, address.value, 5);
  ip[15] = 1;
  return {IpAddress::FromV6Bytes(ip.data()), 40};
}

IpPrefix DeriveLinkLocal(Mac mac) {
  std::array<uint8_t, 16> ip{};
  ip[0] = 0xfe;
  ip[1] = 0x80;
  // The bit is cleared, not toggled; the same for in-network MACs (vl2.md §2.3).
  Put(ip, 8, mac.value >> 24 & 0xfdffff, 3);
  Put(ip, 11, 0xfffe, 2);
  Put(ip, 13, mac.value & 0xffffff, 3);
  return {IpAddress::FromV6Bytes(ip.data()), 64};
}

}  // namespace zt
