// The bridge: two ends joined by two impaired lanes.
#pragma once

#include <memory>

#include "testing/linux/capture_file.h"
#include "testing/linux/impairment.h"
#include "testing/linux/link_end.h"

namespace zt::linux_lab {

class Link final : public Part {
 public:
  Link(std::unique_ptr<LinkEnd> a, std::unique_ptr<LinkEnd> b, uint64_t seed)
      : lanes{{seed, 0}, {seed, 1}}, ends_{std::move(a), std::move(b)} {}

  bool Turn(int64_t now_ns) override;
  int64_t NextNs() const override;

  ImpairedLane lanes[2];  // from a to b, from b to a
  std::unique_ptr<CaptureFile> capture;

 private:
  static constexpr int kBatch = 64;  // frames taken from an end before the other has its turn

  std::unique_ptr<LinkEnd> ends_[2];
};

}  // namespace zt::linux_lab
