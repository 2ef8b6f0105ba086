#include "netstack/tcp/scoreboard.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace zt::netstack {
namespace {

// RFC 8985 §6.2 RACK_sent_after.
bool SentAfter(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) > 0; }

}  // namespace

void Scoreboard::Add(const Now& now, Seq seq, uint32_t length) {
  if (count_ == slots_.size()) Grow();
  if (head_ + count_ == kNone) Renumber();
  const uint32_t id = head_ + count_++;
  At(id) = SentSegment{seq, length, 0, ++transmissions_, now.mono, kNone, kNone};
  Link(id);
}

void Scoreboard::Grow() {
  std::vector<SentSegment> larger(std::max<size_t>(16, slots_.size() * 2));
  for (uint32_t i = 0; i < count_; ++i) {
    larger[(head_ + i) & (larger.size() - 1)] = At(head_ + i);
  }
  slots_ = std::move(larger);
}

// The number that means none is next: all begin again low, in the same slots.
void Scoreboard::Renumber() {
  const uint32_t less = head_ & ~static_cast<uint32_t>(slots_.size() - 1);
  const auto shift = [&](uint32_t& id) {
    if (id != kNone) id -= less;
  };
  for (uint32_t i = 0; i < count_; ++i) {
    SentSegment& s = At(head_ + i);
    shift(s.previous);
    if ((s.flags & SentSegment::kSacked) != 0) {
      s.next -= less;
    } else {
      shift(s.next);
    }
  }
  shift(oldest_);
  shift(newest_);
  lost_hint_ -= less;
  head_ -= less;
}

void Scoreboard::Clear() { *this = Scoreboard(); }

uint32_t Scoreboard::IdOf(Seq seq) const {
  uint32_t low = 0, high = count_;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (At(head_ + middle).end() <= seq) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return head_ + low;
}

void Scoreboard::Link(uint32_t id) {
  SentSegment& s = At(id);
  s.previous = newest_;
  s.next = kNone;
  if (newest_ != kNone) {
    At(newest_).next = id;
  } else {
    oldest_ = id;
  }
  newest_ = id;
  in_flight_ += s.length;
}

void Scoreboard::Unlink(uint32_t id) {
  SentSegment& s = At(id);
  if (s.previous != kNone) {
    At(s.previous).next = s.next;
  } else {
    oldest_ = s.next;
  }
  if (s.next != kNone) {
    At(s.next).previous = s.previous;
  } else {
    newest_ = s.previous;
  }
  in_flight_ -= s.length;
}

void Scoreboard::MarkLost(uint32_t id) {
  SentSegment& s = At(id);
  if ((s.flags & (SentSegment::kLost | SentSegment::kSacked)) != 0) return;
  Unlink(id);
  if (lost_ == 0 || static_cast<int32_t>(id - lost_hint_) < 0) lost_hint_ = id;
  s.flags |= SentSegment::kLost;
  lost_ += s.length;
}

void Scoreboard::MeasureRoundTrip(const Now& now, Millis rtt, Delivery& out) {
  if (!out.rtt || rtt > *out.rtt) out.rtt = rtt;
  if (!out.newest_rtt || rtt < *out.newest_rtt) out.newest_rtt = rtt;
  if (has_rtt_ && rtt > min_rtt_ && now.mono - min_rtt_at_ < kMinRttLife) return;
  has_rtt_ = true;
  min_rtt_ = rtt;
  min_rtt_at_ = now.mono;
}

void Scoreboard::NoteOriginal(uint32_t order) {
  if (SentAfter(order, newest_heard_)) newest_heard_ = order;
  if (SentAfter(original_order_, order)) reorder_extent_ = std::max(reorder_extent_, original_order_ - order);
}

