// What the wire probe says about each value: lines "field=value"; numbers are 16 hex digits.
#pragma once

#include <string>

#include "base/hex.h"
#include "wire/config_chunk.h"
#include "wire/credential/revocation.h"
#include "wire/peer_record.h"
#include "wire/verb/echo.h"
#include "wire/verb/error.h"
#include "wire/verb/ext_frame.h"
#include "wire/verb/frame.h"
#include "wire/verb/hello.h"
#include "wire/verb/multicast_frame.h"
#include "wire/verb/multicast_like.h"
#include "wire/verb/network_config_push.h"
#include "wire/verb/network_config_request.h"
#include "wire/verb/network_credentials.h"
#include "wire/verb/ok_hello.h"
#include "wire/verb/path_negotiation.h"
#include "wire/verb/push_direct_paths.h"
#include "wire/verb/remote_trace.h"
#include "wire/verb/rendezvous.h"
#include "wire/verb/reply.h"
#include "wire/verb/user_message.h"
#include "wire/verb/whois.h"
#include "wire/world.h"

namespace zt::probe {

// Lines "field=value".
class Fields {
 public:
  Fields& Text(std::string_view name, std::string_view value) {
    text_ += std::string(name) + "=" + std::string(value) + "\n";
    return *this;
  }
  Fields& Number(std::string_view name, uint64_t value) { return Text(name, HexNumber(value, 16)); }
  Fields& Hex(std::string_view name, ByteSpan value) { return Text(name, ToHex(value)); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

inline void Describe(const wire::Hello& m, Fields& f) {
  f.Number("protocol", m.protocol).Number("major", m.major).Number("minor", m.minor).Number("revision", m.revision);
  f.Number("timestamp", m.timestamp).Text("identity", m.identity.ToText());
  if (m.sent_to) f.Text("sent_to", m.sent_to->ToString());
  if (m.planet) f.Number("planet_id", m.planet->id).Number("planet_timestamp", m.planet->timestamp);
  f.Number("tail_offset", m.tail_offset);
}
inline void Describe(const wire::OkHello& m, Fields& f) {
  f.Number("timestamp_echo", m.timestamp_echo).Number("protocol", m.protocol).Number("major", m.major);
  f.Number("minor", m.minor).Number("revision", m.revision);
  if (m.surface) f.Text("surface", m.surface->ToString());
  if (const auto worlds = World::ParseAll(m.worlds)) {
    for (const World& w : *worlds) f.Number("world", w.id);
  }
}
inline void Describe(const wire::Whois& m, Fields& f) {
  for (NodeAddress a : m.addresses) f.Text("address", a.ToString());
}
inline void Describe(const wire::OkWhois& m, Fields& f) {
  for (const Identity& i : m.identities) f.Text("identity", i.ToText());
}
inline void Describe(const wire::Rendezvous& m, Fields& f) {
  f.Number("flags", m.flags).Text("peer", m.peer.ToString()).Text("endpoint", m.endpoint.ToString());
}
inline void Describe(const wire::Echo& m, Fields& f) { f.Hex("data", m.data); }
inline void Describe(const wire::OkEcho& m, Fields& f) { f.Hex("data", m.data); }
inline void Describe(const wire::PushDirectPaths& m, Fields& f) {
  for (const wire::DirectPath& p : m.paths) f.Text("path", p.endpoint.ToString()).Number("flags", p.flags);
}
inline void Describe(const wire::UserMessage& m, Fields& f) { f.Number("type", m.type).Hex("data", m.data); }
inline void Describe(const wire::RemoteTrace& m, Fields& f) {
  for (ByteSpan d : m.dictionaries) f.Hex("dictionary", d);
}
inline void Describe(const wire::PathNegotiationRequest& m, Fields& f) {
  f.Number("utility", static_cast<uint16_t>(m.utility));
}
inline void Describe(const wire::QosMeasurement& m, Fields& f) { f.Number("records", m.records.size()); }
inline void Describe(const wire::Error& m, Fields& f) {
  f.Number("in_re_verb", static_cast<uint8_t>(m.in_re_verb)).Number("code", static_cast<uint8_t>(m.code));
  if (const auto network = m.Network()) f.Text("network", network->ToString());
}
inline void Describe(const wire::Frame& m, Fields& f) {
  f.Text("network", m.network.ToString()).Number("ether_type", m.ether_type).Hex("payload", m.payload);
}
inline void Describe(const wire::ExtFrame& m, Fields& f) {
  f.Text("network", m.network.ToString()).Number("flags", m.flags).Number("com", m.com ? 1 : 0);
  f.Text("destination", m.destination.ToString()).Text("source", m.source.ToString());
  f.Number("ether_type", m.ether_type).Hex("payload", m.payload);
}
inline void Describe(const wire::OkExtFrame& m, Fields& f) { f.Text("network", m.network.ToString()); }
inline void Describe(const wire::MulticastLike& m, Fields& f) {
  for (const auto& e : m.entries) f.Text("entry", e.network.ToString() + " " + e.mac.ToString()).Number("adi", e.adi);
  f.Number("truncated", m.truncated ? 1 : 0);
}
inline void Describe(const wire::MulticastGather& m, Fields& f) {
  f.Text("network", m.network.ToString()).Text("mac", m.mac.ToString()).Number("adi", m.adi);
  f.Number("limit", m.limit).Number("com", m.com ? 1 : 0);
}
inline void Describe(const wire::OkMulticastGather& m, Fields& f) {
  f.Text("network", m.network.ToString()).Text("mac", m.mac.ToString()).Number("adi", m.adi);
  f.Number("total", m.result.total_known);
  for (NodeAddress a : m.result.members) f.Text("member", a.ToString());
}
inline void Describe(const wire::MulticastFrame& m, Fields& f) {
  f.Text("network", m.network.ToString()).Number("flags", m.flags);
  if (m.gather_limit) f.Number("gather_limit", *m.gather_limit);
  if (m.source) f.Text("source", m.source->ToString());
  f.Text("destination", m.destination.ToString()).Number("adi", m.adi).Number("ether_type", m.ether_type);
  f.Hex("payload", m.payload);
}
inline void Describe(const wire::OkMulticastFrame& m, Fields& f) {
  f.Text("network", m.network.ToString()).Text("mac", m.mac.ToString()).Number("adi", m.adi).Number("flags", m.flags);
  if (m.result) f.Number("total", m.result->total_known);
}
inline void Describe(const wire::NetworkCredentials& m, Fields& f) {
  f.Number("coms", m.coms.size()).Number("capabilities", m.capabilities.size()).Number("tags", m.tags.size());
  f.Number("revocations", m.revocations.size()).Number("ownerships", m.ownerships.size());
}
inline void Describe(const wire::NetworkConfigRequest& m, Fields& f) {
  f.Text("network", m.network.ToString()).Hex("metadata", m.metadata);
  f.Number("revision", m.revision).Number("timestamp", m.timestamp);
}
inline void Describe(const ConfigChunk& c, Fields& f) {
  f.Text("network", c.network.ToString()).Hex("data", c.data).Number("legacy", c.is_legacy ? 1 : 0);
  f.Number("flags", c.flags).Number("update_id", c.update_id).Number("total", c.total_length);
  f.Number("position", c.position).Hex("signature", c.signature);
}
inline void Describe(const wire::OkNetworkConfigRequest& m, Fields& f) { Describe(m.chunk, f); }
inline void Describe(const wire::NetworkConfigPush& m, Fields& f) { Describe(m.chunk, f); }

inline void Describe(const Rule& r, Fields& f) {
  f.Number("type", static_cast<uint8_t>(r.type)).Number("not", r.negated).Number("or", r.alternative);
  f.Number("known", r.IsKnown()).Text("address", HexNumber(r.address.value, 10)).Number("copy_flags", r.copy_flags);
  f.Number("copy_length", r.copy_length).Number("number", r.number).Text("mac", r.mac.ToString());
  f.Text("prefix", r.prefix.address.IsNone() ? "" : r.prefix.ToString()).Number("tos_mask", r.tos_mask);
  f.Number("icmp_type", r.icmp_type).Number("icmp_code", r.icmp_code).Number("icmp_flags", r.icmp_flags);
  f.Number("low", r.low).Number("high", r.high).Number("characteristics", r.characteristics);
  f.Number("tag_id", r.tag_id).Number("tag_value", r.tag_value).Number("index", r.index).Number("format", r.format);
}
inline void Describe(const CertificateOfMembership& c, Fields& f) {
  for (const MembershipQualifier& q : c.qualifiers) {
    f.Text("qualifier", HexNumber(q.id, 16) + HexNumber(q.value, 16) + HexNumber(q.max_delta, 16));
  }
  f.Number("timestamp", static_cast<uint64_t>(c.timestamp())).Text("network", c.network().ToString());
  f.Text("issued_to", c.issued_to().ToString()).Text("signer", c.signer.ToString());
}
inline void Describe(const Capability& c, Fields& f) {
  f.Text("network", c.network.ToString()).Number("timestamp", static_cast<uint64_t>(c.timestamp)).Number("id", c.id);
  f.Number("rules", c.rules.size()).Text("issued_to", c.issued_to().ToString());
}
inline void Describe(const Tag& t, Fields& f) {
  f.Text("network", t.network.ToString()).Number("timestamp", static_cast<uint64_t>(t.timestamp)).Number("id", t.id);
  f.Number("value", t.value).Text("issued_to", t.issued_to.ToString()).Text("signer", t.signer.ToString());
}
inline void Describe(const CertificateOfOwnership& c, Fields& f) {
  f.Text("network", c.network.ToString()).Number("timestamp", static_cast<uint64_t>(c.timestamp)).Number("id", c.id);
  for (const OwnedThing& t : c.things) f.Number("thing", static_cast<uint8_t>(t.type)).Hex("value", t.value);
  f.Text("issued_to", c.issued_to.ToString()).Text("signer", c.signer.ToString());
}
inline void Describe(const Revocation& r, Fields& f) {
  f.Text("network", r.network.ToString()).Number("id", r.id).Number("credential_id", r.credential_id);
  f.Number("threshold", static_cast<uint64_t>(r.threshold)).Number("flags", r.flags);
  f.Text("target", r.target.ToString()).Text("signer", r.signer.ToString());
  f.Number("type", static_cast<uint8_t>(r.type));
}
inline void Describe(const World& w, Fields& f) {
  f.Number("type", static_cast<uint8_t>(w.type)).Number("id", w.id).Number("timestamp", w.timestamp);
  f.Hex("next_key", w.next_key).Hex("signature", w.signature);
  for (const WorldRoot& root : w.roots) {
    f.Text("root", root.identity.ToText());
    for (const Endpoint& e : root.endpoints) f.Text("endpoint", e.ToString());
  }
}
inline void Describe(const PeerRecord& p, Fields& f) {
  f.Text("identity", p.identity.ToText()).Number("protocol", p.protocol).Number("major", p.major);
  f.Number("minor", p.minor).Number("revision", p.revision);
  for (const Endpoint& e : p.endpoints) f.Text("endpoint", e.ToString());
}

}  // namespace zt::probe
