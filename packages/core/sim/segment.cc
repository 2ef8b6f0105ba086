#include "sim/segment.h"

#include <algorithm>

#include "base/check.h"

namespace zt::sim {
namespace {

std::pair<const Cable*, const Cable*> Unordered(const Cable& a, const Cable& b) {
  return std::less<>()(&a, &b) ? std::pair(&a, &b) : std::pair(&b, &a);
}

}  // namespace

void Segment::AddRoute(const IpPrefix& prefix, Cable& cable) {
  const auto shorter = std::find_if(routes_.begin(), routes_.end(),
                                    [&prefix](const auto& route) { return route.first.bits < prefix.bits; });
  routes_.insert(shorter, {prefix, &cable});
}

void Segment::SetBlocked(const Cable& a, const Cable& b, bool blocked) {
  if (blocked) {
    blocked_.insert(Unordered(a, b));
  } else {
    blocked_.erase(Unordered(a, b));
  }
}

bool Segment::Connects(const Cable& a, const Cable& b) const {
  return IslandOf(a) == IslandOf(b) && !blocked_.contains(Unordered(a, b));
}

int Segment::IslandOf(const Cable& cable) const {
  const auto at = islands_.find(&cable);
  return at == islands_.end() ? 0 : at->second;
}

void Segment::Plug(Cable& cable) {
  for (const IpAddress& ip : cable.addresses()) {
    ZT_CHECK(addresses_.emplace(ip, &cable).second);  // two devices with one address: the scenario is wrong
  }
}

void Segment::Unplug(Cable& cable) {
  std::erase_if(addresses_, [&](const auto& entry) { return entry.second == &cable; });
  std::erase_if(routes_, [&](const auto& route) { return route.second == &cable; });
  std::erase_if(blocked_, [&](const auto& pair) { return pair.first == &cable || pair.second == &cable; });
  islands_.erase(&cable);
  if (gateway_ == &cable) gateway_ = nullptr;
}

Cable* Segment::Find(const IpAddress& ip) const {
  if (const auto at = addresses_.find(ip); at != addresses_.end()) return at->second;
  for (const auto& [prefix, cable] : routes_) {
    if (prefix.Contains(ip)) return cable;
  }
  return gateway_;
}

void Segment::Forward(const Cable& from, Packet packet) {
  Cable* to = Find(packet.destination.ip);
  if (to == nullptr || to == &from) {
    ++unroutable_;
  } else if (!Connects(from, *to)) {
    ++cut_;
  } else if (packet.ttl <= hops_) {
    ++expired_;
  } else {
    packet.ttl = static_cast<uint8_t>(packet.ttl - hops_);
    to->down_->Send(std::move(packet));
  }
}

Cable::Cable(Segment& segment, Port& device, std::vector<IpAddress> addresses, const LinkPlan& up, const LinkPlan& down)
    : segment_(segment), addresses_(std::move(addresses)), end_(*this) {
  const uint64_t seed = segment.simulator().SeedOf(segment.name() + "/" + std::to_string(segment.cables_++));
  up_ = std::make_unique<Link>(segment.simulator(), up, seed, end_);
  down_ = std::make_unique<Link>(segment.simulator(), down, ~seed, device);
  segment.Plug(*this);
}

bool Cable::Has(const IpAddress& ip) const {
  return std::find(addresses_.begin(), addresses_.end(), ip) != addresses_.end();
}

}  // namespace zt::sim
