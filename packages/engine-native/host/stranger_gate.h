// How many of the datagrams of strangers are let in, so that a flood of them costs the peers next to nothing
// (docs/hostile-input.md). Pure: the engine counts, and tells the sockets.
#pragma once

#include <cstdint>

#include "zt/time.h"

namespace zt::host {

class StrangerGate {
 public:
  // Let in: more than first contacts ever are, for what one of them asks of a node takes longer than 100 µs; and some
  // hundredths of a processor.
  static constexpr double kPerSecond = 10'000;
  static constexpr Millis kWindow = 100;
  // It shuts when there is a flood in so many more windows than there is none: a peer that goes over to a new path with
  // all its might is a stranger there for a round trip.
  static constexpr int kPatience = 5;
  // What was in the queue when the share changed is taken for the window's: it changes step by step.
  static constexpr double kStep = 8;
  // At 10,000,000 a second, beyond what a socket is given, a thousandth.
  static constexpr double kLeast = 0.001;

  // `total`: datagrams of strangers that were let in, ever. True: share() is another.
  bool Look(Instant now, uint64_t total);
  // What Look asked for cannot be done.
  void Open() { share_ = 1; }
  // Of each stranger's datagrams, 0 < share <= 1; 1: open.
  double share() const { return share_; }
  bool open() const { return share_ == 1; }
  // When to look again although nothing arrives.
  Instant due() const { return open() ? Instant::Never() : since_ + kWindow; }

 private:
  Instant since_ = Instant::LongAgo();
  uint64_t total_ = 0;
  double share_ = 1;
  int pressure_ = 0;  // windows
};

}  // namespace zt::host
