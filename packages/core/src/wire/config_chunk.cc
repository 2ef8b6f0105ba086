#include "wire/config_chunk.h"

#include "base/byte_reader.h"
#include "base/check.h"
#include "wire/limits.h"
#include "wire/verb/reply.h"

namespace zt {

namespace {
constexpr uint8_t kEd25519 = 1;
}

bool ConfigChunk::operator==(const ConfigChunk& o) const {
  return network == o.network && wire::SameBytes(data, o.data) && is_legacy == o.is_legacy && flags == o.flags &&
         update_id == o.update_id && total_length == o.total_length && position == o.position &&
         signature == o.signature;
}

std::optional<ConfigChunk> ConfigChunk::Parse(ByteSpan body) {
  ByteReader in(body);
  ConfigChunk c;
  c.raw = body;
  c.network = {in.U64()};
  c.data = in.Take(in.U16());
  if (!in.ok()) return std::nullopt;
  if (in.AtEnd()) {
    c.is_legacy = true;
    return c;
  }
  c.flags = in.U8();
  c.update_id = in.U64();
  c.total_length = in.U32();
  c.position = in.U32();
  c.signed_message = body.first(in.position());
  const uint8_t type = in.U8();
  const uint16_t length = in.U16();
  if (!in.ok() || type != kEd25519 || length != kSignatureSize) return std::nullopt;
  c.signature = in.Array<kSignatureSize>();
  if (!in.ok()) return std::nullopt;
  if (c.total_length > limits::kMaxConfigDictionary) return std::nullopt;
  if (c.data.size() + static_cast<uint64_t>(c.position) > c.total_length) return std::nullopt;
  return c;
}

void ConfigChunk::WriteSignedPart(ByteWriter& out) const {
  out.U64(network.value);
  out.U16(static_cast<uint16_t>(data.size()));
  out.Put(data);
  if (is_legacy) return;
  out.U8(flags);
  out.U64(update_id);
  out.U32(total_length);
  out.U32(position);
}

void ConfigChunk::SerializeTo(ByteWriter& out) const {
  WriteSignedPart(out);
  if (is_legacy) return;
  out.U8(kEd25519);
  out.U16(kSignatureSize);
  out.Put(signature);
}

void ConfigChunk::SerializeSigned(ByteWriter& out, const SecretIdentity& controller) const {
  ZT_CHECK(!is_legacy);
  const size_t start = out.size();
  WriteSignedPart(out);
  if (!out.ok()) return;
  const Signature s = controller.Sign(ByteSpan(out.written()).subspan(start));
  out.U8(kEd25519);
  out.U16(kSignatureSize);
  out.Put(s);
}

bool ConfigChunk::Verify(const Identity& controller) const {
  ZT_CHECK(!is_legacy);
  return controller.address == network.Controller() && controller.Verify(signed_message, signature);
}

uint64_t ConfigChunk::DuplicateKey() const {
  ByteReader in(signature);
  const uint64_t first = in.U64();
  return first ^ in.U64();
}

}  // namespace zt
