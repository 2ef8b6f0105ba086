#include "vl1/surface.h"

#include <algorithm>

namespace zt::vl1 {
namespace {

bool Reportable(IpScope scope, bool allow_loopback) {
  if (scope == IpScope::kLoopback) return allow_loopback;
  return scope != IpScope::kNone && scope != IpScope::kMulticast;
}

}  // namespace

bool SurfaceTable::Report(Instant now, const SurfaceReport& report, bool allow_loopback) {
  const IpScope scope = report.surface.ip.Scope();
  if (scope != report.reporter_endpoint.ip.Scope() || !Reportable(scope, allow_loopback)) return false;
  auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
    return e.reporter == report.reporter && e.socket == report.socket &&
           e.reporter_endpoint == report.reporter_endpoint && e.scope == scope;
  });
  if (entry == entries_.end()) {
    if (!MakeRoom(report)) return false;
    ++revision_;
    entries_.push_back(
        {report.reporter, report.rank, report.socket, report.reporter_endpoint, scope, report.surface, now});
    return false;
  }
  entry->rank = report.rank;
  // Only a change of the IP counts, not of the port (vl1.md §7.11).
  const bool moved = report.rank == Reporter::kRoot && now - entry->at < kSurfaceLifetime &&
                     entry->surface.ip != report.surface.ip;
  if (entry->surface != report.surface) ++revision_;
  entry->surface = report.surface;
  entry->at = now;
  if (!moved) return false;
  const Endpoint kept = report.reporter_endpoint;
  std::erase_if(entries_, [&](const Entry& e) { return e.scope == scope && e.reporter_endpoint != kept; });
  return true;
}

// Within the limits of its reporter and of its rank the oldest goes, in a full table the oldest of the lowest rank.
bool SurfaceTable::MakeRoom(const SurfaceReport& report) {
  const auto of_reporter = [&](const Entry& e) { return e.reporter == report.reporter; };
  const auto of_strangers = [](const Entry& e) { return e.rank == Reporter::kStranger; };
  const auto count = [this](const auto& among) {
    return static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(), among));
  };
  if (count(of_reporter) >= kSurfacePerReporter) return DropOldest(of_reporter);
  if (report.rank == Reporter::kStranger && count(of_strangers) >= kSurfaceStrangers) return DropOldest(of_strangers);
  if (entries_.size() < kSurfaceEntries) return true;
  const Reporter lowest =
      std::min_element(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return a.rank < b.rank;
      })->rank;
  if (report.rank < lowest) return false;
  return DropOldest([lowest](const Entry& e) { return e.rank == lowest; });
}

bool SurfaceTable::DropOldest(const auto& among) {
  auto oldest = entries_.end();
  for (auto e = entries_.begin(); e != entries_.end(); ++e) {
    if (among(*e) && (oldest == entries_.end() || e->at < oldest->at)) oldest = e;
  }
  if (oldest != entries_.end()) entries_.erase(oldest);
  return true;
}

std::vector<Endpoint> SurfaceTable::Distinct() const {
  std::vector<Endpoint> out;
  for (const Entry& entry : entries_) {
    if (std::find(out.begin(), out.end(), entry.surface) == out.end()) out.push_back(entry.surface);
  }
  return out;
}

void SurfaceTable::DropSockets(std::span<const LocalSocket> sockets) {
  revision_ += std::erase_if(entries_, [sockets](const Entry& entry) {
    return std::find(sockets.begin(), sockets.end(), entry.socket) != sockets.end();
  });
}

void SurfaceTable::Sweep(Instant now) {
  revision_ += std::erase_if(entries_, [now](const Entry& entry) { return now - entry.at >= kSurfaceLifetime; });
}

}  // namespace zt::vl1
