// The memory-hard check of an identity (vl1.md §2.5) takes milliseconds and would be most of what a simulation does, as
// every node checks every other. Linked into simulations with --wrap (sim.cmake), this answers for an identity that
// the true function found valid before in this process; the core is the one that ships.
#include <set>

#include "sim/heap_account.h"
#include "wire/identity.h"

extern "C" bool __real__ZNK2zt8Identity8ValidateEv(const zt::Identity* self);

extern "C" bool __wrap__ZNK2zt8Identity8ValidateEv(const zt::Identity* self) {
  static std::set<zt::Identity> valid;
  if (valid.contains(*self)) return true;
  const bool found = __real__ZNK2zt8Identity8ValidateEv(self);
  const zt::sim::HeapAccount nobody(0);
  if (found) valid.insert(*self);
  return found;
}
