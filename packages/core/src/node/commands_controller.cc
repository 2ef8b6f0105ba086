// Commands of a network controller: its decisions, to be signed and sent (controller.md).
#include "node/commands.h"
#include "wire/network_config.h"

namespace zt::node {

namespace {

// Enough to tell every member of the largest network at once that one of them was evicted.
constexpr size_t kMaxRecipients = 65535;

// A list of at most `max` items, each read by `one`. False: too long or malformed.
template <typename T, typename One>
bool ReadList(HostReader& in, size_t max, std::vector<T>& out, One one) {
  const size_t count = in.U16();
  if (count > max) return false;
  for (size_t i = 0; i < count && in.ok(); ++i) out.push_back(one(in));
  return in.ok();
}

NetworkRoute ReadRoute(HostReader& in) {
  NetworkRoute route;
  route.target = in.Prefix();
  route.via = in.Ip();
  route.flags = in.U16();
  route.metric = in.U16();
  return route;
}

bool ReadDns(HostReader& in, NetworkDns& dns) {
  dns.domain = in.Str16();
  std::vector<IpAddress> servers;
  if (!ReadList(in, limits::kDnsServers, servers, [](HostReader& r) { return r.Ip(); })) return false;
  for (size_t i = 0; i < servers.size(); ++i) dns.servers[i] = servers[i];
  return dns.domain.size() < limits::kDnsDomainField && dns.domain.find('\0') == std::string::npos;
}

bool ReadRules(HostReader& in, std::vector<Rule>& rules) {
  const size_t count = in.U16();
  const ByteSpan bytes = in.Blob32();
  if (!in.ok() || count > limits::kMaxRules) return false;
  std::optional<std::vector<Rule>> parsed = ParseRules(bytes, limits::kMaxRules);
  if (!parsed.has_value() || parsed->size() != count) return false;
  rules = std::move(*parsed);
  return true;
}

bool ReadCapability(HostReader& in, vl2::IssuedCapability& capability) {
  capability.id = in.U32();
  capability.rule_count = in.U16();
  const ByteSpan bytes = in.Blob32();
  capability.rules.assign(bytes.begin(), bytes.end());
  const auto rules = ParseRules(bytes, limits::kMaxRulesPerCapability);
  return in.ok() && rules.has_value() && rules->size() == capability.rule_count;
}

// The fields up to the flags and lists (HOST_PROTOCOL.md §6).
bool ReadHead(HostReader& in, vl2::IssuedConfig& issued) {
  NetworkConfig& config = issued.config;
  config.network = {in.U64()};
  config.timestamp = in.I64();
  config.credential_time_max_delta = in.I64();
  config.revision = in.U64();
  config.issued_to = in.Address();
  config.trace_target = in.Address();
  config.trace_level = in.U64();
  config.flags = in.U64();
  config.multicast_limit = in.U32();
  const uint8_t type = in.U8();
  config.is_public = type == 1;
  config.name = in.Str16();
  const uint32_t mtu = in.U32();
  config.mtu = static_cast<uint16_t>(mtu);
  issued.include_com = in.Bool();
  return in.ok() && type <= 1 && config.name.size() <= limits::kMaxNetworkName && mtu >= limits::kMinMtu &&
         mtu <= limits::kMaxMtu && config.issued_to.IsValid() && config.timestamp >= 0;
}

bool ReadIssued(HostReader& in, vl2::IssuedConfig& issued) {
  if (!ReadHead(in, issued)) return false;
  NetworkConfig& config = issued.config;
  if (!ReadList(in, limits::kMaxSpecialists, config.specialists, [](HostReader& r) { return Specialist{r.U64()}; }) ||
      !ReadList(in, limits::kMaxRoutes, config.routes, ReadRoute) ||
      !ReadList(in, limits::kMaxAddresses, config.addresses, [](HostReader& r) { return r.Prefix(); }) ||
      !ReadDns(in, config.dns) || !ReadRules(in, config.rules)) {
    return false;
  }
  const size_t capabilities = in.U16();
  if (capabilities > limits::kMaxCapabilities) return false;
  for (size_t i = 0; i < capabilities; ++i) {
    if (!ReadCapability(in, issued.capabilities.emplace_back())) return false;
  }
  const auto tag = [](HostReader& r) {
    const uint32_t id = r.U32();
    return vl2::IssuedTag{id, r.U32()};
  };
  return ReadList(in, limits::kMaxTags, issued.tags, tag);
}

Status Enable(CommandContext& c, HostReader& in, HostWriter&) {
  const bool on = in.Bool();
  if (!in.AtEnd()) return Status::kInvalidArgument;
  c.node.vl2().EnableController(on);
  return Status::kOk;
}

Status Grant(CommandContext& c, HostReader& in, HostWriter&) {
  const NodeAddress member = in.Address();
  const PacketId request{in.U64()};
  vl2::IssuedConfig issued;
  if (!ReadIssued(in, issued) || !in.AtEnd() || !member.IsValid()) return Status::kInvalidArgument;
  return c.node.vl2().Grant(c.now, member, request, issued) ? Status::kOk : Status::kInvalidArgument;
}

Status Reject(CommandContext& c, HostReader& in, HostWriter&) {
  const NodeAddress member = in.Address();
  const NetworkId network{in.U64()};
  const PacketId request{in.U64()};
  const auto code = static_cast<WireError>(in.U8());
  const bool known = code == WireError::kObjectNotFound || code == WireError::kNetworkAccessDenied ||
                     code == WireError::kNetworkAuthenticationRequired;
  if (!in.AtEnd() || !member.IsValid() || !known) return Status::kInvalidArgument;
  c.node.vl2().Reject(c.now, member, network, request, code);
  return Status::kOk;
}

Status Revoke(CommandContext& c, HostReader& in, HostWriter&) {
  const NetworkId network{in.U64()};
  const NodeAddress target = in.Address();
  const int64_t issued_until = in.I64();
  std::vector<NodeAddress> recipients;
  if (!ReadList(in, kMaxRecipients, recipients, [](HostReader& r) { return r.Address(); }) || !in.AtEnd() ||
      !target.IsValid() || issued_until < 0) {
    return Status::kInvalidArgument;
  }
  c.node.vl2().Revoke(c.now, network, {target, issued_until}, recipients);
  return Status::kOk;
}

constexpr CommandEntry kTable[] = {
    {Command::kControllerEnable, Enable},
    {Command::kControllerGrant, Grant},
    {Command::kControllerReject, Reject},
    {Command::kControllerRevoke, Revoke},
};

}  // namespace

std::span<const CommandEntry> ControllerCommands() { return kTable; }

}  // namespace zt::node
