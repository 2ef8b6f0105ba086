// What we know of one other member of a network: its credentials, and what was revoked (vl2.md §8.1, §8.2).
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "wire/network_config.h"
#include "zt/time.h"

namespace zt::vl2 {

struct Membership {
  // A member never needs more of each than a configuration may hold; more than that is someone filling our memory.
  static constexpr size_t kMaxCapabilities = limits::kMaxCapabilities;
  static constexpr size_t kMaxTags = limits::kMaxTags;
  static constexpr size_t kMaxOwnerships = limits::kMaxOwnerships;
  static constexpr size_t kMaxRevocations = 1'024;  // one for each of the above, several times over

  std::optional<CertificateOfMembership> com;
  int64_t com_revocation_threshold = 0;
  std::map<std::pair<CredentialType, uint32_t>, int64_t> revocations;  // (type, id) -> threshold
  std::map<uint32_t, Capability> capabilities;
  std::map<uint32_t, Tag> tags;
  std::map<uint32_t, CertificateOfOwnership> ownerships;

  Instant pushed = Instant::LongAgo();             // when I last sent mine
  Instant announced = Instant::LongAgo();          // my last MULTICAST_LIKE to it

  // The gate's verdict under the configuration numbered `verdict_epoch` (Network::Allows); 0: none.
  uint32_t verdict_epoch = 0;
  bool verdict = false;

  // Credentials age against the configuration in force: `config` may be null, then nothing is valid (vl2.md §8.2).
  const Tag* ValidTag(uint32_t id, const NetworkConfig& config) const;
  bool IsValid(const Capability& capability, const NetworkConfig& config) const;
  bool ValidlyOwns(const IpAddress& ip, const NetworkConfig& config) const;
  bool ValidlyOwns(Mac mac, const NetworkConfig& config) const;
  // Drops credentials that can no longer be valid under `config`, and revocations that only concern such.
  void Clean(const NetworkConfig& config);
  // Nobody signed anything of what is here: forgetting it loses nothing.
  bool HoldsNothing() const {
    return !com && HasNoRevocations() && capabilities.empty() && tags.empty() && ownerships.empty();
  }
  Instant LastUsed() const { return pushed > announced ? pushed : announced; }
  // False: forgetting this record would let revoked credentials in again.
  bool HasNoRevocations() const { return com_revocation_threshold == 0 && revocations.empty(); }

 private:
  bool InForce(CredentialType type, uint32_t id, int64_t timestamp, const NetworkConfig& config) const;
};

// vl2.md §8.2: what became of a credential that was offered.
enum class Acceptance : uint8_t { kRejected, kDeferred, kRedundant, kNew };

}  // namespace zt::vl2
