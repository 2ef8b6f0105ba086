#include "wire/verb/network_credentials.h"

namespace zt::wire {

namespace {

// A counted list. A packet that ends here has none of it (vl2.md §8.3).
template <typename T>
bool ReadList(ByteReader& in, std::vector<T>& out) {
  if (in.AtEnd()) return true;
  for (uint16_t left = in.U16(); left > 0; --left) {
    std::optional<T> element = T::Parse(in);
    if (!element) return false;
    out.push_back(std::move(*element));
  }
  return in.ok();
}

template <typename T>
void WriteList(ByteWriter& out, const std::vector<T>& elements) {
  out.U16(static_cast<uint16_t>(elements.size()));
  for (const T& e : elements) e.SerializeTo(out);
}

bool ReadComs(ByteReader& in, std::vector<CertificateOfMembership>& out) {
  for (;;) {
    ByteReader peek = in;
    const uint8_t first = peek.U8();
    if (!peek.ok()) return false;
    if (first == 0) {  // ends the list
      in.Skip(1);
      return true;
    }
    std::optional<CertificateOfMembership> com = CertificateOfMembership::Parse(in);
    if (!com) return false;
    out.push_back(std::move(*com));
  }
}

}  // namespace

std::optional<NetworkCredentials> NetworkCredentials::Parse(ByteSpan payload) {
  ByteReader in(payload);
  NetworkCredentials c;
  c.truncated = !ReadComs(in, c.coms) || !ReadList(in, c.capabilities) || !ReadList(in, c.tags) ||
                !ReadList(in, c.revocations) || !ReadList(in, c.ownerships);
  const bool empty = c.coms.empty() && c.capabilities.empty() && c.tags.empty() && c.revocations.empty() &&
                     c.ownerships.empty();
  if (c.truncated && empty) return std::nullopt;
  return c;
}

void NetworkCredentials::SerializeTo(ByteWriter& out) const {
  for (const CertificateOfMembership& com : coms) com.SerializeTo(out);
  out.U8(0);
  WriteList(out, capabilities);
  WriteList(out, tags);
  WriteList(out, revocations);
  WriteList(out, ownerships);
}

}  // namespace zt::wire
