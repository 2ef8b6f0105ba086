#include "wire/verb/network_config_request.h"

#include "wire/verb/reply.h"

namespace zt::wire {

bool NetworkConfigRequest::operator==(const NetworkConfigRequest& o) const {
  return network == o.network && SameBytes(metadata, o.metadata) && revision == o.revision &&
         timestamp == o.timestamp;
}

std::optional<NetworkConfigRequest> NetworkConfigRequest::Parse(ByteSpan payload) {
  ByteReader in(payload);
  NetworkConfigRequest r;
  r.network = {in.U64()};
  r.metadata = in.Take(in.U16());
  if (!in.ok()) return std::nullopt;
  if (in.remaining() >= 16) {
    r.revision = in.U64();
    r.timestamp = in.U64();
  }
  return r;
}

void NetworkConfigRequest::SerializeTo(ByteWriter& out) const {
  out.U64(network.value);
  out.U16(static_cast<uint16_t>(metadata.size()));
  out.Put(metadata);
  out.U64(revision);
  out.U64(timestamp);
}

std::optional<OkNetworkConfigRequest> OkNetworkConfigRequest::Parse(ByteSpan payload) {
  ByteReader in(payload);
  const PacketId in_re = ReadOkHead(in, Verb::kNetworkConfigRequest);
  if (!in.ok()) return std::nullopt;
  const std::optional<ConfigChunk> chunk = ConfigChunk::Parse(in.Rest());
  if (!chunk) return std::nullopt;
  return OkNetworkConfigRequest{in_re, *chunk};
}

void OkNetworkConfigRequest::SerializeTo(ByteWriter& out) const {
  WriteOkHead(out, Verb::kNetworkConfigRequest, in_re);
  chunk.SerializeTo(out);
}

}  // namespace zt::wire
