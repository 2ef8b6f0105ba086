// Whether the node can be reached and, if not, why: a state machine over the evidence of what was tried and what came
// (HOST_PROTOCOL.md §10). It only looks; the HELLOs it judges are Keepalive's.
#pragma once

#include "vl1/online.h"

namespace zt::vl1 {

class ConnectivityWatch {
 public:
  ConnectivityWatch(Context& context, const Online& online) : context_(context), online_(online) {}

  // The TCP relay that carries our traffic, or none (vl1.md §10).
  void SetTunnel(const Now& now, const Endpoint& relay);
  // After an input: a change of being online is judged at once, new evidence at the next timeout.
  void InputHandled(const Now& now);
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const { return {judge_at_, "connectivity"}; }
  ConnectivityInfo Diagnose(const Now& now) const;

 private:
  void Judge(const Now& now);
  Connectivity StateOf(const Now& now, const std::vector<OfflineReason>& reasons) const;
  std::vector<OfflineReason> ReasonsOf(const Now& now) const;
  void AddReasonsOfEndpoints(std::vector<OfflineReason>& reasons) const;
  bool Refused(NodeAddress root, const Endpoint& endpoint) const;
  bool HasSocketOf(IpFamily family) const;
  bool Told(OfflineReason reason) const;

  Context& context_;
  const Online& online_;
  Endpoint tunnel_;
  Instant started_ = Instant::Never();      // the first timeout after the first roots
  Instant judge_at_ = Instant::LongAgo();   // Never while online
  Instant judged_ = Instant::LongAgo();
  Instant evidence_judged_ = Instant::LongAgo();  // or will be: because of what came, not because it was time
  // As last told to the delegate.
  Connectivity told_state_ = Connectivity::kStarting;
  std::vector<OfflineReason> told_reasons_;
  Endpoint told_tunnel_;
};

}  // namespace zt::vl1
