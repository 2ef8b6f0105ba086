#include "wire/verb/error.h"

#include "base/byte_reader.h"
#include "wire/dictionary.h"
#include "wire/limits.h"
#include "wire/verb/reply.h"

namespace zt::wire {

bool Error::operator==(const Error& o) const {
  return in_re_verb == o.in_re_verb && in_re == o.in_re && code == o.code && SameBytes(data, o.data);
}

std::optional<Error> Error::Parse(ByteSpan payload) {
  ByteReader in(payload);
  Error e;
  e.in_re_verb = static_cast<Verb>(in.U8());
  e.in_re = {in.U64()};
  e.code = static_cast<WireError>(in.U8());
  e.data = in.Rest();
  if (!in.ok()) return std::nullopt;
  return e;
}

void Error::SerializeTo(ByteWriter& out) const {
  out.U8(static_cast<uint8_t>(in_re_verb));
  out.U64(in_re.value);
  out.U8(static_cast<uint8_t>(code));
  out.Put(data);
}

std::optional<NetworkId> Error::Network() const {
  ByteReader in(data);
  const NetworkId network{in.U64()};
  if (!in.ok()) return std::nullopt;
  return network;
}

void WriteNetworkError(ByteWriter& out, Verb in_re_verb, PacketId in_re, WireError code, NetworkId network) {
  Error{in_re_verb, in_re, code, {}}.SerializeTo(out);
  out.U64(network.value);
}

std::optional<UnwantedMulticast> UnwantedMulticast::Parse(ByteSpan error_data) {
  ByteReader in(error_data);
  UnwantedMulticast u;
  u.network = {in.U64()};
  u.mac = in.MacAddress();
  u.adi = in.U32();
  if (!in.ok()) return std::nullopt;
  return u;
}

std::optional<AuthenticationRequired> AuthenticationRequired::Parse(ByteSpan error_data) {
  ByteReader in(error_data);
  AuthenticationRequired a;
  a.network = {in.U64()};
  if (!in.ok()) return std::nullopt;
  if (in.remaining() <= 2) return a;  // set with an empty URL, vl2.md §5.7
  const ByteSpan dictionary = in.Take(in.U16());
  if (!in.ok() || dictionary.size() > limits::kMaxErrorDictionary) return std::nullopt;
  const DictionaryReader fields(dictionary);
  constexpr size_t kMaxUrl = 2047, kMaxNonce = 127, kMaxState = 255, kMaxClientId = 255, kMaxProvider = 63;
  a.version = fields.U64("aV");
  if (a.version == 0) {
    if (!fields.Has("aU")) return std::nullopt;
    a.url = fields.Text("aU", kMaxUrl);
  } else if (a.version == 1) {
    a.url = fields.Text("iU", kMaxUrl);
    a.central_endpoint = fields.Text("aCU", kMaxUrl);
    a.nonce = fields.Text("aN", kMaxNonce);
    a.state = fields.Text("aS", kMaxState);
    a.client_id = fields.Text("aCID", kMaxClientId);
    a.provider = fields.Text("aSSOp", kMaxProvider, "default");
  }
  return a;
}

}  // namespace zt::wire
