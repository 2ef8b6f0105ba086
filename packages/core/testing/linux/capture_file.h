// What enters a link, as a pcapng file: one interface for each direction and fate.
#pragma once

#include <cstdio>
#include <string>

#include "base/pcapng.h"

namespace zt::linux_lab {

class CaptureFile {
 public:
  explicit CaptureFile(const std::string& path);
  ~CaptureFile();
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;

  // `direction`: 0 from a to b, 1 from b to a. `carried`: not lost.
  void Frame(int direction, bool carried, ByteSpan frame);

 private:
  void Drain();

  std::FILE* file_;
  Bytes buffer_;
  PcapngWriter writer_;
};

}  // namespace zt::linux_lab
