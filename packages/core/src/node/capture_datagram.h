// The IP and UDP headers of a datagram on the physical network, as a capture shows it. The host's sockets keep the real
// ones from us: addresses, ports and lengths are true; identification, hop limit and options are not known.
#pragma once

#include <span>

#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::node {

class OuterHeader {
 public:
  // `hop_limit` 0: unknown, the usual 64 is shown. Source and destination are of one family.
  OuterHeader(const Endpoint& source, const Endpoint& destination, ByteSpan payload, uint8_t hop_limit);

  ByteSpan bytes() const { return ByteSpan(bytes_).first(size_); }

 private:
  ByteArray<48> bytes_;  // IPv6 and UDP
  size_t size_ = 0;
};

// The host's own end of a datagram as far as it is known: sockets are bound to wildcards, and the core only knows the
// endpoints the host reported (set_local_endpoints).
class LocalEnd {
 public:
  void SetEndpoints(std::span<const Endpoint> endpoints);
  // Of the family of `remote`: the reported endpoint when there is exactly one, else the unspecified address with the
  // port they share.
  Endpoint For(const Endpoint& remote) const { return remote.ip.IsV4() ? v4_ : v6_; }

 private:
  Endpoint v4_{IpAddress::V4(0), 0};
  Endpoint v6_{IpAddress::FromV6Bytes(ByteArray<16>{}.data()), 0};
};

}  // namespace zt::node
