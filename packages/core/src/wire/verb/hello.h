// HELLO: introduces a node, confirms a path (vl1.md §5.2).
#pragma once

#include <optional>
#include <vector>

#include "wire/identity.h"
#include "wire/limits.h"
#include "zt/inet.h"

namespace zt::wire {

// Which definition of a world a node holds; timestamp 0 = wanted only.
struct WorldVersion {
  uint64_t id = 0;
  uint64_t timestamp = 0;
  bool operator==(const WorldVersion&) const = default;
};

struct Hello {
  uint8_t protocol = limits::kProtocolVersion;
  uint8_t major = limits::kSoftwareMajor;
  uint8_t minor = limits::kSoftwareMinor;
  uint16_t revision = limits::kSoftwareRevision;
  uint64_t timestamp = 0;  // the sender's clock; opaque, echoed in OK
  Identity identity;
  // Fields below are optional on receive: old versions stop earlier.
  std::optional<Endpoint> sent_to;
  std::optional<WorldVersion> planet;
  // Where the encrypted tail starts in the payload (vl1.md §4.6); the payload's size if there is none. Set by Parse.
  size_t tail_offset = 0;

  bool operator==(const Hello&) const = default;
  static std::optional<Hello> Parse(ByteSpan payload);
  // Everything before the tail. Writing the planet needs sent_to.
  void SerializeTo(ByteWriter& out) const;
};

// The tail of HELLO, in clear: the moons a node holds or wants.
struct HelloTail {
  std::vector<WorldVersion> moons;

  bool operator==(const HelloTail&) const = default;
  // Entries of other types are skipped; fewer than 2 bytes is an empty list; a short list is malformed.
  static std::optional<HelloTail> Parse(ByteSpan tail);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
