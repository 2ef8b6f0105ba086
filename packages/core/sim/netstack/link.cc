#include "sim/netstack/link.h"

#include "netstack/header/protocol.h"

namespace zt::netstack::sim {

void Link::Carry(Instant now, Lab::Frame frame, const Deliver& deliver) {
  const Instant leaves = Serialize(now, frame.payload.size() + 14);
  if (leaves == Instant::Never()) {
    ++overflowed_;
    return;
  }
  const int copies = Chance(plan_.duplicate) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    if (IsLost(now)) {
      ++lost_;
      continue;
    }
    Lab::Frame arriving = frame;
    if (Chance(plan_.corrupt)) Corrupt(arriving);
    Millis late = 0;
    if (Chance(plan_.reorder)) {
      late = 1 + static_cast<Millis>(random_.Below(static_cast<uint64_t>(plan_.reorder_delay)));
    }
    deliver(leaves + plan_.delay + late, std::move(arriving));
  }
}

void Link::Heal() {
  LinkPlan clean;
  clean.bytes_per_ms = plan_.bytes_per_ms;
  clean.queue_bytes = plan_.queue_bytes;
  clean.early_drop = plan_.early_drop;
  clean.delay = plan_.delay;
  plan_ = clean;
}

bool Link::IsLost(Instant now) {
  for (const LinkPlan::Outage& outage : plan_.outages) {
    const Millis at = now - start_;
    if (at >= outage.start && at < outage.start + outage.length) return true;
  }
  if (Chance(bad_ ? plan_.to_good : plan_.to_bad)) bad_ = !bad_;
  return Chance(bad_ ? plan_.loss_bad : plan_.loss_good);
}

Instant Link::Serialize(Instant now, size_t size) {
  if (plan_.bytes_per_ms == 0) return now;
  if (free_ < now) {
    free_ = now;
    part_ = 0;
  }
  const uint64_t waiting = static_cast<uint64_t>(free_ - now) * plan_.bytes_per_ms + part_;
  if (waiting > plan_.queue_bytes) return Instant::Never();
  const uint64_t calm = plan_.queue_bytes / 4;
  if (plan_.early_drop != 0 && waiting > calm) {
    const uint64_t chance = plan_.early_drop * (waiting - calm) / (plan_.queue_bytes - calm);
    if (Chance(static_cast<uint32_t>(chance))) return Instant::Never();
  }
  part_ += size;
  free_ = free_ + static_cast<Millis>(part_ / plan_.bytes_per_ms);
  part_ %= plan_.bytes_per_ms;
  return free_;
}

// Nothing protects ARP, and the next header of IPv6 is covered only as far as it names the transport: an altered one
// would be answered by a true ICMP error about a packet we did send. Both are left alone.
void Link::Corrupt(Lab::Frame& frame) {
  const bool v6 = frame.ether_type == kEtherTypeIpv6;
  if ((!v6 && frame.ether_type != kEtherTypeIpv4) || frame.payload.empty()) return;
  size_t at = random_.Below(frame.payload.size());
  if (v6 && at == 6) at = 7;
  frame.payload[at % frame.payload.size()] ^= static_cast<uint8_t>(1 + random_.Below(255));
  ++corrupted_;
}

}  // namespace zt::netstack::sim
