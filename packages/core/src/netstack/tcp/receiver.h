// The receiving half: puts segments in order, offers a window, reports gaps (RFC 9293 §3.8.6, RFC 2018).
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "netstack/header/tcp_option.h"
#include "netstack/tcp/seq.h"
#include "netstack/tcp/stream_buffer.h"
#include "netstack/tcp/window_tuner.h"

namespace zt::netstack {

class Receiver {
 public:
  // What a connection begins with: it may fill this much before its reader comes.
  static constexpr uint32_t kInitialWindow = 64 << 10;
  static constexpr uint8_t kWindowScale = 8;
  static constexpr uint32_t kMaxWindow = 65535u << kWindowScale;  // Stack::kTcpReceiveBuffer (RFC 7323 §2.3)
  // At 20 % loss a window of 4 MiB has about 500 gaps; more is an attack on our memory and time.
  static constexpr size_t kMaxGaps = 1024;

  explicit Receiver(BlockPool& pool) : buffer_(pool) {}

  // `first` is the sequence number after the SYN.
  void Start(Seq first);

  struct Outcome {
    bool advanced = false;      // new data or the end in order
    bool out_of_order = false;  // stored beyond a gap, or filled one
    bool duplicate = false;     // nothing new
    bool dropped = false;       // beyond the window or too many gaps
    bool fin = false;           // the end of the stream was reached with this segment
  };
  Outcome Accept(Seq seq, ByteSpan payload, bool fin);

  // Bytes copied out.
  size_t Read(const Now& now, MutableBytes into, uint32_t mss);
  // What is readable in at most two blocks, and taking it away; at most readable() bytes.
  StreamBuffer::Pieces Peek() const { return buffer_.PeekBlocks(data_end()); }
  void Consume(const Now& now, size_t size, uint32_t mss);
  // How old the timestamp was that a data segment echoed.
  void SampleRoundTrip(Millis age) { tuner_.Sample(age); }
  // The window is smaller than it would be with more memory.
  bool short_of_memory() const { return buffer_.budget().scarce() && window() < limit_ / 2; }
  // The window from now on, not tuned any more.
  void SetBuffer(uint32_t bytes) {
    limit_ = bytes;
    fixed_ = true;
  }
  uint32_t limit() const { return limit_; }
  Seq data_end() const { return fin_reached_ ? next_ - 1 : next_; }
  size_t readable() const { return static_cast<size_t>(data_end() - buffer_.begin()); }
  bool at_end() const { return fin_reached_ && readable() == 0; }
  bool fin_reached() const { return fin_reached_; }

  Seq next() const { return next_; }
  Seq edge() const { return edge_; }  // the right edge of the window as last offered
  uint32_t window() const { return edge_ > next_ ? static_cast<uint32_t>(edge_ - next_) : 0; }
  // Moves the edge as far as it may go and returns the window; scaled units are `1 << scale`.
  uint32_t Offer(uint8_t scale, uint32_t mss);
  // The reader made so much room that the sender should know (RFC 9293 §3.8.6.2.2).
  bool UpdateDue(uint8_t scale, uint32_t mss) const;
  bool has_gap() const { return !islands_.empty(); }
  // The duplicate just received first, once (RFC 2883), then the islands, latest first (RFC 2018 §4).
  void FillSack(TcpOptions& options);
  // No reader any more.
  void Discard();

 private:
  struct Island {
    Seq left, right;
  };
  Seq WantedEdge() const;
  bool HasMemoryFor(Seq left, Seq right) const;
  bool AddIsland(Seq left, Seq right);
  void AbsorbIslands();
  void Touch(const Island& island);

  StreamBuffer buffer_;
  Seq next_ = 0;
  Seq edge_ = 0;
  uint32_t limit_ = kInitialWindow;
  bool fixed_ = false;
  WindowTuner tuner_;
  std::optional<Seq> fin_;
  bool fin_reached_ = false;
  std::vector<Island> islands_;  // sorted, apart from each other
  std::array<Seq, 4> recent_{};  // a position in each lately changed island
  std::optional<Island> duplicate_;
};

}  // namespace zt::netstack
