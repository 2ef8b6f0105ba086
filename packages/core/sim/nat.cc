#include "sim/nat.h"

namespace zt::sim {

Nat::Nat(const NatBehaviour& behaviour, std::vector<IpAddress> outside, uint64_t seed)
    : behaviour_(behaviour),
      random_(seed),
      mappings_(behaviour, std::move(outside), random_),
      filter_(behaviour.filtering, behaviour.lifetime) {}

void Nat::Forget() {
  mappings_.Clear();
  filter_.Clear();
}

NatVerdict Nat::FromInside(Instant now, const NatFlow& flow) {
  if (behaviour_.block_udp) {
    ++counters_.blocked;
    return {};
  }
  filter_.Open(now, flow.source, flow.destination);
  if (!behaviour_.translate) return {NatVerdict::To::kOutside, flow};
  const NatMapping* mapping = mappings_.ForOutbound(now, flow.source, flow.destination);
  if (mapping == nullptr) {
    ++counters_.no_port;
    return {};
  }
  if (mappings_.IsOutside(flow.destination.ip)) return Turn(now, flow, mapping->outside);
  return {NatVerdict::To::kOutside, {mapping->outside, flow.destination}};
}

NatVerdict Nat::FromOutside(Instant now, const NatFlow& flow) {
  if (behaviour_.block_udp) {
    ++counters_.blocked;
    return {};
  }
  if (!behaviour_.translate) {
    if (!filter_.Admits(now, flow.destination, flow.source)) {
      ++counters_.filtered;
      return {};
    }
    if (behaviour_.inbound_refresh) filter_.Open(now, flow.destination, flow.source);
    return {NatVerdict::To::kInside, flow};
  }
  const NatMapping* mapping = Inward(now, flow.source, flow.destination);
  if (mapping == nullptr) return {};
  return {NatVerdict::To::kInside, {flow.source, mapping->inside}};
}

// RFC 4787 §6: to an outside endpoint of ours, from the inside. The filter judges it by the source a stranger would
// see, whatever source the receiver gets to see.
NatVerdict Nat::Turn(Instant now, const NatFlow& flow, const Endpoint& outside_source) {
  if (behaviour_.hairpin == Hairpin::kNone) {
    ++counters_.no_hairpin;
    return {};
  }
  const NatMapping* mapping = Inward(now, outside_source, flow.destination);
  if (mapping == nullptr) return {};
  const bool external = behaviour_.hairpin == Hairpin::kExternalSource;  // REQ-9a
  return {NatVerdict::To::kInside, {external ? outside_source : flow.source, mapping->inside}};
}

const NatMapping* Nat::Inward(Instant now, const Endpoint& source, const Endpoint& outside) {
  const std::vector<NatMapping*> candidates = mappings_.Behind(now, outside, source);
  for (NatMapping* mapping : candidates) {
    // RFC 4787 §5: the filter looks at what the inside endpoint has sent to, by whichever mapping.
    if (!filter_.Admits(now, mapping->inside, source)) continue;
    if (behaviour_.inbound_refresh) {  // REQ-6
      mapping->refreshed = now;
      filter_.Open(now, mapping->inside, source);
    }
    return mapping;
  }
  ++(candidates.empty() ? counters_.no_mapping : counters_.filtered);
  return nullptr;
}

}  // namespace zt::sim
