// What VL2 needs from the layer below, and nothing more: sealed messages to node addresses, and who is known.
// Tests put a fake here; vl1_link.h is the real one.
#pragma once

#include <optional>
#include <vector>

#include "vl1/vl1.h"
#include "wire/secret_identity.h"

namespace zt::vl2 {

class Link {
 public:
  virtual ~Link() = default;
  // The packet id as it stands on the wire, or 0 when the packet waits for an identity or was dropped.
  // Sending to ourselves does nothing (vl2.md §1).
  virtual PacketId Send(const Now& now, NodeAddress to, Verb verb, vl1::Gather payload,
                        vl1::SendOptions options = {}) = 0;
  virtual const SecretIdentity& self() const = 0;
  virtual const Identity* FindIdentity(NodeAddress address) const = 0;
  virtual void RequestIdentity(const Now& now, NodeAddress address) = 0;
  virtual bool IsRoot(NodeAddress address) const = 0;
  virtual bool WeAreRoot() const = 0;
  virtual std::vector<NodeAddress> Roots() const = 0;
  virtual std::optional<NodeAddress> BestRoot(const Now& now) const = 0;
  // Latency of the best live path in ms; nothing when there is no such path.
  virtual std::optional<int> Latency(NodeAddress address) const = 0;
};

}  // namespace zt::vl2
