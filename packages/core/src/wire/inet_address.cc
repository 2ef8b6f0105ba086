#include "wire/inet_address.h"

namespace zt::wire {

namespace {

constexpr uint8_t kNone = 0x00;
constexpr uint8_t kEthernet = 0x01;
constexpr uint8_t kBluetooth = 0x02;
constexpr uint8_t kOther = 0x03;
constexpr uint8_t kIpv4 = 0x04;
constexpr uint8_t kIpv6 = 0x06;

}  // namespace

Endpoint ReadEndpoint(ByteReader& in) {
  Endpoint out;
  switch (in.U8()) {
    case kNone: break;
    case kEthernet:
    case kBluetooth: in.Skip(6); break;
    case kOther: in.Skip(in.U16()); break;
    case kIpv4: {
      const auto ip = in.Array<4>();
      out = {IpAddress::FromV4Bytes(ip.data()), in.U16()};
      break;
    }
    case kIpv6: {
      const auto ip = in.Array<16>();
      out = {IpAddress::FromV6Bytes(ip.data()), in.U16()};
      break;
    }
    default: in.Fail();
  }
  return in.ok() ? out : Endpoint{};
}

void WriteEndpoint(ByteWriter& out, const Endpoint& endpoint) {
  if (endpoint.IsNone()) {
    out.U8(kNone);
    return;
  }
  out.U8(endpoint.ip.IsV4() ? kIpv4 : kIpv6);
  out.Put(ByteSpan(endpoint.ip.bytes).first(endpoint.ip.size()));
  out.U16(endpoint.port);
}

size_t EndpointSize(const Endpoint& endpoint) {
  return endpoint.IsNone() ? 1 : 1 + endpoint.ip.size() + 2;
}

IpPrefix ReadPrefix(ByteReader& in) {
  const Endpoint e = ReadEndpoint(in);
  if (e.port > 8 * e.ip.size()) {
    in.Fail();
    return {};
  }
  return {e.ip, static_cast<uint8_t>(e.port)};
}

void WritePrefix(ByteWriter& out, const IpPrefix& prefix) {
  WriteEndpoint(out, {prefix.address, prefix.bits});
}

}  // namespace zt::wire
