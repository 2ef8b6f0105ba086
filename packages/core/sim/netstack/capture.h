// Writes a run down: a capture file of what both hosts send and receive, as two interfaces, and a trace of what the
// applications are told.
#pragma once

#include <string>

#include "base/pcapng.h"
#include "sim/netstack/simulation.h"

namespace zt::netstack::sim {

class Capture final : public Observer {
 public:
  // More than this is not kept: the file stays readable.
  static constexpr size_t kMaxBytes = 256 << 20;

  Capture(bool record, bool trace);
  void OnFrame(const Now& now, size_t host, bool sent, const Lab::Frame& frame) override;
  void OnNote(const Now& now, const std::string& text) override;
  // False: the file could not be written.
  bool Save(const std::string& path) const;

 private:
  Bytes bytes_;
  PcapngWriter writer_;
  bool record_, trace_;
};

}  // namespace zt::netstack::sim
