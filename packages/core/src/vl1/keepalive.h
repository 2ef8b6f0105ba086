// Keeps paths to roots and active peers open, finds dead ones, forgets silent peers (vl1.md §7.10).
#pragma once

#include "vl1/admission.h"
#include "vl1/path_doubt.h"
#include "vl1/prober.h"
#include "vl1/reachability.h"
#include "vl1/whois.h"

namespace zt::vl1 {

class Keepalive {
 public:
  struct Parts {
    KeepaliveSchedule& schedule;
    Prober& prober;
    PacketWriter& writer;
    Reachability& reachability;
    Admission& admission;
    Whois& whois;
    PathDoubt& doubt;
  };
  Keepalive(Context& context, const Parts& parts) : context_(context), parts_(parts) {}

  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;

 private:
  void RefreshContacts(const Now& now);
  void Maintain(const Now& now, Peer& peer);
  void ExpireSlots(const Now& now, Peer& peer);
  void ProbeSlots(const Now& now, Peer& peer);
  void CallRoot(const Now& now, Peer& root);
  void CallStableEndpoint(const Now& now, Peer& root, IpFamily family);
  void CallContact(const Now& now, Peer& peer);
  void TryRemembered(const Now& now, Peer& peer);

  Context& context_;
  Parts parts_;
  Instant contacts_refreshed_ = Instant::LongAgo();
  Instant swept_ = Instant::LongAgo();
};

}  // namespace zt::vl1
