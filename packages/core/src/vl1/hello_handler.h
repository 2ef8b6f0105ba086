// HELLO received: the only message that may come from a stranger (vl1.md §5.2, §11.6).
#pragma once

#include "vl1/admission.h"
#include "vl1/checked_identities.h"
#include "vl1/identity_check_gate.h"
#include "vl1/seen.h"
#include "vl1/self_awareness.h"
#include "wire/verb/hello.h"

namespace zt::vl1 {

class HelloHandler {
 public:
  struct Parts {
    PacketWriter& writer;
    Admission& admission;
    SelfAwareness& self_awareness;
    Seen& seen;
  };
  HelloHandler(Context& context, const Parts& parts) : context_(context), parts_(parts), secret_(context.random) {}

  // Under suite 0, not authenticated yet: verifies with the key of the identity inside. Runs SEEN itself.
  void HandleUnverified(const Now& now, MutableBytes packet, const Endpoint& from, LocalSocket via);
  // Opened already with the peer's keys under another suite.
  void HandleVerified(const Now& now, MutableBytes packet, Peer& peer, Path& path);

 private:
  std::optional<wire::Hello> ParseAndCheck(ByteSpan packet);
  Peer* Verify(const Now& now, MutableBytes packet, const wire::Hello& hello, const Endpoint& from, LocalSocket via);
  Peer* VerifyStranger(const Now& now, MutableBytes packet, const Identity& identity, const Endpoint& from);
  void Collide(const Now& now, MutableBytes packet, const Identity& identity, const Destination& from);
  bool MayAgree(Instant now, const IpAddress& source);
  bool IsValid(Instant now, const Identity& identity, const IpAddress& source);
  bool IsOurHost(const IpAddress& source) const;
  const CheckRates& RatesOf(const IpAddress& source) const;
  void Accept(const Now& now, MutableBytes packet, const wire::Hello& hello, Peer& peer, Path& path);
  void Answer(const Now& now, const wire::Hello& hello, const wire::HelloTail& tail, PacketId id, Peer& peer,
              Path& path);

  Context& context_;
  Parts parts_;
  const SipHash secret_;  // of the tables whose places nobody may choose
  IdentityCheckGate gate_{secret_};
  struct {
    StrangersBudget agreements, work_functions;
  } strangers_{StrangersBudget(secret_), StrangersBudget(secret_)};
  struct {
    CheckBudget agreements, work_functions;
  } our_host_;
  CheckedIdentities checked_{secret_};
};

}  // namespace zt::vl1
