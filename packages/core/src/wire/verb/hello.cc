#include "wire/verb/hello.h"

#include "wire/inet_address.h"

namespace zt::wire {

namespace {
constexpr uint8_t kMoonType = 127;
constexpr size_t kWorldVersionSize = 16;
}  // namespace

std::optional<Hello> Hello::Parse(ByteSpan payload) {
  ByteReader in(payload);
  Hello h;
  h.protocol = in.U8();
  h.major = in.U8();
  h.minor = in.U8();
  h.revision = in.U16();
  h.timestamp = in.U64();
  const std::optional<Identity> identity = Identity::Parse(in);
  if (!identity) return std::nullopt;
  h.identity = *identity;
  if (!in.AtEnd()) {
    h.sent_to = ReadEndpoint(in);
    if (!in.ok()) return std::nullopt;
  }
  if (in.remaining() >= kWorldVersionSize) {
    const uint64_t id = in.U64();
    h.planet = WorldVersion{id, in.U64()};
  }
  h.tail_offset = in.position();
  return h;
}

void Hello::SerializeTo(ByteWriter& out) const {
  out.U8(protocol);
  out.U8(major);
  out.U8(minor);
  out.U16(revision);
  out.U64(timestamp);
  identity.SerializeTo(out);
  if (!sent_to) return;
  WriteEndpoint(out, *sent_to);
  if (!planet) return;
  out.U64(planet->id);
  out.U64(planet->timestamp);
}

std::optional<HelloTail> HelloTail::Parse(ByteSpan tail) {
  HelloTail t;
  if (tail.size() < 2) return t;
  ByteReader in(tail);
  for (uint16_t left = in.U16(); left > 0 && in.ok(); --left) {
    const uint8_t type = in.U8();
    const uint64_t id = in.U64();
    const uint64_t timestamp = in.U64();
    if (type == kMoonType) t.moons.push_back({id, timestamp});
  }
  if (!in.ok()) return std::nullopt;
  return t;
}

void HelloTail::SerializeTo(ByteWriter& out) const {
  out.U16(static_cast<uint16_t>(moons.size()));
  for (const WorldVersion& moon : moons) {
    out.U8(kMoonType);
    out.U64(moon.id);
    out.U64(moon.timestamp);
  }
}

}  // namespace zt::wire
