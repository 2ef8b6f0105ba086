// Adopting worlds: the root set changes, and with it who is a root peer (vl1.md §6.3, §6.4).
#pragma once

#include "vl1/admission.h"
#include "vl1/online.h"

namespace zt::vl1 {

class Worlds {
 public:
  Worlds(Context& context, KeepaliveSchedule& schedule, Admission& admission, Online& online)
      : context_(context), schedule_(schedule), admission_(admission), online_(online) {}

  // Offers one world; adopted planets go to the delegate for storing.
  void Offer(const Now& now, const World& world) {
    if (Adopt(now, world)) RootsChanged(now);
  }
  // The world section of OK(HELLO). Worlds before a malformed one stay offered. False: malformed.
  bool OfferSection(const Now& now, ByteSpan section);

 private:
  bool Adopt(const Now& now, const World& world);
  void RootsChanged(const Now& now);

  Context& context_;
  KeepaliveSchedule& schedule_;
  Admission& admission_;
  Online& online_;
};

}  // namespace zt::vl1
