#include "node/host_codec.h"

#include <algorithm>

#include "base/check.h"

namespace zt::node {

void HostWriter::Ip(const IpAddress& ip) {
  U8(static_cast<uint8_t>(ip.family));
  Put({ip.bytes.data(), ip.size()});
}

void HostWriter::Ep(const Endpoint& ep) {
  Ip(ep.ip);
  U16(ep.port);
}

void HostWriter::Prefix(const IpPrefix& prefix) {
  Ip(prefix.address);
  U8(prefix.bits);
}

void HostWriter::Str16(std::string_view text) {
  text = text.substr(0, 0xffff);
  Blob16({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

void HostWriter::Blob16(ByteSpan bytes) {
  ZT_CHECK(bytes.size() <= 0xffff);
  U16(static_cast<uint16_t>(bytes.size()));
  Put(bytes);
}

void HostWriter::Blob32(ByteSpan bytes) {
  ZT_CHECK(bytes.size() <= 0xffffffff);
  U32(static_cast<uint32_t>(bytes.size()));
  Put(bytes);
}

void HostWriter::Count(size_t items) {
  ZT_CHECK(items <= 0xffff);
  U16(static_cast<uint16_t>(items));
}

bool HostReader::Bool() {
  const uint8_t v = U8();
  if (v > 1) Fail();
  return v == 1;
}

IpAddress HostReader::Ip() {
  switch (U8()) {
    case 0: return {};
    case 4: {
      const ByteSpan b = Take(4);
      return b.empty() ? IpAddress{} : IpAddress::FromV4Bytes(b.data());
    }
    case 6: {
      const ByteSpan b = Take(16);
      return b.empty() ? IpAddress{} : IpAddress::FromV6Bytes(b.data());
    }
    default: Fail(); return {};
  }
}

Endpoint HostReader::Ep() {
  Endpoint ep;
  ep.ip = Ip();
  ep.port = U16();
  return ep;
}

IpPrefix HostReader::Prefix() {
  IpPrefix prefix;
  prefix.address = Ip();
  prefix.bits = U8();
  if (prefix.bits > prefix.address.size() * 8) Fail();
  return prefix;
}

std::string_view HostReader::Str16() {
  const ByteSpan b = Blob16();
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

}  // namespace zt::node
