#include "sim/netstack/capture.h"

#include <cstdio>

namespace zt::netstack::sim {

Capture::Capture(bool record, bool trace) : writer_(bytes_), record_(record), trace_(trace) {
  writer_.Section("zt_netstack_sim");
  writer_.Interface(PcapngLink::kEthernet, "host-0");
  writer_.Interface(PcapngLink::kEthernet, "host-1");
}

void Capture::OnFrame(const Now& now, size_t host, bool sent, const Lab::Frame& frame) {
  if (!record_ || bytes_.size() > kMaxBytes) return;
  uint8_t ethernet[14];
  for (int i = 0; i < 6; ++i) {
    ethernet[i] = static_cast<uint8_t>(frame.destination.value >> (40 - 8 * i));
    ethernet[6 + i] = static_cast<uint8_t>(frame.source.value >> (40 - 8 * i));
  }
  ethernet[12] = static_cast<uint8_t>(frame.ether_type >> 8);
  ethernet[13] = static_cast<uint8_t>(frame.ether_type);
  const ByteSpan pieces[] = {ethernet, frame.payload};
  PcapngPacket packet;
  packet.interface = static_cast<uint32_t>(host);
  // The monotonic clock: the wall clock of a scenario may jump back.
  packet.time_us = static_cast<uint64_t>(now.mono.ms) * 1000;
  packet.direction = sent ? PcapngDirection::kOutbound : PcapngDirection::kInbound;
  packet.pieces = pieces;
  writer_.Packet(packet);
}

void Capture::OnNote(const Now& now, const std::string& text) {
  if (trace_) std::printf("%10lld  %s\n", static_cast<long long>(now.mono.ms), text.c_str());
}

bool Capture::Save(const std::string& path) const {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(bytes_.data(), 1, bytes_.size(), file) == bytes_.size();
  return std::fclose(file) == 0 && written;
}

}  // namespace zt::netstack::sim