// RFC 8985 §6.2 step 1 to 3; RFC 6298 §3 (Karn) for the sample.
void Scoreboard::Deliver(const Now& now, uint32_t id, std::optional<Instant> echo, Delivery& out) {
  SentSegment& s = At(id);
  const Millis rtt = now.mono - s.sent;
  if ((s.flags & SentSegment::kLost) != 0) {
    lost_ -= s.length;
    s.flags &= static_cast<uint8_t>(~SentSegment::kLost);
  } else {
    Unlink(id);
  }
  out.bytes += s.length;
  out.largest = std::max(out.largest, s.length);
  if ((s.flags & SentSegment::kRetransmitted) != 0) {
    if (echo && *echo < s.sent) return;  // an earlier copy arrived: nothing is known about this transmission
    out.retransmission_delivered = true;
    if (echo && *echo == s.sent) out.echoed_rtt = rtt;
    if (!echo && rtt < min_rtt_) return;
  } else {
    MeasureRoundTrip(now, rtt, out);
    out.first_original_end = std::min(out.first_original_end, s.end());
    if (s.end() < highest_sacked_) reordering_seen_ = true;
    NoteOriginal(s.order);
  }
  if (SentAfter(s.order, rack_order_)) {
    rack_order_ = s.order;
    rack_rtt_ = rtt;
  }
}

void Scoreboard::Acknowledge(const Now& now, Seq ack, std::optional<Instant> echo, Delivery& out) {
  out.first_was_resent = count_ != 0 && (At(head_).flags & SentSegment::kRetransmitted) != 0;
  while (count_ != 0 && At(head_).seq < ack) {
    SentSegment& s = At(head_);
    if (s.end() > ack) {  // the peer took part of it: the rest is still on its way
      const uint32_t part = static_cast<uint32_t>(ack - s.seq);
      if ((s.flags & SentSegment::kLost) != 0) {
        lost_ -= part;
      } else if ((s.flags & SentSegment::kSacked) == 0) {
        in_flight_ -= part;
      }
      s.seq = ack;
      s.length -= part;
      out.bytes += part;
      break;
    }
    if ((s.flags & SentSegment::kSacked) != 0) {
      --sacked_count_;
    } else {
      Deliver(now, head_, echo, out);
      highest_heard_ = std::max(highest_heard_, s.end());
    }
    ++head_;
    --count_;
  }
  if (count_ == 0) reorder_deadline_ = Instant::Never();
}

// The first from `id` on that is not selectively acknowledged. What was walked over is not walked over again, or a peer
// could have all of a large flight looked at for every block it makes up.
uint32_t Scoreboard::NotSacked(uint32_t id) {
  const uint32_t stop = head_ + count_;
  uint32_t found = id;
  while (found != stop && (At(found).flags & SentSegment::kSacked) != 0) found = At(found).next;
  while (id != found) id = std::exchange(At(id).next, found);
  return found;
}

void Scoreboard::Sack(const Now& now, Seq left, Seq right, Delivery& out) {
  Seq start = left;
  for (Seen& seen : seen_) {
    if (seen.left > left || seen.right < left) continue;
    start = std::max(start, std::min(seen.right, right));
    seen.right = std::max(seen.right, right);
  }
  if (start == left) seen_[next_seen_++ % seen_.size()] = {left, right};
  for (uint32_t id = IdOf(start); id != head_ + count_; ++id) {
    id = NotSacked(id);
    if (id == head_ + count_) break;
    SentSegment& s = At(id);
    if (s.end() > right) break;
    if (s.seq < left) continue;
    Deliver(now, id, std::nullopt, out);
    s.flags |= SentSegment::kSacked;
    s.next = id + 1;
    ++sacked_count_;
    highest_heard_ = std::max(highest_heard_, s.end());
  }
}

void Scoreboard::OnDuplicateReport(Seq next) {
  if (duplicate_round_ > (count_ == 0 ? next : At(head_).seq)) return;  // once per round trip
  duplicate_round_ = next;
  reordering_seen_ = true;
  reorder_persist_ = 16;
  reorder_multiplier_ = std::min(reorder_multiplier_ + 1, 64);
}

void Scoreboard::OnRecoveryEnd() {
  if (reorder_persist_ > 0 && --reorder_persist_ == 0) reorder_multiplier_ = 1;
}

Millis Scoreboard::ReorderWindow(Millis srtt, bool in_recovery) const {
  if (!reordering_seen_ && (in_recovery || sacked_count_ >= 3)) return 0;
  // The clock counts milliseconds, so the smallest patience is one.
  return std::max<Millis>(1, std::min(reorder_multiplier_ * min_rtt_ / 4, srtt));
}

