// Self-awareness: what others see as our outside address (vl1.md §7.11).
#pragma once

#include <span>
#include <vector>

#include "vl1/limits.h"
#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/time.h"

namespace zt::vl1 {

// Whose word counts more when there is no room for all: strangers are free to make up.
enum class Reporter : uint8_t { kStranger, kTrusted, kRoot };

struct SurfaceReport {
  NodeAddress reporter;
  Reporter rank = Reporter::kStranger;
  LocalSocket socket;
  Endpoint reporter_endpoint;
  Endpoint surface;
};

class SurfaceTable {
 public:
  // Takes a report. True: a root now sees another IP than it did, so all paths of that scope and family are in doubt
  // and have to be probed.
  bool Report(Instant now, const SurfaceReport& report, bool allow_loopback);
  // All distinct surfaces, in order of first report.
  std::vector<Endpoint> Distinct() const;
  void Sweep(Instant now);
  // Another one whenever Distinct may say something else.
  uint64_t revision() const { return revision_; }
  // What was reported over sockets that are gone says nothing about the others.
  void DropSockets(std::span<const LocalSocket> sockets);

 private:
  struct Entry {
    NodeAddress reporter;
    Reporter rank;
    LocalSocket socket;
    Endpoint reporter_endpoint;
    IpScope scope;
    Endpoint surface;
    Instant at;
  };
  bool MakeRoom(const SurfaceReport& report);
  bool DropOldest(const auto& among);

  uint64_t revision_ = 0;
  std::vector<Entry> entries_;  // at most kSurfaceEntries
};

}  // namespace zt::vl1
