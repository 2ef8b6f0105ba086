#include "node/network_permissions.h"

#include <algorithm>

namespace zt::node {

namespace {

constexpr uint8_t kManaged = 1, kGlobal = 2, kDefaultRoute = 4;

bool Covers(const IpPrefix& entry, const IpPrefix& target) {
  return entry.bits <= target.bits && entry.Contains(target.address);
}

// The address with all bits behind the prefix cleared, or set.
IpAddress End(const IpPrefix& prefix, bool last) {
  IpAddress out = prefix.address;
  for (size_t bit = prefix.bits; bit < 8 * out.size(); ++bit) {
    const auto mask = static_cast<uint8_t>(0x80 >> bit % 8);
    uint8_t& byte = out.bytes[bit / 8];
    byte = static_cast<uint8_t>(last ? byte | mask : byte & ~mask);
  }
  return out;
}

// A prefix that begins or ends elsewhere than the address it names holds global addresses too: 10.0.0.0/1.
bool ReachesBeyond(const IpPrefix& target) {
  const IpScope scope = target.address.Scope();
  return End(target, false).Scope() != scope || End(target, true).Scope() != scope;
}

}  // namespace

bool NetworkPermissions::Allows(const IpPrefix& target) const {
  if (!managed) return false;
  const auto covers = [&](const IpPrefix& entry) { return Covers(entry, target); };
  if (!only.empty() && std::none_of(only.begin(), only.end(), covers)) return false;
  if (target.bits == 0) return default_route;
  if (ReachesBeyond(target) && !global) return false;
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
