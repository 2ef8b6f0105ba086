// The outer wire as a capture file: one interface for each host, in both directions. What is sent by one and not taken
// in by another was lost, cut off, or kept by a NAT.
#pragma once

#include <map>
#include <string>

#include "base/pcapng.h"
#include "sim/host.h"

namespace zt::sim {

class Capture final : public Tap {
 public:
  // More than this is not kept: the file stays readable.
  static constexpr size_t kMaxBytes = 256 << 20;

  explicit Capture(const Simulator& simulator);
  void OnPacket(const std::string& host, bool sent, const Packet& packet) override;
  // False: the file could not be written.
  bool Save(const std::string& path) const;

 private:
  const Simulator& simulator_;
  Bytes bytes_;
  PcapngWriter writer_;
  std::map<std::string, uint32_t> interfaces_;
};

}  // namespace zt::sim
