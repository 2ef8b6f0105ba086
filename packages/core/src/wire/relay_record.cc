#include "wire/relay_record.h"

#include "base/check.h"
#include "wire/limits.h"

namespace zt::wire {

namespace {

constexpr uint8_t kPrefix[] = {0x17, 0x03, 0x03};  // receivers do not look at it (vl1.md §10.1)

enum RelayAddress : uint8_t { kNoAddress = 0, kV4 = 4, kV6 = 6 };

void AppendHeader(Bytes& out, size_t message) {
  out.insert(out.end(), std::begin(kPrefix), std::end(kPrefix));
  out.push_back(static_cast<uint8_t>(message >> 8));
  out.push_back(static_cast<uint8_t>(message));
}

size_t U16(ByteSpan at) { return static_cast<size_t>(at[0]) << 8 | at[1]; }

}  // namespace

void AppendRelayGreeting(Bytes& out) {
  AppendHeader(out, kRelayGreetingSize);
  out.push_back(limits::kSoftwareMajor);
  out.push_back(limits::kSoftwareMinor);
  out.push_back(static_cast<uint8_t>(limits::kSoftwareRevision >> 8));
  out.push_back(static_cast<uint8_t>(limits::kSoftwareRevision));
}

bool AppendRelayDatagram(Bytes& out, const Endpoint& to, ByteSpan datagram) {
  const size_t message = (to.ip.IsV4() ? kRelayAddressV4 : kRelayAddressV6) + datagram.size();
  if (to.ip.IsNone() || message > kRelayMaxMessage) return false;
  AppendHeader(out, message);
  out.push_back(to.ip.IsV4() ? kV4 : kV6);
  out.insert(out.end(), to.ip.bytes.begin(), to.ip.bytes.begin() + static_cast<ptrdiff_t>(to.ip.size()));
  out.push_back(static_cast<uint8_t>(to.port >> 8));
  out.push_back(static_cast<uint8_t>(to.port));
  out.insert(out.end(), datagram.begin(), datagram.end());
  return true;
}

void RelayRecordReader::Clear() {
  buffer_.clear();
  head_ = 0;
  malformed_ = false;
}

void RelayRecordReader::Append(ByteSpan bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(head_));
  head_ = 0;
  ZT_CHECK(buffer_.size() + bytes.size() <= kRelayReadBuffer);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<InboundDatagram> RelayRecordReader::Next() {
  while (!malformed_) {
    const MutableBytes rest = MutableBytes(buffer_).subspan(head_);
    if (rest.size() < kRelayRecordHeader) return std::nullopt;
    const size_t size = U16(rest.subspan(3));
    if (rest.size() - kRelayRecordHeader < size) return std::nullopt;
    head_ += kRelayRecordHeader + size;
    const MutableBytes message = rest.subspan(kRelayRecordHeader, size);
    // Keepalives and greetings; and datagrams whose source nobody knows.
    if (size == 0 || size == kRelayGreetingSize || message[0] == kNoAddress) continue;
    const bool v4 = message[0] == kV4, v6 = message[0] == kV6;
    const size_t head = v4 ? kRelayAddressV4 : kRelayAddressV6;
    if ((!v4 && !v6) || size < head) {
      malformed_ = true;
      break;
    }
    const IpAddress ip = v4 ? IpAddress::FromV4Bytes(&message[1]) : IpAddress::FromV6Bytes(&message[1]);
    const auto port = static_cast<uint16_t>(U16(message.subspan(head - 2)));
    return InboundDatagram{message.subspan(head), {ip, port}, kAllSockets};
  }
  return std::nullopt;
}

}  // namespace zt::wire
