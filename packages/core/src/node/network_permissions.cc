#include "node/network_permissions.h"

#include <algorithm>

namespace zt::node {

namespace {

constexpr uint8_t kManaged = 1, kGlobal = 2, kDefaultRoute = 4;

bool Covers(const IpPrefix& entry, const IpPrefix& target) {
  return entry.bits <= target.bits && entry.Contains(target.address);
}

}  // namespace

bool NetworkPermissions::Allows(const IpPrefix& target) const {
  if (!managed) return false;
  const auto covers = [&](const IpPrefix& entry) { return Covers(entry, target); };
  if (!only.empty() && std::none_of(only.begin(), only.end(), covers)) return false;
  if (target.bits == 0 && target.address.IsUnspecified()) return default_route;
  switch (target.address.Scope()) {
    case IpScope::kNone:
    case IpScope::kMulticast:
    case IpScope::kLoopback:
    case IpScope::kLinkLocal: return false;
    case IpScope::kGlobal: return global;
    case IpScope::kPseudoPrivate:
    case IpScope::kShared:
    case IpScope::kPrivate: return true;
  }
  return false;
}

Status NetworkPermissions::Read(HostReader& in, NetworkPermissions& out) {
  const uint8_t flags = in.U8();
  const size_t count = in.U16();
  if (!in.ok() || (flags & ~(kManaged | kGlobal | kDefaultRoute)) != 0) return Status::kInvalidArgument;
  if (count > kMaxPrefixes) return Status::kLimitReached;
  out = {(flags & kManaged) != 0, (flags & kGlobal) != 0, (flags & kDefaultRoute) != 0, {}};
  for (size_t i = 0; i < count; ++i) {
    out.only.push_back(in.Prefix());
    if (!in.ok() || out.only.back().address.IsNone()) return Status::kInvalidArgument;
  }
  return in.AtEnd() ? Status::kOk : Status::kInvalidArgument;
}

void NetworkPermissions::Write(HostWriter& out) const {
  out.U8(static_cast<uint8_t>((managed ? kManaged : 0) | (global ? kGlobal : 0) | (default_route ? kDefaultRoute : 0)));
  out.Count(only.size());
  for (const IpPrefix& prefix : only) out.Prefix(prefix);
}

}  // namespace zt::node
