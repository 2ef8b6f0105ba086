#include "vl2/membership.h"

#include <algorithm>

namespace zt::vl2 {

bool Membership::InForce(CredentialType type, uint32_t id, int64_t timestamp, const NetworkConfig& config) const {
  // Unsigned distance: a hostile timestamp must not overflow.
  const uint64_t a = static_cast<uint64_t>(timestamp), b = static_cast<uint64_t>(config.timestamp);
  const uint64_t distance = timestamp > config.timestamp ? a - b : b - a;
  if (config.credential_time_max_delta < 0) return false;
  if (distance > static_cast<uint64_t>(config.credential_time_max_delta)) return false;
  const auto revoked = revocations.find({type, id});
  return revoked == revocations.end() || timestamp > revoked->second;
}

const Tag* Membership::ValidTag(uint32_t id, const NetworkConfig& config) const {
  const auto it = tags.find(id);
  if (it == tags.end() || !InForce(CredentialType::kTag, id, it->second.timestamp, config)) return nullptr;
  return &it->second;
}

bool Membership::IsValid(const Capability& capability, const NetworkConfig& config) const {
  return InForce(CredentialType::kCapability, capability.id, capability.timestamp, config);
}

bool Membership::ValidlyOwns(const IpAddress& ip, const NetworkConfig& config) const {
  return std::any_of(ownerships.begin(), ownerships.end(), [&](const auto& entry) {
    return entry.second.Owns(ip) && InForce(CredentialType::kOwnership, entry.first, entry.second.timestamp, config);
  });
}

bool Membership::ValidlyOwns(Mac mac, const NetworkConfig& config) const {
  return std::any_of(ownerships.begin(), ownerships.end(), [&](const auto& entry) {
    return entry.second.Owns(mac) && InForce(CredentialType::kOwnership, entry.first, entry.second.timestamp, config);
  });
}

void Membership::Clean(const NetworkConfig& config) {
  // Only what is too old goes: something newer than our configuration becomes valid with the next one.
  const auto expired = [&](int64_t timestamp) {
    if (timestamp >= config.timestamp) return false;
    const uint64_t age = static_cast<uint64_t>(config.timestamp) - static_cast<uint64_t>(timestamp);
    return age > static_cast<uint64_t>(std::max<int64_t>(config.credential_time_max_delta, 0));
  };
  std::erase_if(capabilities, [&](const auto& e) { return expired(e.second.timestamp); });
  std::erase_if(tags, [&](const auto& e) { return expired(e.second.timestamp); });
  std::erase_if(ownerships, [&](const auto& e) { return expired(e.second.timestamp); });
  std::erase_if(revocations, [&](const auto& e) { return expired(e.second); });
  if (expired(com_revocation_threshold) && (!com || com->timestamp() > com_revocation_threshold)) {
    com_revocation_threshold = 0;
  }
}

}  // namespace zt::vl2
