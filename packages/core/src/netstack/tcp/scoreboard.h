// Every segment in flight: what was delivered, what is lost, what to send again. Loss is inferred from time and order
// of transmission (RACK, RFC 8985), so that reordering is told from loss and a lost retransmission is noticed.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "netstack/tcp/seq.h"
#include "zt/time.h"

namespace zt::netstack {

struct SentSegment {
  static constexpr uint8_t kSacked = 1;
  static constexpr uint8_t kLost = 2;           // to be sent again; not in flight
  static constexpr uint8_t kRetransmitted = 4;  // at least once
  Seq seq = 0;
  uint32_t length = 0;  // sequence space, FIN included
  uint8_t flags = 0;
  uint32_t order = 0;   // of the last transmission: the clock counts milliseconds, many segments leave in one
  Instant sent;         // last transmission
  // In order of transmission; ids, valid while in flight. Selectively acknowledged: all before `next` are, too.
  uint32_t previous = 0, next = 0;
  Seq end() const { return seq + length; }
};

class Scoreboard {
 public:
  // What one acknowledgment brought.
  struct Delivery {
    uint64_t bytes = 0;                // newly acknowledged or selectively acknowledged
    std::optional<Millis> rtt;         // of segments sent once: the oldest, for the timeout (RFC 6298)
    std::optional<Millis> newest_rtt;  // and the newest, which did not wait for an acknowledgment
    std::optional<Millis> echoed_rtt;  // of the last copy of a segment sent again, when the echo names it
    uint32_t largest = 0;              // segment that arrived
    bool progress = false;             // the left edge moved
    bool first_was_resent = false;     // the left edge moved over a segment that was sent again
    bool retransmission_delivered = false;
    Seq first_original_end = kNoSeq;   // the end of the first segment delivered that was sent once only
  };
  static constexpr Seq kNoSeq = ~Seq{0};
  // RFC 8985 §6.2 asks for a windowed minimum: after a change of route the old one is forgotten.
  static constexpr Millis kMinRttLife = 300'000;

  static constexpr uint32_t kDuplicateThreshold = 3;  // RFC 6675 §2 DupThresh

  // `first_id`: where the numbers of segments begin.
  explicit Scoreboard(uint32_t first_id = 0) : head_(first_id) {}
  void Add(const Now& now, Seq seq, uint32_t length);
  // Everything before `ack` arrived. `echo`: when the segment that caused this was sent, if the peer tells.
  void Acknowledge(const Now& now, Seq ack, std::optional<Instant> echo, Delivery& out);
  void Sack(const Now& now, Seq left, Seq right, Delivery& out);
  // The peer got twice what we sent twice (RFC 2883): be more patient (RFC 8985 §6.2 step 4).
  void OnDuplicateReport(Seq next);
  // What was taken for lost came after all: be patient from now on.
  void OnReordering() { reordering_seen_ = true; }
  // A timeout was spurious: that its retransmission arrived is not known after all, so nothing older is late.
  void RestartRack() {
    if (oldest_ != kNone) rack_order_ = At(oldest_).order - 1;
  }
  void OnRecoveryEnd();

  // Marks what must be lost by now; returns the bytes. ReorderDeadline() says when to look again.
  uint64_t DetectLoss(const Now& now, Millis srtt, bool in_recovery);
  Instant ReorderDeadline() const { return reorder_deadline_; }
  void MarkAllLost();
  // RFC 8985 §6.3: the first segment and what was sent so long ago that it cannot be in flight.
  void MarkLostOnTimeout(const Now& now, Millis srtt);
  // True when the first segment was selectively but never cumulatively acknowledged: the peer dropped it again. All
  // such reports are void then (RFC 2018 §8).
  bool DropRenegedSacks();
  void MarkFirstLost();
  // Segments larger than the path now carries (RFC 1191 §6.5).
  void MarkLargerThan(uint32_t mss);
  void UnmarkLost();

  // The first lost segment, or null.
  const SentSegment* FirstLost();
  void Retransmitted(const Now& now, Seq seq);
  // The last segment, for a tail-loss probe.
  const SentSegment* Last() const { return count_ == 0 ? nullptr : &At(head_ + count_ - 1); }
  const SentSegment* First() const { return count_ == 0 ? nullptr : &At(head_); }

  bool empty() const { return count_ == 0; }
  size_t count() const { return count_; }
  uint64_t in_flight() const { return in_flight_; }
  uint64_t lost() const { return lost_; }
  bool has_sacked() const { return sacked_count_ != 0; }
  Millis min_rtt() const { return min_rtt_; }
  void Clear();

 private:
  static constexpr uint32_t kNone = 0xffffffff;

  SentSegment& At(uint32_t id) { return slots_[id & (slots_.size() - 1)]; }
  const SentSegment& At(uint32_t id) const { return slots_[id & (slots_.size() - 1)]; }
  uint32_t IdOf(Seq seq) const;  // the first segment that ends after seq
  uint32_t NotSacked(uint32_t id);
  void Link(uint32_t id);
  void Unlink(uint32_t id);
  void MarkLost(uint32_t id);
  void Renumber();
  void Relink();  // the list anew, after segments of any age came back to it
  void MeasureRoundTrip(const Now& now, Millis rtt, Delivery& out);
  void NoteOriginal(uint32_t order);
  // On paths shorter than the clock's unit RACK's window (RFC 8985 §6.2 step 4) cannot be measured in time. There a
  // segment is lost when more transmissions arrived after it than ever overtook one that came.
  bool Overtaken(const SentSegment& s) const;
  void Deliver(const Now& now, uint32_t id, std::optional<Instant> echo, Delivery& out);
  Millis ReorderWindow(Millis srtt, bool in_recovery) const;
  void Grow();

  std::vector<SentSegment> slots_;  // a power of two; ids are consecutive numbers
  uint32_t head_ = 0;
  uint32_t count_ = 0;
  uint32_t oldest_ = kNone, newest_ = kNone;  // list of what is in flight, in order of transmission
  uint32_t lost_hint_ = 0;
  uint64_t in_flight_ = 0;
  uint64_t lost_ = 0;
  uint32_t sacked_count_ = 0;
  // RACK.fack of RFC 8985 §5.2. `_heard_`: with the acknowledgment at hand, whose blocks come in any order.
  Seq highest_sacked_ = 0, highest_heard_ = 0;
  // Blocks seen lately: repeated in every acknowledgment, they are not walked again.
  struct Seen {
    Seq left = 0, right = 0;
  };
  std::array<Seen, 4> seen_{};
  uint8_t next_seen_ = 0;

  // RACK (RFC 8985 §5.2).
  uint32_t transmissions_ = 0;
  uint32_t rack_order_ = 0;  // the last transmission that was delivered; stands for RACK.xmit_ts and RACK.end_seq
  Millis rack_rtt_ = 0;
  Millis min_rtt_ = 0;
  Instant min_rtt_at_ = Instant::LongAgo();
  bool has_rtt_ = false;
  // Transmissions of segments sent once only: the newest that arrived, and how many arrived before an older one.
  uint32_t original_order_ = 0, newest_heard_ = 0;
  uint32_t reorder_extent_ = 0;
  bool reordering_seen_ = false;
  int reorder_multiplier_ = 1;
  int reorder_persist_ = 0;
  Seq duplicate_round_ = 0;
  Instant reorder_deadline_ = Instant::Never();
};

}  // namespace zt::netstack