bool Scoreboard::Overtaken(const SentSegment& s) const {
  if (min_rtt_ > 0) return false;
  const auto patience = static_cast<uint32_t>(reorder_multiplier_);
  const uint32_t extent = std::max(kDuplicateThreshold, reorder_extent_ + 1) * patience;
  return SentAfter(original_order_, s.order + extent - 1);
}

uint64_t Scoreboard::DetectLoss(const Now& now, Millis srtt, bool in_recovery) {
  highest_sacked_ = highest_heard_;
  original_order_ = newest_heard_;
  reorder_deadline_ = Instant::Never();
  const uint64_t before = lost_;
  const Millis window = ReorderWindow(srtt, in_recovery);
  while (oldest_ != kNone) {
    const SentSegment& s = At(oldest_);
    if (!SentAfter(rack_order_, s.order)) break;
    const Instant due = s.sent + rack_rtt_ + window;
    if (due > now.mono && !Overtaken(s)) {  // the list is in order of transmission: nobody behind is due earlier
      reorder_deadline_ = due;
      break;
    }
    MarkLost(oldest_);
  }
  return lost_ - before;
}

void Scoreboard::MarkAllLost() {
  while (oldest_ != kNone) MarkLost(oldest_);
  reorder_deadline_ = Instant::Never();
}

void Scoreboard::MarkLostOnTimeout(const Now& now, Millis srtt) {
  MarkFirstLost();
  const Millis patience = rack_rtt_ + ReorderWindow(srtt, true);
  while (oldest_ != kNone && At(oldest_).sent + patience <= now.mono) MarkLost(oldest_);
  reorder_deadline_ = Instant::Never();
}

void Scoreboard::Relink() {
  std::vector<uint32_t> ids;
  for (uint32_t id = head_; id != head_ + count_; ++id) {
    if ((At(id).flags & (SentSegment::kLost | SentSegment::kSacked)) == 0) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end(),
            [this](uint32_t a, uint32_t b) { return SentAfter(At(b).order, At(a).order); });
  oldest_ = newest_ = kNone;
  in_flight_ = 0;
  for (uint32_t id : ids) Link(id);
}

bool Scoreboard::DropRenegedSacks() {
  if (count_ == 0 || (At(head_).flags & SentSegment::kSacked) == 0) return false;
  for (uint32_t i = 0; i < count_; ++i) {
    SentSegment& s = At(head_ + i);
    if ((s.flags & SentSegment::kSacked) == 0) continue;
    s.flags &= static_cast<uint8_t>(~SentSegment::kSacked);
  }
  Relink();
  sacked_count_ = 0;
  seen_ = {};
  return true;
}

void Scoreboard::MarkFirstLost() {
  if (count_ != 0) MarkLost(head_);
}

void Scoreboard::MarkLargerThan(uint32_t mss) {
  for (uint32_t i = 0; i < count_; ++i) {
    if (At(head_ + i).length > mss) MarkLost(head_ + i);
  }
}

void Scoreboard::UnmarkLost() {
  for (uint32_t i = 0; i < count_ && lost_ != 0; ++i) {
    SentSegment& s = At(head_ + i);
    if ((s.flags & SentSegment::kLost) == 0) continue;
    s.flags &= static_cast<uint8_t>(~SentSegment::kLost);
    lost_ -= s.length;
  }
  Relink();
}

const SentSegment* Scoreboard::FirstLost() {
  if (lost_ == 0) return nullptr;
  if (static_cast<int32_t>(lost_hint_ - head_) < 0) lost_hint_ = head_;
  while ((At(lost_hint_).flags & SentSegment::kLost) == 0) ++lost_hint_;
  return &At(lost_hint_);
}

void Scoreboard::Retransmitted(const Now& now, Seq seq) {
  const uint32_t id = IdOf(seq);
  ZT_CHECK(id != head_ + count_);
  SentSegment& s = At(id);
  if ((s.flags & SentSegment::kSacked) != 0) return;
  if ((s.flags & SentSegment::kLost) != 0) {
    lost_ -= s.length;
    s.flags &= static_cast<uint8_t>(~SentSegment::kLost);
  } else {
    Unlink(id);
  }
  s.flags |= SentSegment::kRetransmitted;
  s.sent = now.mono;
  s.order = ++transmissions_;
  Link(id);
}

}  // namespace zt::netstack
