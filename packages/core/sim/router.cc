#include "sim/router.h"

#include <utility>

namespace zt::sim {

Router::Router(Segment& inner, Segment& outer, const RouterPlan& plan, std::unique_ptr<Nat> nat,
               std::unique_ptr<Nat> firewall6)
    : inner_side_(*this, &Router::FromInside),
      outer_side_(*this, &Router::FromOutside),
      nat_(std::move(nat)),
      firewall6_(std::move(firewall6)) {
  outside_ = std::make_unique<Cable>(outer, outer_side_, plan.outside, plan.outside_up, plan.outside_down);
  inside_ = std::make_unique<Cable>(inner, inner_side_, std::vector<IpAddress>{}, plan.inside);
  for (const IpPrefix& prefix : plan.routed) outer.AddRoute(prefix, *outside_);
  inner.SetGateway(inside_.get());
}

void Router::SetPower(bool on) {
  for (Nat* box : {nat_.get(), firewall6_.get()}) {
    if (!on && box != nullptr) box->Forget();
  }
  on_ = on;
}

void Router::Take(Packet packet, void (Router::*act)(Packet)) {
  if (!on_) return;
  if (packet.ttl <= 1) {
    ++expired_;
    return;
  }
  --packet.ttl;
  (this->*act)(std::move(packet));
}

void Router::FromInside(Packet packet) {
  Nat* box = BoxFor(packet);
  if (box == nullptr) {
    outside_->Send(std::move(packet));
    return;
  }
  Follow(box->FromInside(now(), {packet.source, packet.destination}), std::move(packet));
}

void Router::FromOutside(Packet packet) {
  Nat* box = BoxFor(packet);
  if (box == nullptr) {
    inside_->Send(std::move(packet));
    return;
  }
  Follow(box->FromOutside(now(), {packet.source, packet.destination}), std::move(packet));
}

void Router::Follow(const NatVerdict& verdict, Packet packet) {
  if (verdict.to == NatVerdict::To::kNowhere) return;
  packet.source = verdict.flow.source;
  packet.destination = verdict.flow.destination;
  (verdict.to == NatVerdict::To::kOutside ? outside_ : inside_)->Send(std::move(packet));
}

}  // namespace zt::sim
