#include "wire/verb/whois.h"

#include "wire/verb/reply.h"

namespace zt::wire {

namespace {
constexpr size_t kAddressSize = 5;
}

std::optional<Whois> Whois::Parse(ByteSpan payload) {
  ByteReader in(payload);
  Whois w;
  while (in.remaining() >= kAddressSize) w.addresses.push_back(in.Address());
  if (w.addresses.empty()) return std::nullopt;
  return w;
}

void Whois::SerializeTo(ByteWriter& out) const {
  for (NodeAddress address : addresses) out.Address(address);
}

std::optional<OkWhois> OkWhois::Parse(ByteSpan payload) {
  ByteReader in(payload);
  OkWhois ok;
  ok.in_re = ReadOkHead(in, Verb::kWhois);
  if (!in.ok()) return std::nullopt;
  while (!in.AtEnd()) {
    const std::optional<Identity> identity = Identity::Parse(in);
    if (!identity) break;
    ok.identities.push_back(*identity);
  }
  if (ok.identities.empty()) return std::nullopt;
  return ok;
}

void OkWhois::SerializeTo(ByteWriter& out) const {
  WriteOkHead(out, Verb::kWhois, in_re);
  for (const Identity& identity : identities) identity.SerializeTo(out);
}

}  // namespace zt::wire
