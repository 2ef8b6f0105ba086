// The controller's signing side: a decision becomes a configuration with credentials, and that becomes signed chunks
// (controller.md §4, §6.1).
#pragma once

#include <optional>
#include <vector>

#include "vl2/vl2.h"
#include "wire/secret_identity.h"

namespace zt::vl2 {

// Nothing when the decision is not ours to take (another controller's network), or breaks a limit of vl2.md §17.
std::optional<NetworkConfig> IssueConfig(const SecretIdentity& controller, const Identity& member,
                                         const IssuedConfig& issued);

// The signed chunks of a dictionary, each serialized from the network id on (vl2.md §5.3). `update_id` is not 0.
std::vector<Bytes> CutConfig(const SecretIdentity& controller, NetworkId network, ByteSpan dictionary,
                             uint64_t update_id);

}  // namespace zt::vl2
