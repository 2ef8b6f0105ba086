#include "netstack/tcp/receiver.h"

#include <algorithm>

namespace zt::netstack {

void Receiver::Start(Seq first) {
  buffer_.Reset(first);
  next_ = first;
  edge_ = first;
}

Receiver::Outcome Receiver::Accept(Seq seq, ByteSpan payload, bool fin) {
  Outcome out;
  const Seq end = seq + payload.size();
  if (fin && end <= edge_ && end >= next_ && !fin_) fin_ = end;
  Seq left = std::max(seq, next_);
  Seq right = std::min(end, edge_);
  if (fin_) right = std::min(right, *fin_);
  if (right <= left) {
    const bool old = end <= next_ && !payload.empty();
    if (old) duplicate_ = Island{seq, end};
    const bool fin_now = fin_ && next_ == *fin_ && !fin_reached_;
    out.duplicate = old || (fin_reached_ && fin);
    out.dropped = !payload.empty() && !old;
    out.out_of_order = fin && end > next_;  // the end is known, what comes before it is missing
    if (fin_now) {
      ++next_;
      fin_reached_ = out.fin = out.advanced = true;
    }
    return out;
  }
  if (buffer_.budget().scarce() && !HasMemoryFor(left, right)) {
    out.dropped = true;
    return out;
  }
  const bool had_gap = has_gap();
  if (left == next_) {
    buffer_.Write(left, payload.subspan(static_cast<size_t>(left - seq),
                                        static_cast<size_t>(right - left)));
    next_ = right;
    if (had_gap) AbsorbIslands();
    out.advanced = true;
    out.out_of_order = had_gap;  // RFC 5681 §4.2: an ACK at once when a gap is filled
    if (fin_ && next_ == *fin_) {
      ++next_;
      fin_reached_ = out.fin = true;
    }
    return out;
  }
  out.out_of_order = true;
  if (!AddIsland(left, right)) {
    out.dropped = true;
    return out;
  }
  buffer_.Write(left, payload.subspan(static_cast<size_t>(left - seq),
                                      static_cast<size_t>(right - left)));
  return out;
}

bool Receiver::AddIsland(Seq left, Seq right) {
  // Most arrive at the end: look from there.
  size_t at = islands_.size();
  while (at > 0 && islands_[at - 1].left > left) --at;
  if (at > 0 && islands_[at - 1].right >= left) --at;
  if (at < islands_.size() && islands_[at].left <= left && islands_[at].right >= right) {
    duplicate_ = Island{left, right};
    Touch(islands_[at]);  // RFC 2883 §4: the block it lies in comes next
    return true;
  }
  size_t stop = at;
  while (stop < islands_.size() && islands_[stop].left <= right) ++stop;
  if (stop == at) {
    if (islands_.size() >= kMaxGaps) return false;
    islands_.insert(islands_.begin() + static_cast<ptrdiff_t>(at), Island{left, right});
  } else {
    islands_[at].left = std::min(islands_[at].left, left);
    islands_[at].right = std::max(islands_[stop - 1].right, right);
    islands_.erase(islands_.begin() + static_cast<ptrdiff_t>(at) + 1,
                   islands_.begin() + static_cast<ptrdiff_t>(stop));
  }
  Touch(islands_[at]);
  return true;
}

void Receiver::AbsorbIslands() {
  size_t n = 0;
  while (n < islands_.size() && islands_[n].left <= next_) {
    next_ = std::max(next_, islands_[n].right);
    ++n;
  }
  islands_.erase(islands_.begin(), islands_.begin() + static_cast<ptrdiff_t>(n));
}

// An island takes one place however often it changes, so that the others are told again (RFC 2018 §4).
void Receiver::Touch(const Island& island) {
  auto place = std::find_if(recent_.begin(), recent_.end() - 1,
                            [&](Seq p) { return p >= island.left && p < island.right; });
  std::rotate(recent_.begin(), place, place + 1);
  recent_[0] = island.left;
}

void Receiver::FillSack(TcpOptions& options) {
  size_t n = 0;
  if (duplicate_) {
    options.sack[n++] = {WireSeq(duplicate_->left), WireSeq(duplicate_->right)};
    duplicate_.reset();
  }
  Seq used[4] = {};
  size_t used_count = 0;
  for (Seq position : recent_) {
    if (n >= TcpOptions::kMaxSackBlocks || islands_.empty()) break;
    auto it = std::upper_bound(islands_.begin(), islands_.end(), position,
                               [](Seq p, const Island& i) { return p < i.left; });
    if (it == islands_.begin()) continue;
    --it;
    if (position >= it->right) continue;
    if (std::find(used, used + used_count, it->left) != used + used_count) continue;
    used[used_count++] = it->left;
    options.sack[n++] = {WireSeq(it->left), WireSeq(it->right)};
  }
  options.sack_count = static_cast<uint8_t>(n);
}

size_t Receiver::Read(const Now& now, MutableBytes into, uint32_t mss) {
  const size_t n = std::min(into.size(), readable());
  if (n == 0) return 0;
  buffer_.Read(buffer_.begin(), into.first(n));
  Consume(now, n, mss);
  return n;
}

void Receiver::Consume(const Now& now, size_t size, uint32_t mss) {
  buffer_.Release(buffer_.begin() + size);
  if (readable() == 0 && islands_.empty()) buffer_.Clear();
  if (fixed_) return;
  const uint32_t wanted = tuner_.OnRead(now, size, next_, edge_, limit_, mss);
  if (wanted > limit_ && !buffer_.budget().scarce()) limit_ = std::min(wanted, kMaxWindow);
}

// What is promised is taken as long as there is memory at all; beyond a gap, only while there is enough.
bool Receiver::HasMemoryFor(Seq left, Seq right) const {
  const size_t share = buffer_.budget().Share();
  const bool enough = left == next_ ? share != 0 : share > BufferBudget::kLastShare;
  return enough || buffer_.HasBlocks(left, static_cast<size_t>(right - left));
}

// The edge never moves back (RFC 9293 §3.8.6): when memory is scarce it stays until the reader has caught up.
Seq Receiver::WantedEdge() const {
  return std::max(edge_, buffer_.begin() + std::min<size_t>(limit_, buffer_.budget().Share()));
}

uint32_t Receiver::Offer(uint8_t scale, uint32_t mss) {
  const uint64_t unit = uint64_t{1} << scale;
  const uint64_t most = uint64_t{0xffff} << scale;
  const uint64_t current = window();
  const uint64_t wanted = std::min<uint64_t>(WantedEdge() - next_, most);
  // The edge moves in steps worth a segment (RFC 9293 §3.8.6.2.2). It never moves back: what was promised is rounded
  // up to the unit of the field (RFC 7323 §2.4).
  uint64_t offer = (current + unit - 1) / unit * unit;
  if (wanted >= current + std::min<uint64_t>(limit_ / 2, mss)) offer = wanted / unit * unit;
  offer = std::min(offer, most);
  edge_ = std::max(edge_, next_ + offer);
  return static_cast<uint32_t>(offer);
}

bool Receiver::UpdateDue(uint8_t scale, uint32_t mss) const {
  const uint64_t current = window();
  // Without scaling the field cannot say more than 65535, however much room there is; nor does a large limit help when
  // memory is scarce.
  const uint64_t most = uint64_t{0xffff} << scale;
  const uint64_t limit = std::min({uint64_t{limit_}, most, uint64_t{buffer_.budget().Share()}});
  if (current >= limit / 2) return false;
  const uint64_t wanted = std::min<uint64_t>(WantedEdge() - next_, most);
  return wanted >= current + std::min(limit / 2, std::max<uint64_t>(2 * uint64_t{mss}, limit / 8));
}

void Receiver::Discard() {
  // The FIN took a number, but no byte.
  buffer_.Reset(data_end());
  islands_.clear();
}

}  // namespace zt::netstack
