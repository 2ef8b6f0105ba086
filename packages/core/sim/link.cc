#include "sim/link.h"

#include <utility>

namespace zt::sim {

void Link::Send(Packet packet) {
  const Instant leaves = Serialize(packet.SizeOnWire());
  if (leaves == Instant::Never()) {
    ++overflowed_;
    return;
  }
  for (int copies = Chance(plan_.duplicate) ? 2 : 1; copies > 0; --copies) {
    if (Chance(plan_.loss)) {
      ++lost_;
      continue;
    }
    Packet arriving = copies > 1 ? packet : std::move(packet);
    if (!arriving.bytes.empty() && Chance(plan_.corrupt)) {
      arriving.bytes[random_.Below(arriving.bytes.size())] ^= static_cast<uint8_t>(1 + random_.Below(255));
    }
    Millis late = 0;
    if (Chance(plan_.reorder)) {
      late = 1 + static_cast<Millis>(random_.Below(static_cast<uint64_t>(plan_.reorder_delay)));
    }
    Launch(leaves + plan_.delay + late, std::move(arriving));
  }
}

Instant Link::Serialize(size_t size) {
  const Instant now = simulator().now();
  if (plan_.bytes_per_ms == 0) return now;
  if (free_ < now) {
    free_ = now;
    part_ = 0;
  }
  const uint64_t waiting = static_cast<uint64_t>(free_ - now) * plan_.bytes_per_ms + part_;
  if (waiting + size > plan_.queue_bytes) return Instant::Never();
  part_ += size;
  free_ = free_ + static_cast<Millis>(part_ / plan_.bytes_per_ms);
  part_ %= plan_.bytes_per_ms;
  return free_;
}

void Link::Launch(Instant arrival, Packet packet) {
  auto at = flights_.end();
  while (at != flights_.begin() && arrival < std::prev(at)->arrival) --at;
  flights_.insert(at, {arrival, std::move(packet)});
  Schedule(flights_.front().arrival);
}

void Link::Act() {
  ++carried_;
  Packet packet = std::move(flights_.front().packet);
  flights_.pop_front();
  if (!flights_.empty()) Schedule(flights_.front().arrival);
  to_.Arrive(std::move(packet));
}

}  // namespace zt::sim
