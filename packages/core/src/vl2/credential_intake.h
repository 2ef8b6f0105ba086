// Judging credentials that others show us (vl2.md §8.2, §8.3).
#pragma once

#include "vl2/context.h"
#include "wire/verb/network_credentials.h"

namespace zt::vl2 {

class CredentialIntake {
 public:
  static constexpr Millis kMinInterval = 1'000;     // vl2.md §17: one message per second and peer
  static constexpr size_t kMaxRateEntries = 4'096;  // peers heard from within a second; beyond it they wait

  explicit CredentialIntake(Context& context) : context_(context) {}

  // A NETWORK_CREDENTIALS message. True: at least one object was accepted.
  bool HandleMessage(const Now& now, const vl1::Message& message);
  // A COM that came attached to another message.
  Acceptance Accept(const Now& now, Network& network, const CertificateOfMembership& com, NodeAddress sender);
  Acceptance Accept(const Now& now, Network& network, const Revocation& revocation, NodeAddress sender);

 private:
  Acceptance Accept(const Now& now, Network& network, const Capability& capability, NodeAddress sender);
  template <typename T>
  Acceptance AcceptById(const Now& now, Network& network, const T& object, CredentialType type,
                        std::map<uint32_t, T> Membership::*list, size_t max, NodeAddress sender);
  template <typename T>
  Acceptance Verify(const Now& now, const Network& network, const T& object, NodeAddress sender);
  Acceptance VerifyChain(const Now& now, const Capability& capability, NodeAddress sender);
  // What a check of a signature came to; `sender` pays for a false one.
  Acceptance Judge(const Now& now, bool valid, NodeAddress sender);
  bool RateAllows(const Now& now, NodeAddress peer);

  Context& context_;
  std::map<NodeAddress, Instant> last_;
  NodeAddress missing_;  // the identity that the last deferred verification lacks
};

}  // namespace zt::vl2
