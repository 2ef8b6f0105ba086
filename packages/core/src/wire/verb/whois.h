// WHOIS: asks for identities by address (vl1.md §5.5).
#pragma once

#include <optional>
#include <vector>

#include "base/byte_writer.h"
#include "wire/identity.h"

namespace zt::wire {

struct Whois {
  std::vector<NodeAddress> addresses;  // at least one after Parse; not checked for validity

  bool operator==(const Whois&) const = default;
  // A rest of less than 5 bytes is ignored.
  static std::optional<Whois> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

struct OkWhois {
  PacketId in_re;
  std::vector<Identity> identities;  // at least one after Parse

  bool operator==(const OkWhois&) const = default;
  // The first identity must be sound; the list ends at the first broken one.
  static std::optional<OkWhois> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
