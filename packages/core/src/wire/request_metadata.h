// What a node says about itself when it asks for a configuration (vl2.md §5.1).
#pragma once

#include <optional>
#include <string>

#include "wire/limits.h"
#include "zt/bytes.h"

namespace zt {

struct RequestMetadata {
  uint64_t config_version = limits::kConfigVersion;
  uint64_t vendor = 1;
  uint64_t protocol_version = limits::kProtocolVersion;
  uint64_t major = limits::kSoftwareMajor;
  uint64_t minor = limits::kSoftwareMinor;
  uint64_t revision = limits::kSoftwareRevision;
  uint64_t max_rules = limits::kMaxRules;
  uint64_t max_capabilities = limits::kMaxCapabilities;
  uint64_t max_capability_rules = limits::kMaxRulesPerCapability;
  uint64_t max_tags = limits::kMaxTags;
  uint64_t flags = 0;
  uint64_t rules_engine = 1;  // >= 1, else a controller sends an accept-all rule only
  std::string platform;       // "linux/x86_64"; absent when empty
  std::string join_credential;  // "token:<token>"; absent when empty

  bool operator==(const RequestMetadata&) const = default;
  // Total: missing keys read as 0 or empty, unknown ones are ignored.
  static RequestMetadata Parse(ByteSpan dictionary);
  // Emission order of vl2.md §5.1. Nothing beyond limits::kMaxMetadata.
  std::optional<Bytes> Serialize() const;
};

}  // namespace zt
