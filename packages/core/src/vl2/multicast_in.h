// Multicast messages from others: announcements, questions, answers, frames (vl2.md §12.3, §12.6-§12.8).
#pragma once

#include "vl2/authorization.h"
#include "vl2/credential_intake.h"
#include "vl2/filter.h"
#include "vl2/gate.h"
#include "vl2/multicast_out.h"
#include "wire/verb/multicast_frame.h"

namespace zt::vl2 {

class MulticastIn {
 public:
  MulticastIn(Context& context, Gate& gate, CredentialIntake& intake, Filter& filter, MulticastMembers& members,
              MulticastOut& out, const Authorization& authorization)
      : context_(context), gate_(gate), intake_(intake), filter_(filter), members_(members), out_(out),
        authorization_(authorization) {}

  // Each returns trust (vl1.md §5.13).
  bool HandleLike(const Now& now, const vl1::Message& message);
  bool HandleGather(const Now& now, const vl1::Message& message);
  bool HandleFrame(const Now& now, const vl1::Message& message);
  void HandleOkGather(const Now& now, const vl1::Message& message);
  void HandleOkFrame(const Now& now, const vl1::Message& message);
  void HandleUnwanted(const Now& now, const vl1::Message& message, ByteSpan error_data);

 private:
  bool IsAuthorized(const Now& now, NetworkId network, const Identity& peer);
  // True: the frame was well-formed enough to be answered with members.
  bool JudgeFrame(const Now& now, Network& network, const vl1::Message& message, const wire::MulticastFrame& frame);
  wire::GatherResult Collect(const Now& now, NetworkId network, const MulticastGroup& group, uint32_t limit,
                             NodeAddress requester);
  void AddMembers(const Now& now, const Network& network, const MulticastGroup& group, NodeAddress teller,
                  const wire::GatherResult& result);

  Context& context_;
  Gate& gate_;
  CredentialIntake& intake_;
  Filter& filter_;
  MulticastMembers& members_;
  MulticastOut& out_;
  const Authorization& authorization_;
};

}  // namespace zt::vl2
