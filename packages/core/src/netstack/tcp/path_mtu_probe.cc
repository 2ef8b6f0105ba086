#include "netstack/tcp/path_mtu_probe.h"

#include <algorithm>

namespace zt::netstack {

PathMtuProbe::PathMtuProbe(const Now& now, const Path& path) : path_(path), size_(path.proven) {
  if (size_ < path.ceiling) raise_at_ = now.mono + kRaiseAfter;  // another connection knows, and it searched
}

void PathMtuProbe::SetPath(const Now& now, const Path& path) {
  if (path.ceiling != path_.ceiling) failed_ = 0;
  if (path.proven > path_.proven) size_ = std::max(size_, path.proven);
  if (path.proven < path_.proven) size_ = std::min(size_, path.proven);
  size_ = std::min(size_, path.ceiling);
  before_ = std::min(before_, path.ceiling);
  if (failed_ <= size_) failed_ = 0;  // it did not fail for its size
  path_ = path;
  if (size_ >= path.ceiling) {
    trial_ = false;
    raise_at_ = Instant::Never();
  } else if (raise_at_ == Instant::Never()) {
    raise_at_ = now.mono + kRaiseAfter;
  }
}

void PathMtuProbe::OnTimeout(Seq una, uint32_t piece) {
  if (una != suspect_) {
    suspect_ = una;
    timeouts_ = 0;
  }
  if (++timeouts_ % kTimeouts != 0) return;
  const uint32_t base = Data(path_.v4 ? kBaseV4 : kBaseV6);
  const uint32_t least = path_.v4 ? Data(kLeastV4) : base;
  if (trial_ && size_ <= least) {  // small ones do not arrive either: it is not the size
    size_ = before_;
    trial_ = false;
    return;
  }
  if (piece <= least) return;
  if (!trial_) before_ = size_;
  trial_ = true;
  size_ = piece > base ? base : least;
}

void PathMtuProbe::OnProgress(const Now& now, Seq una) {
  timeouts_ = 0;
  if (trial_ && una > suspect_) {
    trial_ = false;
    failed_ = 0;
    failures_ = 0;
    finding_ = size_ + path_.headers;
    raise_at_ = now.mono + kFirstRaise;
  }
  if (!probing_ || una < probe_seq_ + probe_size_) return;
  probing_ = false;
  failures_ = 0;
  size_ = std::min(std::max(size_, probe_size_), path_.ceiling);
  finding_ = size_ + path_.headers;
  raise_at_ = now.mono;
  if (size_ >= path_.ceiling || (failed_ != 0 && failed_ - size_ < kPrecision)) Finish(now);
}

uint32_t PathMtuProbe::Wanted(const Now& now) const {
  if (trial_ || probing_ || size_ >= path_.ceiling || now.mono < raise_at_) return 0;
  return failed_ == 0 ? path_.ceiling : size_ + (failed_ - size_) / 2;
}

void PathMtuProbe::OnProbeSent(Seq seq, uint32_t size) {
  probing_ = true;
  probe_seq_ = seq;
  probe_size_ = size;
}

void PathMtuProbe::OnProbeLost(const Now& now) {
  probing_ = false;
  raise_at_ = now.mono + kProbeInterval;
  if (++failures_ < kMaxProbes) return;
  failures_ = 0;
  failed_ = probe_size_;
  if (failed_ <= size_ + kPrecision) Finish(now);
}

void PathMtuProbe::Finish(const Now& now) {
  failed_ = 0;
  finding_ = size_ + path_.headers;  // also when nothing changed: what others know lives on
  raise_at_ = size_ >= path_.ceiling ? Instant::Never() : now.mono + kRaiseAfter;
}

std::optional<uint32_t> PathMtuProbe::TakeFinding() {
  std::optional<uint32_t> finding;
  finding.swap(finding_);
  return finding;
}

}  // namespace zt::netstack
