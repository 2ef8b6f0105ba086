#include "host/bind_policy.h"

#include <algorithm>
#include <array>

namespace zt::host {

namespace {

// A machine with more (a container host) gains nothing from sockets on every one of them: each HELLO goes out of all.
constexpr size_t kMaxLocalAddresses = 32;
// More than this says nothing new to a peer; the core cuts at its own limit.
constexpr size_t kMaxAnnounced = 64;

// Loopback and tunnels, among them our own kind: VL1 does not go through VL1 (vl1.md §3.10).
constexpr std::array<std::string_view, 4> kSkippedPrefixes{"lo", "zt", "tun", "tap"};

bool IsSkipped(std::string_view name, bool loopback) {
  return std::any_of(kSkippedPrefixes.begin(), kSkippedPrefixes.end(), [&](std::string_view prefix) {
    return name.starts_with(prefix) && !(loopback && prefix == "lo");
  });
}

bool Matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return name == pattern;
}

// Usable for VL1 (vl1.md §1.6). Of loopback only the addresses every machine has.
bool IsUsable(const IpAddress& ip, bool loopback) {
  static const IpPrefix kTunnelBroker = *IpPrefix::Parse("2001:470::/32");
  switch (ip.Scope()) {
    case IpScope::kPseudoPrivate:
    case IpScope::kGlobal:
    case IpScope::kShared:
    case IpScope::kPrivate:
      return !kTunnelBroker.Contains(ip);
    case IpScope::kLoopback:
      return loopback;
    default:
      return false;
  }
}

}  // namespace

bool IsWildcard(const Endpoint& endpoint) { return endpoint.ip.IsUnspecified(); }

bool BindPolicy::FollowsInterfaces() const {
  return automatic || std::any_of(fixed.begin(), fixed.end(), IsWildcard);
}

std::vector<InterfaceAddress> UsableAddresses(const BindPolicy& policy, std::span<const InterfaceAddress> all) {
  std::vector<InterfaceAddress> out;
  const bool loopback = policy.automatic && policy.loopback;
  for (const InterfaceAddress& address : all) {
    const auto excluded = [&](const std::string& pattern) { return Matches(pattern, address.interface); };
    const auto blacklisted = [&](const IpPrefix& prefix) { return prefix.Contains(address.ip); };
    if (address.temporary || !IsUsable(address.ip, loopback) || IsSkipped(address.interface, loopback)) continue;
    if (std::any_of(policy.excluded.begin(), policy.excluded.end(), excluded)) continue;
    if (std::any_of(policy.blacklist.begin(), policy.blacklist.end(), blacklisted)) continue;
    const auto same = [&](const InterfaceAddress& other) { return other.ip == address.ip; };
    if (std::any_of(out.begin(), out.end(), same)) continue;  // one address may be on two interfaces
    if (out.size() < kMaxLocalAddresses) out.push_back(address);
  }
  return out;
}

std::vector<Endpoint> AnnouncedEndpoints(std::span<const Endpoint> bound, std::span<const InterfaceAddress> own) {
  std::vector<Endpoint> out;
  const auto add = [&](const Endpoint& endpoint) {
    if (out.size() < kMaxAnnounced) out.push_back(endpoint);
  };
  for (const Endpoint& endpoint : bound) {
    if (!IsWildcard(endpoint)) {
      add(endpoint);
      continue;
    }
    for (const InterfaceAddress& address : own) {
      if (address.ip.family == endpoint.ip.family) add({address.ip, endpoint.port});
    }
  }
  return out;
}

}  // namespace zt::host
