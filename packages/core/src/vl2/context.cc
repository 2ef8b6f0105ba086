#include "vl2/context.h"

#include "wire/verb/error.h"

namespace zt::vl2 {

void Context::SendError(const Now& now, NodeAddress to, Verb in_re_verb, PacketId in_re, WireError code,
                        NetworkId network) {
  ByteWriter out(scratch);
  wire::WriteNetworkError(out, in_re_verb, in_re, code, network);
  const ByteSpan piece = out.written();
  link.Send(now, to, Verb::kError, {&piece, 1});
}

void Context::Defer(const Now& now, const vl1::Message& message, NetworkId network, NodeAddress identity) {
  if (deferral_tries >= DeferralQueue::kMaxTries) return drops.Count(DropReason::kQueueTimeout);
  const Instant until = deferral_end == Instant::Never() ? now.mono + DeferralQueue::kWait : deferral_end;
  if (!deferred.Push(message, network, identity, until, deferral_tries)) drops.Count(DropReason::kQueueFull);
}

}  // namespace zt::vl2
