// What every part of VL2 works with: the layer below, the layer above, and the state they share.
#pragma once

#include <array>
#include <map>
#include <memory>

#include "base/byte_writer.h"
#include "base/drop_counters.h"
#include "vl2/deferral_queue.h"
#include "vl2/link.h"
#include "vl2/loopback_queue.h"
#include "vl2/network.h"
#include "vl2/signature_budget.h"
#include "wire/limits.h"

namespace zt::vl2 {

class Delegate;

struct Context {
  Link& link;
  RandomSource& random;
  DropCounters& drops;
  Delegate& delegate;
  bool low_bandwidth = false;  // vl2.md §3.4

  std::map<NetworkId, std::unique_ptr<Network>> networks{};
  DeferralQueue deferred{};
  LoopbackQueue loopback{};
  SignatureBudget signatures{};
  Instant deferral_end = Instant::Never();  // of the message taken up again; Never: it is a fresh one
  int deferral_tries = 0;                   // how often that message was taken up
  // A message being built, until the link has taken it.
  ByteArray<limits::kMaxPayloadSize> scratch{};

  NodeAddress self() const { return link.self().address(); }
  Network* Find(NetworkId id) {
    const auto it = networks.find(id);
    return it == networks.end() ? nullptr : it->second.get();
  }
  // Sends a message of wire/verb that fits one packet.
  template <typename M>
  PacketId Send(const Now& now, NodeAddress to, Verb verb, const M& message, vl1::SendOptions options = {}) {
    ByteWriter out(scratch);
    message.SerializeTo(out);
    if (!out.ok()) {
      drops.Count(DropReason::kTooLong);
      return {};
    }
    const ByteSpan piece = out.written();
    return link.Send(now, to, verb, {&piece, 1}, options);
  }
  void SendError(const Now& now, NodeAddress to, Verb in_re_verb, PacketId in_re, WireError code, NetworkId network);
  // Keeps a message that cannot be judged yet, until what it waits for changes (deferral_queue.h).
  void Defer(const Now& now, const vl1::Message& message, NetworkId network, NodeAddress identity);
};

}  // namespace zt::vl2
