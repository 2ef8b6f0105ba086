#include "wire/verb/network_config_push.h"

#include "wire/verb/reply.h"

namespace zt::wire {

std::optional<NetworkConfigPush> NetworkConfigPush::Parse(ByteSpan payload) {
  const std::optional<ConfigChunk> chunk = ConfigChunk::Parse(payload);
  if (!chunk) return std::nullopt;
  return NetworkConfigPush{*chunk};
}

void NetworkConfigPush::SerializeTo(ByteWriter& out) const { chunk.SerializeTo(out); }

std::optional<OkNetworkConfigPush> OkNetworkConfigPush::Parse(ByteSpan payload) {
  ByteReader in(payload);
  OkNetworkConfigPush ok;
  ok.in_re = ReadOkHead(in, Verb::kEcho);  // vl2.md §5.5
  ok.network = {in.U64()};
  ok.update_id = in.U64();
  if (!in.ok()) return std::nullopt;
  return ok;
}

void OkNetworkConfigPush::SerializeTo(ByteWriter& out) const {
  WriteOkHead(out, Verb::kEcho, in_re);
  out.U64(network.value);
  out.U64(update_id);
}

}  // namespace zt::wire
