// The planet of a test's own roots. Its signing key is drawn from a fixed seed: never for real networks.
#pragma once

#include <vector>

#include "base/check.h"
#include "node/host_codec.h"
#include "wire/identity.h"
#include "zt/makers.h"

namespace zt::testing {

struct PlanetRoot {
  Identity identity;
  Endpoint endpoint;
  Endpoint second = {};  // of another family; or none
};

// `timestamp`: ms since 1970, as the planet's revision.
inline Bytes TestPlanet(const std::vector<PlanetRoot>& roots, int64_t timestamp = 1) {
  Bytes spec, planet;
  node::HostWriter out(spec);
  out.U64(99);
  out.I64(timestamp);
  out.Put(Bytes(128, 0));  // a fresh signing key
  out.Count(roots.size());
  for (const PlanetRoot& root : roots) {
    out.Str16(root.identity.ToText());
    out.Count(root.second.IsNone() ? 1 : 2);
    out.Ep(root.endpoint);
    if (!root.second.IsNone()) out.Ep(root.second);
  }
  ZT_CHECK(MakePlanet(Bytes(32, 9), spec, planet) == Status::kOk);
  return planet;
}

}  // namespace zt::testing
