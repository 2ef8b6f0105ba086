// The size of segments: what the path is known to carry, and what it turns out to (RFC 1191, RFC 4821).
#include <algorithm>

#include "netstack/tcp/sender.h"

namespace zt::netstack {

void Sender::SetPath(const Now& now, const PathMtuProbe::Path& path) {
  if (path == path_) return;
  path_ = path;
  if (path_probe_) {
    path_probe_->SetPath(now, path);
  } else if (path.proven < path.ceiling) {
    path_probe_ = std::make_unique<PathMtuProbe>(now, path);
  }
  SetSegmentSize(now, path_probe_ ? path_probe_->size() : path.proven);
}

void Sender::SetSegmentSize(const Now& now, uint32_t mss) {
  const bool smaller = mss < mss_;
  mss_ = mss;
  congestion_->SetSegmentSize(mss);
  if (!smaller || board_.empty()) return;
  board_.MarkLargerThan(mss);  // not congestion: the window stays (RFC 1191 §6.5)
  Rearm(now, false);
}

// The timer fired, and fired before: perhaps the path swallows segments of this size.
void Sender::SuspectSize(const Now& now) {
  const auto head = NextLost();
  if (!head || head->seq > una_ || path_.ceiling == 0) return;
  // Others of this size arrived while this one waits, or lately: that is loss.
  if (large_arrived_at_ >= progress_at_ - PathMtuProbe::kLately) return;
  if (!path_probe_) path_probe_ = std::make_unique<PathMtuProbe>(now, path_);
  path_probe_->OnTimeout(una_, head->size);
  SetSegmentSize(now, path_probe_->size());
}

bool Sender::IsCongestion(uint64_t lost) {
  const SentSegment* first = board_.FirstLost();
  // RFC 4821 §7.3: the loss of a probe alone is no sign of congestion.
  return first == nullptr || lost != first->length || !path_probe_ || !path_probe_->IsProbe(first->seq);
}

// Makes the next new segment a probe when one is wanted, and enough data follows that its loss will be seen.
void Sender::MakeProbe(const Now& now, Chunk& chunk) const {
  const uint64_t size = path_probe_->Wanted(now);
  if (size <= mss_ || phase_ != Phase::kOpen) return;
  const uint64_t all = size + uint64_t{PathMtuProbe::kCompany} * mss_;
  if (data_end_ - chunk.seq < all || window_edge_ < chunk.seq + all) return;
  // Under a window too small for company the probe goes alone.
  if (Quota() < all && !(board_.empty() && congestion_->window() < all)) return;
  chunk.size = static_cast<uint32_t>(size);
  chunk.push = chunk.fin = false;
}

}  // namespace zt::netstack
