// A router between an inner and an outer segment, with or without a NAT or firewall in it. IPv6 is never translated: it
// has a firewall of its own, or none.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/nat.h"
#include "sim/segment.h"

namespace zt::sim {

struct RouterPlan {
  std::vector<IpAddress> outside;    // its addresses on the outer segment; a NAT maps to them
  std::vector<IpPrefix> routed;      // inner prefixes the outer segment knows by route: addresses that are not mapped
  LinkPlan outside_up = {}, outside_down = {};  // its line to the outer segment
  LinkPlan inside = {.delay = 0};    // its line to the inner segment
};

// Makes itself the gateway of the inner segment. Takes one from the TTL of what it forwards, and forwards nothing whose
// TTL ends (no ICMP is sent). The NAT never sees those. Outlived by both segments.
class Router {
 public:
  Router(Segment& inner, Segment& outer, const RouterPlan& plan, std::unique_ptr<Nat> nat = nullptr,
         std::unique_ptr<Nat> firewall6 = nullptr);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Off: forwards nothing. On again: the NAT has forgotten everything.
  void SetPower(bool on);
  bool powered() const { return on_; }
  Nat* nat() { return nat_.get(); }
  Cable& outside() const { return *outside_; }
  Cable& inside() const { return *inside_; }
  uint64_t expired() const { return expired_; }  // TTL

 private:
  struct Side final : Port {
    Side(Router& owner, void (Router::*take)(Packet)) : router(owner), act(take) {}
    void Arrive(Packet packet) override { router.Take(std::move(packet), act); }
    Router& router;
    void (Router::*act)(Packet);
  };

  void Take(Packet packet, void (Router::*act)(Packet));
  void FromInside(Packet packet);
  void FromOutside(Packet packet);
  void Follow(const NatVerdict& verdict, Packet packet);
  Instant now() const { return outside_->segment().simulator().now(); }

  Nat* BoxFor(const Packet& packet) { return packet.source.ip.IsV6() ? firewall6_.get() : nat_.get(); }

  Side inner_side_, outer_side_;
  std::unique_ptr<Nat> nat_, firewall6_;
  std::unique_ptr<Cable> inside_, outside_;
  bool on_ = true;
  uint64_t expired_ = 0;
};

}  // namespace zt::sim
