#include "testing/linux/impairment.h"

#include <algorithm>

namespace zt::linux_lab {

namespace {

enum Kind : uint64_t { kLoss = 1, kDuplicate, kReorder, kDisplacement };

constexpr size_t kEthernetHeader = 14;
constexpr uint8_t kTcp = 6, kUdp = 17;

uint64_t Mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

uint16_t Be16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }

}  // namespace

uint32_t FlowOf(ByteSpan frame) {
  if (frame.size() < kEthernetHeader + 40) return 0;
  const uint16_t type = Be16(&frame[12]);
  const ByteSpan packet = frame.subspan(kEthernetHeader);
  size_t header = 0;
  uint8_t protocol = 0;
  if (type == 0x0800) {
    header = (packet[0] & 15) * 4;
    protocol = packet[9];
  } else if (type == 0x86dd) {
    header = 40;
    protocol = packet[6];
  }
  if ((protocol != kTcp && protocol != kUdp) || packet.size() < header + 4) return 0;
  return std::min(Be16(&packet[header]), Be16(&packet[header + 2]));
}

double ImpairedLane::Chance(uint32_t flow, uint64_t index, uint64_t kind) const {
  const uint64_t word = Mix(Mix(seed_ * 8 + kind) ^ Mix((uint64_t{flow} << 40) + index));
  return static_cast<double>(word >> 11) * 0x1p-53;
}

bool ImpairedLane::ThroughBottleneck(int64_t now_ns, size_t size, int64_t& leaves_ns) {
  leaves_ns = now_ns;
  if (impairment.rate == 0) return line_.size() < kMaxFrames;
  const auto time_of = [&](size_t bytes) {
    return static_cast<int64_t>(static_cast<double>(bytes) * 8e9 / static_cast<double>(impairment.rate));
  };
  const int64_t start = std::max(now_ns, bottleneck_free_ns_);
  if (start - now_ns > time_of(impairment.queue_bytes)) return false;
  leaves_ns = bottleneck_free_ns_ = start + time_of(size);
  return true;
}

bool ImpairedLane::Push(int64_t now_ns, const Bytes& bytes) {
  const uint32_t flow = FlowOf(bytes);
  const uint64_t index = flow_frames_[flow]++;
  ++counters_.entered;
  if (impairment.deaf || Chance(flow, index, kLoss) < impairment.loss) {
    ++counters_.lost;
    return false;
  }
  int64_t leaves_ns;
  if (!ThroughBottleneck(now_ns, bytes.size(), leaves_ns)) {
    ++counters_.overflowed;
    return false;
  }
  Frame frame{leaves_ns + impairment.delay_ns, flow, index, bytes};
  if (Chance(flow, index, kReorder) < impairment.reorder) {
    const double displacement = Chance(flow, index, kDisplacement) * kMaxDisplacement;
    frame.due_ns += std::max(kMaxHoldNs, impairment.delay_ns / 10);
    held_.push_back({std::move(frame), index + 1 + static_cast<uint64_t>(displacement)});
    ++counters_.reordered;
    return true;
  }
  const bool twice = Chance(flow, index, kDuplicate) < impairment.duplicate;
  if (twice) {
    line_.push_back(frame);
    ++counters_.duplicated;
  }
  line_.push_back(std::move(frame));
  return true;
}

void ImpairedLane::ReleaseHeld(uint32_t flow, uint64_t index) {
  for (size_t i = 0; i < held_.size();) {
    if (held_[i].frame.flow == flow && held_[i].after <= index) {
      released_.push_back(std::move(held_[i].frame.bytes));
      held_.erase(held_.begin() + static_cast<ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

bool ImpairedLane::Pop(int64_t now_ns, Bytes& frame) {
  for (size_t i = 0; i < held_.size(); ++i) {
    if (held_[i].frame.due_ns > now_ns) continue;
    released_.push_back(std::move(held_[i].frame.bytes));
    held_.erase(held_.begin() + static_cast<ptrdiff_t>(i));
    break;
  }
  if (!released_.empty()) {
    frame = std::move(released_.front());
    released_.pop_front();
  } else if (!line_.empty() && line_.front().due_ns <= now_ns) {
    Frame& first = line_.front();
    frame = std::move(first.bytes);
    if (!held_.empty()) ReleaseHeld(first.flow, first.index);
    line_.pop_front();
  } else {
    return false;
  }
  ++counters_.delivered;
  return true;
}

int64_t ImpairedLane::NextNs() const {
  if (!released_.empty()) return 0;
  int64_t next = line_.empty() ? INT64_MAX : line_.front().due_ns;
  for (const Held& held : held_) next = std::min(next, held.frame.due_ns);
  return next;
}

}  // namespace zt::linux_lab
