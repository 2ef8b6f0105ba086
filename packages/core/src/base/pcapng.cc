#include "base/pcapng.h"

#include <algorithm>

namespace zt {

namespace {

// Block types (§10.1 of the draft) and the option codes used here (§4).
constexpr uint32_t kSectionHeader = 0x0a0d0d0a, kInterfaceDescription = 1, kInterfaceStatistics = 5;
constexpr uint32_t kEnhancedPacket = 6;
constexpr uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr uint16_t kEndOfOptions = 0, kUserApplication = 4, kInterfaceName = 2, kTimestampResolution = 9;
constexpr uint16_t kPacketFlags = 2, kEndTime = 3, kReceived = 4, kDropped = 5;
constexpr uint8_t kMicroseconds = 6;  // if_tsresol: a negative power of ten

// Type, length, interface, timestamp (2), captured length, original length; then flags, end of options, length.
constexpr size_t kPacketOverhead = 28 + 8 + 4 + 4;

constexpr size_t Padded(size_t n) { return (n + 3) & ~size_t{3}; }

// One block: opened by the constructor, its two length fields are set by the destructor.
class Block {
 public:
  Block(Bytes& out, uint32_t type) : out_(out), start_(out.size()) {
    U32(type);
    U32(0);
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    const auto length = static_cast<uint32_t>(out_.size() - start_ + 4);
    U32(length);
    for (size_t i = 0; i < 4; ++i) out_[start_ + 4 + i] = static_cast<uint8_t>(length >> (8 * i));
  }

  void U8(uint8_t v) { out_.push_back(v); }
  void U16(uint16_t v) { Number(v, 2); }
  void U32(uint32_t v) { Number(v, 4); }
  // A timestamp: high half first, whatever the byte order (§4.3).
  void HighLow(uint64_t v) {
    U32(static_cast<uint32_t>(v >> 32));
    U32(static_cast<uint32_t>(v));
  }
  void U64(uint64_t v) { Number(v, 8); }
  void Put(ByteSpan bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void Pad() { out_.resize(start_ + Padded(out_.size() - start_)); }

  void Option(uint16_t code, size_t length) {
    U16(code);
    U16(static_cast<uint16_t>(length));
  }
  void TextOption(uint16_t code, std::string_view text) {
    text = text.substr(0, PcapngWriter::kMaxText);
    Option(code, text.size());
    Put({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    Pad();
  }
  void EndOfOptions() { Option(kEndOfOptions, 0); }

 private:
  void Number(uint64_t v, int n) {
    for (int i = 0; i < n; ++i) out_.push_back(static_cast<uint8_t>(v >> (8 * i)));
  }

  Bytes& out_;
  size_t start_;
};

}  // namespace

PcapngWriter::PcapngWriter(Bytes& out, uint32_t snaplen)
    : out_(out), snaplen_(snaplen == 0 || snaplen > kMaxSnaplen ? kMaxSnaplen : snaplen) {}

void PcapngWriter::Section(std::string_view application) {
  Block block(out_, kSectionHeader);
  block.U32(kByteOrderMagic);
  block.U16(1);         // version 1.0
  block.U16(0);
  block.U64(~uint64_t{0});  // the section's length is not known beforehand
  block.TextOption(kUserApplication, application);
  block.EndOfOptions();
}

uint32_t PcapngWriter::Interface(PcapngLink link, std::string_view name) {
  Block block(out_, kInterfaceDescription);
  block.U16(static_cast<uint16_t>(link));
  block.U16(0);
  block.U32(snaplen_);
  block.TextOption(kInterfaceName, name);
  block.Option(kTimestampResolution, 1);
  block.U8(kMicroseconds);
  block.Pad();
  block.EndOfOptions();
  return interfaces_++;
}

size_t PcapngWriter::PacketSize(size_t length) const {
  return kPacketOverhead + Padded(std::min<size_t>(length, snaplen_));
}

void PcapngWriter::Packet(const PcapngPacket& packet) {
  size_t length = 0;
  for (ByteSpan piece : packet.pieces) length += piece.size();
  size_t left = std::min<size_t>(length, snaplen_);
  Block block(out_, kEnhancedPacket);
  block.U32(packet.interface);
  block.HighLow(packet.time_us);
  block.U32(static_cast<uint32_t>(left));
  block.U32(static_cast<uint32_t>(std::min<size_t>(length, UINT32_MAX)));
  for (ByteSpan piece : packet.pieces) {
    const ByteSpan part = piece.first(std::min(left, piece.size()));
    block.Put(part);
    left -= part.size();
  }
  block.Pad();
  block.Option(kPacketFlags, 4);
  block.U32(static_cast<uint32_t>(packet.direction));
  block.EndOfOptions();
}

void PcapngWriter::Statistics(uint32_t interface, uint64_t time_us, uint64_t received, uint64_t dropped) {
  Block block(out_, kInterfaceStatistics);
  block.U32(interface);
  block.HighLow(time_us);
  block.Option(kEndTime, 8);
  block.HighLow(time_us);
  block.Option(kReceived, 8);
  block.U64(received);
  block.Option(kDropped, 8);
  block.U64(dropped);
  block.EndOfOptions();
}

}  // namespace zt
