// Writes a capture file of packets in memory: pcapng, as Wireshark and tcpdump read it (draft-ietf-opsawg-pcapng).
// Little-endian sections. No I/O: blocks are appended to a buffer the caller owns and may empty between calls.
#pragma once

#include <span>
#include <string_view>

#include "zt/bytes.h"

namespace zt {

// What the first byte of a packet belongs to (the LINKTYPE_ values of the tcpdump group).
enum class PcapngLink : uint16_t {
  kEthernet = 1,
  kRaw = 101,  // an IPv4 or IPv6 header; the version nibble tells
};

// The two low bits of epb_flags (§4.3.1).
enum class PcapngDirection : uint8_t { kUnknown = 0, kInbound = 1, kOutbound = 2 };

struct PcapngPacket {
  uint32_t interface = 0;       // an answer of PcapngWriter::Interface
  uint64_t time_us = 0;         // microseconds since 1970-01-01 UTC
  PcapngDirection direction = PcapngDirection::kUnknown;
  std::span<const ByteSpan> pieces;  // the packet, in order
};

class PcapngWriter {
 public:
  // The most one record holds: readers of the tcpdump family refuse longer ones.
  static constexpr uint32_t kMaxSnaplen = 262144;
  // Name and application texts are cut at this length.
  static constexpr size_t kMaxText = 255;

  // Records are cut after `snaplen` bytes, 1..kMaxSnaplen; anything else means kMaxSnaplen. Writes nothing yet.
  explicit PcapngWriter(Bytes& out, uint32_t snaplen = kMaxSnaplen);

  // Once, first: who wrote the file.
  void Section(std::string_view application);
  // Announces an interface before its first packet; the answer counts from 0.
  uint32_t Interface(PcapngLink link, std::string_view name);
  void Packet(const PcapngPacket& packet);
  // How many packets of an interface were seen and how many of them are missing from the file.
  void Statistics(uint32_t interface, uint64_t time_us, uint64_t received, uint64_t dropped);

  uint32_t interfaces() const { return interfaces_; }
  uint32_t snaplen() const { return snaplen_; }
  // Bytes that Packet appends for a packet of this length.
  size_t PacketSize(size_t length) const;
  // Bytes that Interface appends at most, and Statistics exactly.
  static constexpr size_t kMaxInterfaceSize = 20 + 4 + 256 + 8 + 4;
  static constexpr size_t kStatisticsSize = 24 + 12 + 12 + 12 + 4;

 private:
  Bytes& out_;
  uint32_t snaplen_;
  uint32_t interfaces_ = 0;
};

}  // namespace zt
