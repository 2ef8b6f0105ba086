#include "wire/world.h"

#include "base/check.h"
#include "wire/inet_address.h"
#include "wire/limits.h"

namespace zt {

namespace {

bool IsWorldType(uint8_t type) {
  return type == static_cast<uint8_t>(WorldType::kNull) || type == static_cast<uint8_t>(WorldType::kPlanet) ||
         type == static_cast<uint8_t>(WorldType::kMoon);
}

std::optional<WorldRoot> ParseRoot(ByteReader& in) {
  std::optional<Identity> identity = Identity::Parse(in);
  if (!identity) return std::nullopt;
  WorldRoot root{*identity, {}};
  const uint8_t endpoints = in.U8();
  if (endpoints > limits::kMaxRootEndpoints) return std::nullopt;  // vl1.md §6.1
  for (uint8_t i = 0; i < endpoints && in.ok(); ++i) root.endpoints.push_back(wire::ReadEndpoint(in));
  if (!in.ok()) return std::nullopt;
  return root;
}

void WriteHead(ByteWriter& out, const World& w) {
  out.U8(static_cast<uint8_t>(w.type));
  out.U64(w.id);
  out.U64(w.timestamp);
  out.Put(w.next_key);
}

void WriteRoots(ByteWriter& out, const World& w) {
  out.U8(static_cast<uint8_t>(w.roots.size()));
  for (const WorldRoot& root : w.roots) {
    root.identity.SerializeTo(out);
    out.U8(static_cast<uint8_t>(root.endpoints.size()));
    for (const Endpoint& e : root.endpoints) wire::WriteEndpoint(out, e);
  }
  if (w.type == WorldType::kMoon) out.U16(0);  // no additional data
}

}  // namespace

bool World::HasRoot(NodeAddress address) const {
  for (const WorldRoot& root : roots) {
    if (root.identity.address == address) return true;
  }
  return false;
}

std::optional<World> World::Parse(ByteReader& in) {
  World w;
  const uint8_t type = in.U8();
  if (!in.ok() || !IsWorldType(type)) return std::nullopt;
  w.type = static_cast<WorldType>(type);
  w.id = in.U64();
  w.timestamp = in.U64();
  w.next_key = in.Array<kPublicKeySize>();
  w.signature = in.Array<kSignatureSize>();
  const uint8_t roots = in.U8();
  if (!in.ok() || roots > limits::kMaxWorldRoots) return std::nullopt;  // vl1.md §6.1
  for (uint8_t i = 0; i < roots; ++i) {
    std::optional<WorldRoot> root = ParseRoot(in);
    if (!root) return std::nullopt;
    w.roots.push_back(std::move(*root));
  }
  if (w.type == WorldType::kMoon) in.Skip(in.U16());
  if (!in.ok()) return std::nullopt;
  return w;
}

std::optional<World> World::Parse(ByteSpan file) {
  ByteReader in(file);
  return Parse(in);
}

std::optional<std::vector<World>> World::ParseAll(ByteSpan section) {
  ByteReader in(section);
  std::vector<World> worlds;
  while (!in.AtEnd()) {
    std::optional<World> w = Parse(in);
    if (!w) return std::nullopt;
    worlds.push_back(std::move(*w));
  }
  return worlds;
}

void World::SerializeTo(ByteWriter& out) const {
  WriteHead(out, *this);
  out.Put(signature);
  WriteRoots(out, *this);
}

Bytes World::Serialize() const {
  Bytes buffer(limits::kMaxWorldSize);
  ByteWriter out(buffer);
  SerializeTo(out);
  ZT_CHECK(out.ok());  // within the limits a world takes at most 2900 bytes
  buffer.resize(out.size());
  return buffer;
}

Bytes World::SignedMessage() const {
  Bytes buffer(limits::kMaxWorldSize);
  ByteWriter out(buffer);
  // vl1.md §6.2: worlds end with f7, unlike credentials (vl2.md §7.1).
  out.U64(0x7f7f7f7f7f7f7f7fULL);
  WriteHead(out, *this);
  WriteRoots(out, *this);
  out.U64(0xf7f7f7f7f7f7f7f7ULL);
  ZT_CHECK(out.ok());
  buffer.resize(out.size());
  return buffer;
}

bool World::Verify(ByteSpan public_key64) const {
  return VerifySignature(public_key64, SignedMessage(), signature);
}

void World::Sign(ByteSpan public_key64, ByteSpan private_key64) {
  signature = SignWithKeyPair(public_key64, private_key64, SignedMessage());
}

bool World::Supersedes(const World& current) const {
  if (type == WorldType::kNull) return false;
  if (current.IsNull()) return true;  // the first copy is believed, vl1.md §6.3
  return id == current.id && type == current.type && timestamp > current.timestamp && Verify(current.next_key);
}

}  // namespace zt
