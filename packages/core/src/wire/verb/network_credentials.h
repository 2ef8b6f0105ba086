// NETWORK_CREDENTIALS: credentials of any members and networks (vl2.md §8.3).
#pragma once

#include <optional>
#include <vector>

#include "wire/credential/capability.h"
#include "wire/credential/membership.h"
#include "wire/credential/ownership.h"
#include "wire/credential/revocation.h"
#include "wire/credential/tag.h"

namespace zt::wire {

struct NetworkCredentials {
  std::vector<CertificateOfMembership> coms;
  std::vector<Capability> capabilities;
  std::vector<Tag> tags;
  std::vector<Revocation> revocations;
  std::vector<CertificateOfOwnership> ownerships;
  bool truncated = false;  // something broken ended the reading; the objects before it stay (vl2.md §1)

  bool operator==(const NetworkCredentials&) const = default;
  // The packet may end after the COM list or after any later list. Nothing if not even one object is whole.
  static std::optional<NetworkCredentials> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
