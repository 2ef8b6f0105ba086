// Networks without a controller: the configuration follows from the network id (vl2.md §14).
#pragma once

#include <optional>

#include "wire/network_config.h"
#include "zt/time.h"

namespace zt::vl2 {

enum class AdHocOutcome : uint8_t { kConfigured, kNotFound, kUnknownForm };

struct AdHoc {
  AdHocOutcome outcome = AdHocOutcome::kUnknownForm;
  std::optional<NetworkConfig> config;  // iff kConfigured
};

AdHoc MakeAdHocConfig(NetworkId network, NodeAddress self, WallTime now);

}  // namespace zt::vl2
