// One direction of a bad link: bottleneck, delay, loss, duplication, reordering. What happens to a frame depends on
// the seed, the direction, the frame's flow and its number in that flow only, so that two runs, and two pairs of TCPs,
// meet the same fate packet by packet.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "zt/bytes.h"

namespace zt::linux_lab {

struct Impairment {
  double loss = 0, duplicate = 0, reorder = 0;  // probabilities per frame
  int64_t delay_ns = 0;                          // of this direction
  uint64_t rate = 0;                             // bits per second of the bottleneck; 0: none
  size_t queue_bytes = 1 << 20;                  // of the bottleneck; more is dropped at the tail
  bool deaf = false;                             // everything is lost
};

class ImpairedLane {
 public:
  struct Counters {
    uint64_t entered = 0, lost = 0, duplicated = 0, reordered = 0, overflowed = 0, delivered = 0;
  };

  ImpairedLane(uint64_t seed, uint64_t direction) : seed_(seed * 2 + direction) {}

  Impairment impairment;

  // `frame`: with its Ethernet header. False: it is lost.
  bool Push(int64_t now_ns, const Bytes& frame);
  // The next frame that has arrived at the other side.
  bool Pop(int64_t now_ns, Bytes& frame);
  int64_t NextNs() const;
  const Counters& counters() const { return counters_; }

 private:
  // A reordered frame waits until 1 to 8 later ones of its flow have passed, but not longer than this, or a tenth of
  // the delay.
  static constexpr uint64_t kMaxDisplacement = 8;
  static constexpr int64_t kMaxHoldNs = 1'000'000;
  static constexpr size_t kMaxFrames = 1 << 16;  // against a sender without any window

  struct Frame {
    int64_t due_ns = 0;
    uint32_t flow = 0;
    uint64_t index = 0;  // in its flow
    Bytes bytes;
  };
  struct Held {
    Frame frame;
    uint64_t after = 0;  // the index that lets it go
  };

  double Chance(uint32_t flow, uint64_t index, uint64_t kind) const;
  bool ThroughBottleneck(int64_t now_ns, size_t size, int64_t& leaves_ns);
  void ReleaseHeld(uint32_t flow, uint64_t index);

  uint64_t seed_;
  int64_t bottleneck_free_ns_ = 0;
  std::unordered_map<uint32_t, uint64_t> flow_frames_;
  std::deque<Frame> line_;      // in order of due_ns: the delay is the same for all
  std::deque<Bytes> released_;  // goes before line_
  std::vector<Held> held_;
  Counters counters_;
};

// The smaller port of a TCP or UDP packet, which is the listener's; 0 for everything else.
uint32_t FlowOf(ByteSpan frame);

}  // namespace zt::linux_lab
