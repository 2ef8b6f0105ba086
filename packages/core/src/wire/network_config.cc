#include "wire/network_config.h"

#include <algorithm>
#include <limits>

#include "wire/dictionary.h"
#include "wire/inet_address.h"

namespace zt {

namespace {

constexpr size_t kMaxUrl = 2047;       // vl2.md §6.1
constexpr size_t kMaxNonce = 127;
constexpr size_t kMaxState = 255;
constexpr size_t kMaxClientId = 255;
constexpr size_t kMaxProvider = 63;
constexpr uint64_t kPublicType = 1;

// Elements back to back; stops at the first malformed one and keeps those before it (vl2.md §6.1).
template <typename T>
void ParseLeading(const Bytes& value, size_t max, std::vector<T>& out) {
  ByteReader in(value);
  while (!in.AtEnd() && out.size() < max) {
    std::optional<T> element = T::Parse(in);
    if (!element) break;
    out.push_back(std::move(*element));
  }
  std::stable_sort(out.begin(), out.end(), [](const T& a, const T& b) { return a.id < b.id; });
}

bool ParseOwnerships(const Bytes& value, std::vector<CertificateOfOwnership>& out) {
  ByteReader in(value);
  while (!in.AtEnd()) {
    std::optional<CertificateOfOwnership> coo = CertificateOfOwnership::Parse(in);
    if (!coo) return false;
    // Surplus ones are read for their form and thrown away.
    if (out.size() < limits::kMaxOwnerships) out.push_back(std::move(*coo));
  }
  return true;
}

bool ParseRoutes(const Bytes& value, std::vector<NetworkRoute>& out) {
  ByteReader in(value);
  while (!in.AtEnd() && out.size() < limits::kMaxRoutes) {
    NetworkRoute route;
    route.target = wire::ReadPrefix(in);
    route.via = wire::ReadEndpoint(in).ip;
    route.flags = in.U16();
    route.metric = in.U16();
    if (!in.ok()) return false;
    out.push_back(route);
  }
  return true;
}

bool ParseAddresses(const Bytes& value, std::vector<IpPrefix>& out) {
  ByteReader in(value);
  while (!in.AtEnd() && out.size() < limits::kMaxAddresses) {
    const IpPrefix prefix = wire::ReadPrefix(in);
    if (!in.ok()) return false;
    out.push_back(prefix);
  }
  return true;
}

void ParseSpecialists(const Bytes& value, std::vector<Specialist>& out) {
  ByteReader in(value);
  while (in.remaining() >= 8 && out.size() < limits::kMaxSpecialists) out.push_back({in.U64()});
}

bool ParseDns(const Bytes& value, NetworkDns& out) {
  ByteReader in(value);
  const ByteSpan domain = in.Take(limits::kDnsDomainField);
  if (!in.ok()) return false;
  for (uint8_t b : domain.first(limits::kDnsDomainField - 1)) {  // the last byte counts as NUL
    if (b == 0) break;
    out.domain.push_back(static_cast<char>(b));
  }
  for (IpAddress& server : out.servers) server = wire::ReadEndpoint(in).ip;
  return in.ok();
}

bool ParseCom(const Bytes& value, std::optional<CertificateOfMembership>& out) {
  ByteReader in(value);
  std::optional<CertificateOfMembership> com = CertificateOfMembership::Parse(in);
  if (!com) return false;
  if (!com->IsEmpty()) out = std::move(com);
  return true;
}

NetworkSignOn ParseSignOn(const wire::DictionaryReader& in) {
  NetworkSignOn s;
  s.version = in.U64("ssov");
  if (s.version > 1) return {};  // not a form we know, nor one we could write again
  s.enabled = in.Bool("ssoe");
  if (s.version == 0) {
    if (!s.enabled) return s;
    s.authentication_url = in.Text("aurl", kMaxUrl);
    s.expiry_time = in.I64("aexpt");
    return s;
  }
  s.issuer_url = in.Text("iurl", kMaxUrl);
  s.central_endpoint = in.Text("ssoce", kMaxUrl);
  s.nonce = in.Text("sson", kMaxNonce);
  s.state = in.Text("ssos", kMaxState);
  s.client_id = in.Text("ssocid", kMaxClientId);
  s.provider = in.Text("ssop", kMaxProvider, "default");
  return s;
}

// Every value under the policy of vl2.md §6.1; false rejects the whole configuration.
bool ParseBinaries(const wire::DictionaryReader& in, NetworkConfig& c) {
  if (const auto v = in.Binary("C"); v && !ParseCom(*v, c.com)) return false;
  if (const auto v = in.Binary("CAP")) ParseLeading(*v, limits::kMaxCapabilities, c.capabilities);
  if (const auto v = in.Binary("TAG")) ParseLeading(*v, limits::kMaxTags, c.tags);
  if (const auto v = in.Binary("COO"); v && !ParseOwnerships(*v, c.ownerships)) return false;
  if (const auto v = in.Binary("S")) ParseSpecialists(*v, c.specialists);
  if (const auto v = in.Binary("RT"); v && !ParseRoutes(*v, c.routes)) return false;
  if (const auto v = in.Binary("I"); v && !ParseAddresses(*v, c.addresses)) return false;
  if (const auto v = in.Binary("R")) {
    std::optional<std::vector<Rule>> rules = ParseRules(*v, limits::kMaxRules);
    if (!rules) return false;
    c.rules = std::move(*rules);
  }
  if (const auto v = in.Binary("DNS"); v && !ParseDns(*v, c.dns)) return false;
  return true;
}

// Serializes a list of elements that know SerializeTo, each of at most `element_max` bytes.
template <typename T>
Bytes Concatenate(const std::vector<T>& elements, size_t element_max) {
  Bytes buffer(elements.size() * element_max);
  ByteWriter out(buffer);
  for (const T& e : elements) e.SerializeTo(out);
  buffer.resize(out.size());
  return buffer;
}

Bytes SerializeCapabilities(const std::vector<Capability>& capabilities) {
  size_t total = 0;
  for (const Capability& c : capabilities) total += c.SerializedSize();
  Bytes buffer(total);
  ByteWriter out(buffer);
  for (const Capability& c : capabilities) c.SerializeTo(out);
  return buffer;
}

Bytes SerializeRoutes(const std::vector<NetworkRoute>& routes) {
  Bytes buffer(routes.size() * (2 * wire::kMaxInetAddressSize + 4));
  ByteWriter out(buffer);
  for (const NetworkRoute& route : routes) {
    wire::WritePrefix(out, route.target);
    wire::WriteEndpoint(out, {route.via, 0});
    out.U16(route.flags);
    out.U16(route.metric);
  }
  buffer.resize(out.size());
  return buffer;
}

Bytes SerializeAddresses(const std::vector<IpPrefix>& addresses) {
  Bytes buffer(addresses.size() * wire::kMaxInetAddressSize);
  ByteWriter out(buffer);
  for (const IpPrefix& prefix : addresses) wire::WritePrefix(out, prefix);
  buffer.resize(out.size());
  return buffer;
}

Bytes SerializeSpecialists(const std::vector<Specialist>& specialists) {
  Bytes buffer(specialists.size() * 8);
  ByteWriter out(buffer);
  for (const Specialist& s : specialists) out.U64(s.value);
  return buffer;
}

Bytes SerializeDns(const NetworkDns& dns) {
  Bytes buffer(limits::kDnsDomainField + limits::kDnsServers * wire::kMaxInetAddressSize);
  ByteWriter out(buffer);
  const size_t length = std::min(dns.domain.size(), limits::kDnsDomainField - 1);
  out.Put({reinterpret_cast<const uint8_t*>(dns.domain.data()), length});
  out.Zero(limits::kDnsDomainField - length);
  for (const IpAddress& server : dns.servers) wire::WriteEndpoint(out, {server, 0});
  buffer.resize(out.size());
  return buffer;
}

void WriteSignOn(wire::DictionaryWriter& out, const NetworkSignOn& s) {
  if (s.version > 1) return;  // vl2.md §6.1: emitted if 0 or 1
  out.U64("ssov", s.version);
  out.Bool("ssoe", s.enabled);
  if (s.version == 0) {
    if (!s.enabled) return;
    if (!s.authentication_url.empty()) out.Text("aurl", s.authentication_url);
    out.I64("aexpt", s.expiry_time);
    return;
  }
  out.Text("iurl", s.issuer_url);
  out.Text("ssoce", s.central_endpoint);
  out.Text("sson", s.nonce);
  out.Text("ssos", s.state);
  out.Text("ssocid", s.client_id);
  out.Text("ssop", s.provider);
}

void WriteBinaries(wire::DictionaryWriter& out, const NetworkConfig& c) {
  if (c.com && !c.com->IsEmpty()) {
    Bytes buffer(CertificateOfMembership::kMaxSize);
    ByteWriter com(buffer);
    c.com->SerializeTo(com);
    out.Binary("C", com.written());
  }
  if (!c.capabilities.empty()) out.Binary("CAP", SerializeCapabilities(c.capabilities));
  if (!c.tags.empty()) out.Binary("TAG", Concatenate(c.tags, Tag::kSize));
  if (!c.ownerships.empty()) {
    out.Binary("COO", Concatenate(c.ownerships, CertificateOfOwnership::kMaxSize));
  }
  if (!c.specialists.empty()) out.Binary("S", SerializeSpecialists(c.specialists));
  if (!c.routes.empty()) out.Binary("RT", SerializeRoutes(c.routes));
  if (!c.addresses.empty()) out.Binary("I", SerializeAddresses(c.addresses));
  if (!c.rules.empty()) out.Binary("R", SerializeRules(c.rules));
  out.Binary("DNS", SerializeDns(c.dns));
}

}  // namespace

const Specialist* NetworkConfig::FindSpecialist(NodeAddress address) const {
  for (const Specialist& s : specialists) {
    if (s.address() == address) return &s;
  }
  return nullptr;
}

bool NetworkConfig::IsActiveBridge(NodeAddress address) const {
  for (const Specialist& s : specialists) {
    if (s.address() == address && s.IsActiveBridge()) return true;
  }
  return false;
}

const Tag* NetworkConfig::FindTag(uint32_t id) const {
  for (const Tag& t : tags) {
    if (t.id == id) return &t;
  }
  return nullptr;
}

std::optional<NetworkConfig> NetworkConfig::Parse(ByteSpan dictionary) {
  if (dictionary.size() > limits::kMaxConfigDictionary) return std::nullopt;
  const wire::DictionaryReader in(dictionary);
  if (in.U64("v") < limits::kMinConfigVersion) return std::nullopt;
  NetworkConfig c;
  c.network = {in.U64("nwid")};
  c.issued_to = in.Address("id");
  if (c.network.value == 0 || c.issued_to.value == 0) return std::nullopt;
  c.timestamp = in.I64("ts");
  c.credential_time_max_delta = in.I64("ctmd");
  c.revision = in.U64("r");
  c.trace_target = in.Address("tt");
  c.trace_level = in.U64("tl");
  c.flags = in.U64("f");
  c.multicast_limit = static_cast<uint32_t>(
      std::min<uint64_t>(in.U64("ml"), std::numeric_limits<uint32_t>::max()));
  c.is_public = in.U64("t") == kPublicType;
  c.name = in.Text("n", limits::kMaxNetworkName);
  c.mtu = static_cast<uint16_t>(
      std::clamp<uint64_t>(in.U64("mtu", limits::kDefaultMtu), limits::kMinMtu, limits::kMaxMtu));
  if (!ParseBinaries(in, c)) return std::nullopt;
  c.sign_on = ParseSignOn(in);
  return c;
}

std::optional<Bytes> NetworkConfig::Serialize() const {
  wire::DictionaryWriter out(limits::kMaxConfigDictionary);
  out.U64("v", limits::kConfigVersion);
  out.U64("nwid", network.value);
  out.I64("ts", timestamp);
  out.I64("ctmd", credential_time_max_delta);
  out.U64("r", revision);
  out.Address("id", issued_to);
  out.Address("tt", trace_target);
  out.U64("tl", trace_level);
  out.U64("f", flags);
  out.U64("ml", multicast_limit);
  out.U64("t", is_public ? kPublicType : 0);
  out.Text("n", name);
  out.U64("mtu", mtu);
  WriteBinaries(out, *this);
  WriteSignOn(out, sign_on);
  if (!out.ok()) return std::nullopt;
  return out.Release();
}

}  // namespace zt
