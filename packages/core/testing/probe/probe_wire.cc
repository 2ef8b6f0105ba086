// Every decoder of the wire layer. An answer about a value is: piece (re-serialized), piece (signed message, may be
// empty), then lines "field=value" of what was understood; numbers are 16 hex digits.
#include "base/hex.h"
#include "testing/probe/probe.h"
#include "testing/probe/probe_wire_fields.h"
#include "wire/derived_address.h"
#include "wire/dictionary.h"
#include "wire/fragment.h"
#include "wire/inet_address.h"
#include "wire/lz4.h"
#include "wire/network_config.h"
#include "wire/packet_header.h"
#include "wire/request_metadata.h"

namespace zt::probe {

namespace {

std::string_view Text(ByteSpan s) { return {reinterpret_cast<const char*>(s.data()), s.size()}; }
ByteSpan AsBytes(std::string_view s) { return {reinterpret_cast<const uint8_t*>(s.data()), s.size()}; }

template <typename T>
Bytes Written(const T& value) {
  Bytes buffer(1 << 20);
  ByteWriter writer(buffer);
  value.SerializeTo(writer);
  buffer.resize(writer.ok() ? writer.size() : 0);
  return buffer;
}

void Answer(Bytes& out, ByteSpan serialized, ByteSpan signed_message, const Fields& fields) {
  AppendPiece(out, serialized);
  AppendPiece(out, signed_message);
  Append(out, AsBytes(fields.text()));
}

// --- entries --------------------------------------------------------------------------------------------------------

// A message: parsed, described, written again.
template <typename T>
bool Message(ByteSpan payload, Bytes& out) {
  const std::optional<T> m = T::Parse(payload);
  if (!m) return false;
  Fields f;
  Describe(*m, f);
  Answer(out, Written(*m), {}, f);
  return true;
}

// HELLO with its tail in clear: both parts are written again.
bool HelloMessage(ByteSpan payload, Bytes& out) {
  const std::optional<wire::Hello> m = wire::Hello::Parse(payload);
  if (!m) return false;
  const auto tail = wire::HelloTail::Parse(payload.subspan(m->tail_offset));
  if (!tail) return false;
  Fields f;
  Describe(*m, f);
  for (const wire::WorldVersion& moon : tail->moons) {
    f.Number("moon_id", moon.id).Number("moon_timestamp", moon.timestamp);
  }
  Bytes written = Written(*m);
  if (m->tail_offset < payload.size()) Append(written, Written(*tail));
  Answer(out, written, {}, f);
  return true;
}

bool OkMessage(ByteSpan payload, Bytes& out) {
  const std::optional<wire::Ok> ok = wire::Ok::Parse(payload);
  if (!ok || Written(*ok) != Bytes(payload.begin(), payload.end())) return false;
  switch (ok->in_re_verb) {
    case Verb::kHello: return Message<wire::OkHello>(payload, out);
    case Verb::kWhois: return Message<wire::OkWhois>(payload, out);
    case Verb::kExtFrame: return Message<wire::OkExtFrame>(payload, out);
    case Verb::kEcho: return Message<wire::OkEcho>(payload, out);  // the receipt of a pushed configuration, too
    case Verb::kNetworkConfigRequest: return Message<wire::OkNetworkConfigRequest>(payload, out);
    case Verb::kMulticastGather: return Message<wire::OkMulticastGather>(payload, out);
    case Verb::kMulticastFrame: return Message<wire::OkMulticastFrame>(payload, out);
    default: return false;
  }
}

// u8 verb, payload to the end.
bool AnyMessage(ByteReader& in, Bytes& out) {
  const Verb verb = static_cast<Verb>(in.U8());
  const ByteSpan payload = in.Rest();
  switch (verb) {
    case Verb::kNop: Answer(out, payload, {}, {}); return true;
    case Verb::kHello: return HelloMessage(payload, out);
    case Verb::kError: return Message<wire::Error>(payload, out);
    case Verb::kOk: return OkMessage(payload, out);
    case Verb::kWhois: return Message<wire::Whois>(payload, out);
    case Verb::kRendezvous: return Message<wire::Rendezvous>(payload, out);
    case Verb::kFrame: return Message<wire::Frame>(payload, out);
    case Verb::kExtFrame: return Message<wire::ExtFrame>(payload, out);
    case Verb::kEcho: return Message<wire::Echo>(payload, out);
    case Verb::kMulticastLike: return Message<wire::MulticastLike>(payload, out);
    case Verb::kNetworkCredentials: return Message<wire::NetworkCredentials>(payload, out);
    case Verb::kNetworkConfigRequest: return Message<wire::NetworkConfigRequest>(payload, out);
    case Verb::kNetworkConfig: return Message<wire::NetworkConfigPush>(payload, out);
    case Verb::kMulticastGather: return Message<wire::MulticastGather>(payload, out);
    case Verb::kMulticastFrame: return Message<wire::MulticastFrame>(payload, out);
    case Verb::kPushDirectPaths: return Message<wire::PushDirectPaths>(payload, out);
    case Verb::kQosMeasurement: return Message<wire::QosMeasurement>(payload, out);
    case Verb::kUserMessage: return Message<wire::UserMessage>(payload, out);
    case Verb::kRemoteTrace: return Message<wire::RemoteTrace>(payload, out);
    case Verb::kPathNegotiationRequest: return Message<wire::PathNegotiationRequest>(payload, out);
    default: return false;
  }
}

// A signed or plain value that fills the input exactly.
template <typename T>
bool Value(ByteReader& in, Bytes& out) {
  const std::optional<T> v = T::Parse(in);
  if (!v || !in.AtEnd()) return false;
  Fields f;
  Describe(*v, f);
  Bytes signed_message;
  if constexpr (requires { v->SignedMessage(); }) signed_message = v->SignedMessage();
  Answer(out, Written(*v), signed_message, f);
  return true;
}

// piece object, piece identity text.
template <typename T>
bool Verify(ByteReader& in, Bytes&) {
  ByteReader object(Piece(in));
  const std::optional<Identity> signer = Identity::ParseText(Text(Piece(in)));
  const std::optional<T> v = T::Parse(object);
  return v && signer && v->Verify(*signer);
}

// piece object, piece secret identity text: signed again.
template <typename T>
bool Sign(ByteReader& in, Bytes& out) {
  ByteReader object(Piece(in));
  const std::optional<SecretIdentity> signer = SecretIdentity::ParseText(Text(Piece(in)));
  std::optional<T> v = T::Parse(object);
  if (!v || !signer) return false;
  if constexpr (requires { v->SignFor(NodeAddress{}, *signer); }) {
    v->SignFor(v->issued_to(), *signer);
  } else {
    v->Sign(*signer);
  }
  Append(out, Written(*v));
  return true;
}

// piece mine, piece peer's, piece peer identity text.
bool ComAgrees(ByteReader& in, Bytes&) {
  ByteReader mine(Piece(in)), peer(Piece(in));
  const std::optional<Identity> identity = Identity::ParseText(Text(Piece(in)));
  const auto a = CertificateOfMembership::Parse(mine);
  const auto b = CertificateOfMembership::Parse(peer);
  return a && b && identity && a->AgreesWith(*b, *identity);
}

// piece controller secret text, u64 network, piece member identity text, u64 timestamp, u64 max delta.
bool ComIssue(ByteReader& in, Bytes& out) {
  const std::optional<SecretIdentity> controller = SecretIdentity::ParseText(Text(Piece(in)));
  const NetworkId network{in.U64()};
  const std::optional<Identity> member = Identity::ParseText(Text(Piece(in)));
  const int64_t timestamp = static_cast<int64_t>(in.U64());
  const uint64_t delta = in.U64();
  if (!in.ok() || !controller || !member) return false;
  Append(out, Written(CertificateOfMembership::Issue(*controller, network, *member, timestamp, delta)));
  return true;
}

// piece world, piece 64-byte public key.
bool WorldVerify(ByteReader& in, Bytes&) {
  const std::optional<World> w = World::Parse(Piece(in));
  return w && w->Verify(Piece(in));
}

// piece world, piece public ‖ private key.
bool WorldSign(ByteReader& in, Bytes& out) {
  std::optional<World> w = World::Parse(Piece(in));
  const ByteSpan pair = Piece(in);
  if (!w || pair.size() != 128) return false;
  w->Sign(pair.first(64), pair.subspan(64));
  Append(out, w->Serialize());
  return true;
}

// piece new, piece current.
bool WorldSupersedes(ByteReader& in, Bytes&) {
  const std::optional<World> next = World::Parse(Piece(in));
  const std::optional<World> current = World::Parse(Piece(in));
  return next && current && next->Supersedes(*current);
}

bool EndpointForm(ByteReader& in, Bytes& out) {
  const Endpoint e = wire::ReadEndpoint(in);
  if (!in.AtEnd()) return false;
  Bytes buffer(wire::kMaxInetAddressSize);
  ByteWriter writer(buffer);
  wire::WriteEndpoint(writer, e);
  if (writer.size() != wire::EndpointSize(e)) return false;
  Answer(out, writer.written(), {}, Fields().Text("endpoint", e.IsNone() ? "" : e.ToString()));
  return true;
}

// address 5, network 8.
bool Derived(ByteReader& in, Bytes& out) {
  const NodeAddress address = in.Address();
  const NetworkId network{in.U64()};
  const Mac mac = DeriveMac(address, network);
  if (!in.AtEnd() || !IsInNetworkMac(mac, network)) return false;
  Fields f;
  f.Text("mac", mac.ToString()).Text("rfc4193", DeriveRfc4193(address, network).ToString());
  f.Text("6plane", DeriveSixPlane(address, network).ToString()).Text("linkLocal", DeriveLinkLocal(mac).ToString());
  f.Text("macToAddress", DeriveAddress(mac, network).ToString());
  Append(out, AsBytes(f.text()));
  return true;
}

bool Chunk(ByteReader& in, Bytes& out) {
  const std::optional<ConfigChunk> c = ConfigChunk::Parse(in.Rest());
  if (!c) return false;
  Fields f;
  Describe(*c, f);
  Answer(out, Written(*c), c->signed_message, f);
  return true;
}

// piece chunk, piece identity text.
bool ChunkVerify(ByteReader& in, Bytes&) {
  const std::optional<ConfigChunk> c = ConfigChunk::Parse(Piece(in));
  const std::optional<Identity> controller = Identity::ParseText(Text(Piece(in)));
  return c && !c->is_legacy && controller && c->Verify(*controller);
}

// piece chunk, piece secret identity text: written with a fresh signature.
bool ChunkSign(ByteReader& in, Bytes& out) {
  const std::optional<ConfigChunk> c = ConfigChunk::Parse(Piece(in));
  const std::optional<SecretIdentity> controller = SecretIdentity::ParseText(Text(Piece(in)));
  if (!c || c->is_legacy || !controller) return false;
  Bytes buffer(1 << 16);
  ByteWriter writer(buffer);
  c->SerializeSigned(writer, *controller);
  Append(out, writer.written());
  return true;
}

bool Config(ByteReader& in, Bytes& out) {
  const std::optional<NetworkConfig> c = NetworkConfig::Parse(in.Rest());
  if (!c) return false;
  const std::optional<Bytes> again = c->Serialize();
  if (!again) return false;
  Fields f;
  f.Text("nwid", c->network.ToString()).Number("ts", static_cast<uint64_t>(c->timestamp));
  f.Number("ctmd", static_cast<uint64_t>(c->credential_time_max_delta)).Number("r", c->revision);
  f.Text("id", c->issued_to.ToString()).Text("tt", HexNumber(c->trace_target.value, 10)).Number("tl", c->trace_level);
  f.Number("f", c->flags).Number("ml", c->multicast_limit).Number("t", c->is_public).Text("n", c->name);
  f.Number("mtu", c->mtu).Number("com", c->com ? 1 : 0).Number("rules", c->rules.size());
  f.Number("caps", c->capabilities.size()).Number("tags", c->tags.size()).Number("coos", c->ownerships.size());
  for (const Specialist& s : c->specialists) f.Number("specialist", s.value);
  for (const NetworkRoute& r : c->routes) {
    f.Text("route", r.target.ToString() + (r.via.IsNone() ? "" : " via " + r.via.ToString()));
  }
  for (const IpPrefix& a : c->addresses) f.Text("address", a.ToString());
  f.Text("domain", c->dns.domain);
  for (const IpAddress& s : c->dns.servers) {
    if (!s.IsNone()) f.Text("server", s.ToString());
  }
  Answer(out, *again, {}, f);
  return true;
}

bool Metadata(ByteReader& in, Bytes& out) {
  const RequestMetadata m = RequestMetadata::Parse(in.Rest());
  const std::optional<Bytes> again = m.Serialize();
  if (!again) return false;
  Fields f;
  f.Number("v", m.config_version).Number("vend", m.vendor).Number("pv", m.protocol_version).Number("majv", m.major);
  f.Number("minv", m.minor).Number("revv", m.revision).Number("mr", m.max_rules).Number("mc", m.max_capabilities);
  f.Number("mcr", m.max_capability_rules).Number("mt", m.max_tags).Number("f", m.flags);
  f.Number("revr", m.rules_engine).Text("o", m.platform);
  RequestMetadata ours;
  ours.platform = m.platform;
  f.Number("ours", ours == m);
  Answer(out, *again, {}, f);
  return true;
}

// piece dictionary, key text to the end.
bool DictionaryValue(ByteReader& in, Bytes& out) {
  const wire::DictionaryReader dictionary(Piece(in));
  const std::optional<Bytes> value = dictionary.Binary(Text(in.Rest()));
  if (!value) return false;
  Append(out, *value);
  return true;
}

bool Lz4(ByteReader& in, Bytes& out) {
  Bytes buffer(limits::kMaxPayloadSize);
  const std::optional<size_t> size = wire::Lz4Decompress(in.Rest(), buffer);
  if (!size) return false;
  Append(out, ByteSpan(buffer).first(*size));
  return true;
}

bool FragmentForm(ByteReader& in, Bytes& out) {
  const std::optional<wire::Fragment> x = wire::Fragment::Parse(in.Rest());
  if (!x) return false;
  Fields f;
  f.Number("id", x->id.value).Text("destination", x->destination.ToString()).Number("total", x->total);
  f.Number("number", x->number).Number("hops", x->hops).Number("acceptable", x->IsAcceptable());
  Answer(out, Written(*x), {}, f);
  return true;
}

// A whole packet: its header's fields; the header is written again into a fresh one.
bool Header(ByteReader& in, Bytes& out) {
  const ByteSpan packet = in.Rest();
  if (packet.size() < wire::kHeaderSize) return false;
  const wire::PacketView p(packet);
  Bytes copy(packet.begin(), packet.end());
  wire::MutablePacketView q{MutableBytes(copy)};
  q.Start(p.id(), p.destination(), p.source(), p.verb());
  q.set_flags(p.flags() & wire::kLegacyEncryptedFlag);
  q.set_fragmented(p.fragmented());
  q.set_suite(p.suite());
  q.set_hops(p.hops());
  q.set_mac(p.mac());
  q.set_verb(p.verb(), p.compressed());
  Fields f;
  f.Number("id", p.id().value).Text("destination", p.destination().ToString()).Text("source", p.source().ToString());
  f.Number("suite", p.suite()).Number("hops", p.hops()).Number("fragmented", p.fragmented());
  f.Number("mac", p.mac()).Number("verb", static_cast<uint8_t>(p.verb())).Number("compressed", p.compressed());
  Answer(out, copy, {}, f);
  return true;
}

bool Record(ByteReader& in, Bytes& out) {
  const std::optional<PeerRecord> p = PeerRecord::Parse(in.Rest());
  if (!p) return false;
  Fields f;
  Describe(*p, f);
  Answer(out, p->Serialize(), {}, f);
  return true;
}

constexpr Entry kEntries[] = {
    {"wire.message", AnyMessage},
    {"wire.header", Header},
    {"wire.fragment", FragmentForm},
    {"wire.endpoint", EndpointForm},
    {"wire.derived", Derived},
    {"wire.lz4", Lz4},
    {"wire.peer_record", Record},
    {"wire.world", Value<World>},
    {"wire.world.verify", WorldVerify},
    {"wire.world.sign", WorldSign},
    {"wire.world.supersedes", WorldSupersedes},
    {"wire.rule", Value<Rule>},
    {"wire.com", Value<CertificateOfMembership>},
    {"wire.com.verify", Verify<CertificateOfMembership>},
    {"wire.com.sign", Sign<CertificateOfMembership>},
    {"wire.com.agrees", ComAgrees},
    {"wire.com.issue", ComIssue},
    {"wire.capability", Value<Capability>},
    {"wire.capability.verify", Verify<Capability>},
    {"wire.capability.sign", Sign<Capability>},
    {"wire.tag", Value<Tag>},
    {"wire.tag.verify", Verify<Tag>},
    {"wire.tag.sign", Sign<Tag>},
    {"wire.ownership", Value<CertificateOfOwnership>},
    {"wire.ownership.verify", Verify<CertificateOfOwnership>},
    {"wire.ownership.sign", Sign<CertificateOfOwnership>},
    {"wire.revocation", Value<Revocation>},
    {"wire.revocation.verify", Verify<Revocation>},
    {"wire.revocation.sign", Sign<Revocation>},
    {"wire.chunk", Chunk},
    {"wire.chunk.verify", ChunkVerify},
    {"wire.chunk.sign", ChunkSign},
    {"wire.config", Config},
    {"wire.metadata", Metadata},
    {"wire.dictionary", DictionaryValue},
};

}  // namespace

std::span<const Entry> WireEntries() { return kEntries; }

}  // namespace zt::probe
