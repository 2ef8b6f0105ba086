// Unicast frames from other members to our port (vl2.md §9.2, §9.3).
#pragma once

#include "vl2/credential_intake.h"
#include "vl2/filter.h"
#include "vl2/gate.h"
#include "wire/verb/ext_frame.h"

namespace zt::vl2 {

class FrameIn {
 public:
  FrameIn(Context& context, Gate& gate, CredentialIntake& intake, Filter& filter)
      : context_(context), gate_(gate), intake_(intake), filter_(filter) {}

  // Both return trust (vl1.md §5.13).
  bool HandleFrame(const Now& now, const vl1::Message& message);
  bool HandleExtFrame(const Now& now, const vl1::Message& message);

 private:
  // True: the frame is to be acknowledged if asked (delivered, or refused by the rules).
  bool JudgeExtFrame(const Now& now, Network& network, NodeAddress peer, const wire::ExtFrame& received);

  Context& context_;
  Gate& gate_;
  CredentialIntake& intake_;
  Filter& filter_;
};

}  // namespace zt::vl2
