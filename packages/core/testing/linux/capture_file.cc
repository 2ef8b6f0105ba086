#include "testing/linux/capture_file.h"

#include <time.h>

#include "testing/linux/event_loop.h"

namespace zt::linux_lab {

CaptureFile::CaptureFile(const std::string& path) : file_(std::fopen(path.c_str(), "wb")), writer_(buffer_) {
  if (file_ == nullptr) Die(path.c_str());
  writer_.Section("zt_linux_lab");
  for (const char* name : {"a to b", "b to a", "a to b, lost", "b to a, lost"}) {
    writer_.Interface(PcapngLink::kEthernet, name);
  }
  Drain();
}

CaptureFile::~CaptureFile() { std::fclose(file_); }

void CaptureFile::Frame(int direction, bool carried, ByteSpan frame) {
  timespec wall;
  clock_gettime(CLOCK_REALTIME, &wall);
  PcapngPacket packet;
  packet.interface = static_cast<uint32_t>(direction + (carried ? 0 : 2));
  packet.time_us = static_cast<uint64_t>(wall.tv_sec) * 1'000'000 + static_cast<uint64_t>(wall.tv_nsec) / 1000;
  packet.pieces = {&frame, 1};
  writer_.Packet(packet);
  Drain();
}

void CaptureFile::Drain() {
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) Die("capture");
  buffer_.clear();
}

}  // namespace zt::linux_lab
