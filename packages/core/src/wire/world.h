// Worlds: signed lists of root nodes, the planet and moons (vl1.md §6.1-§6.3).
#pragma once

#include <optional>
#include <vector>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "wire/identity.h"
#include "zt/inet.h"

namespace zt {

enum class WorldType : uint8_t { kNull = 0, kPlanet = 1, kMoon = 127 };

struct WorldRoot {
  Identity identity;
  std::vector<Endpoint> endpoints;  // stable endpoints, at most limits::kMaxRootEndpoints
  bool operator==(const WorldRoot&) const = default;
};

struct World {
  WorldType type = WorldType::kNull;
  uint64_t id = 0;
  uint64_t timestamp = 0;               // also the revision number
  ByteArray<kPublicKeySize> next_key{};  // must sign the next update
  Signature signature{};
  std::vector<WorldRoot> roots;  // at most limits::kMaxWorldRoots

  bool operator==(const World&) const = default;
  bool IsNull() const { return type == WorldType::kNull || id == 0; }
  bool HasRoot(NodeAddress address) const;

  // One world from the reader's position; worlds follow each other without separators (vl1.md §6.1).
  static std::optional<World> Parse(ByteReader& in);
  // A file: one world from the first byte; bytes after it are ignored.
  static std::optional<World> Parse(ByteSpan file);
  // A whole section of worlds, as in OK(HELLO) (vl1.md §5.3). Nothing if any of them is malformed.
  static std::optional<std::vector<World>> ParseAll(ByteSpan section);
  void SerializeTo(ByteWriter& out) const;
  Bytes Serialize() const;

  // What the signature covers (vl1.md §6.2).
  Bytes SignedMessage() const;
  bool Verify(ByteSpan public_key64) const;
  void Sign(ByteSpan public_key64, ByteSpan private_key64);
  // True iff this world replaces `current` in its slot: `current` is null, or this is a newer definition of the same
  // world signed by the key that `current` names (vl1.md §6.3).
  bool Supersedes(const World& current) const;
};

}  // namespace zt
