#include "sim/capture.h"

#include <cstdio>

#include "node/capture_datagram.h"

namespace zt::sim {

Capture::Capture(const Simulator& simulator) : simulator_(simulator), writer_(bytes_) { writer_.Section("zt_chaos"); }

void Capture::OnPacket(const std::string& host, bool sent, const Packet& packet) {
  if (bytes_.size() > kMaxBytes) return;
  auto at = interfaces_.find(host);
  if (at == interfaces_.end()) at = interfaces_.emplace(host, writer_.Interface(PcapngLink::kRaw, host)).first;
  const node::OuterHeader header(packet.source, packet.destination, packet.bytes, packet.ttl);
  const ByteSpan pieces[] = {header.bytes(), packet.bytes};
  PcapngPacket record;
  record.interface = at->second;
  record.time_us = static_cast<uint64_t>(Simulator::kEpoch + simulator_.now().ms) * 1000;
  record.direction = sent ? PcapngDirection::kOutbound : PcapngDirection::kInbound;
  record.pieces = pieces;
  writer_.Packet(record);
}

bool Capture::Save(const std::string& path) const {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(bytes_.data(), 1, bytes_.size(), file) == bytes_.size();
  return std::fclose(file) == 0 && written;
}

}  // namespace zt::sim
