// Segments and the cables that join devices to them.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/link.h"

namespace zt::sim {

class Cable;

// A place where addresses are found without a router of ours: an Ethernet or Wi-Fi LAN, the network of a carrier, or
// the internet's core, which is seen from so far away that its own routers are only a number of hops.
class Segment {
 public:
  // `hops`: routers inside, each takes one from the TTL. 0: a LAN.
  Segment(Simulator& simulator, std::string name, uint8_t hops)
      : simulator_(simulator), name_(std::move(name)), hops_(hops) {}
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  // Where packets for addresses that are not here go; null: they are dropped.
  void SetGateway(Cable* cable) { gateway_ = cable; }
  // Packets for the prefix go to that cable, unless a longer prefix or an address says otherwise.
  void AddRoute(const IpPrefix& prefix, Cable& cable);

  // A partition: cables on different islands do not reach each other. Everybody starts on island 0.
  void SetIsland(const Cable& cable, int island) { islands_[&cable] = island; }
  // A broken peering between two cables, both ways.
  void SetBlocked(const Cable& a, const Cable& b, bool blocked);
  // Whether the network between two of its cables works; what it forwards follows it.
  bool Connects(const Cable& a, const Cable& b) const;

  Simulator& simulator() const { return simulator_; }
  const std::string& name() const { return name_; }
  uint64_t expired() const { return expired_; }        // TTL
  uint64_t unroutable() const { return unroutable_; }  // nobody has the address
  uint64_t cut() const { return cut_; }                // partitions and broken peerings

 private:
  friend class Cable;
  void Plug(Cable& cable);
  void Unplug(Cable& cable);
  void Forward(const Cable& from, Packet packet);
  Cable* Find(const IpAddress& ip) const;
  int IslandOf(const Cable& cable) const;

  Simulator& simulator_;
  const std::string name_;
  const uint8_t hops_;
  uint64_t cables_ = 0;  // ever plugged: tells their random numbers apart
  std::unordered_map<IpAddress, Cable*> addresses_;
  std::vector<std::pair<IpPrefix, Cable*>> routes_;  // the longest first
  Cable* gateway_ = nullptr;
  std::unordered_map<const Cable*, int> islands_;
  std::set<std::pair<const Cable*, const Cable*>> blocked_;  // the lower pointer first; asked, never iterated
  uint64_t expired_ = 0, unroutable_ = 0, cut_ = 0;
};

// The line between a device and a segment: one link each way, and the addresses the device has there. Destroying it
// unplugs it; what is on the line is lost. Outlived by its segment and its device.
class Cable {
 public:
  Cable(Segment& segment, Port& device, std::vector<IpAddress> addresses, const LinkPlan& up, const LinkPlan& down);
  Cable(Segment& segment, Port& device, std::vector<IpAddress> addresses, const LinkPlan& both)
      : Cable(segment, device, std::move(addresses), both, both) {}
  ~Cable() { segment_.Unplug(*this); }
  Cable(const Cable&) = delete;
  Cable& operator=(const Cable&) = delete;

  void Send(Packet packet) { up_->Send(std::move(packet)); }  // from the device
  const std::vector<IpAddress>& addresses() const { return addresses_; }
  bool Has(const IpAddress& ip) const;
  Segment& segment() const { return segment_; }
  Link& up() { return *up_; }      // towards the segment
  Link& down() { return *down_; }  // towards the device

 private:
  friend class Segment;
  struct SegmentEnd final : Port {
    explicit SegmentEnd(Cable& owner) : cable(owner) {}
    void Arrive(Packet packet) override { cable.segment_.Forward(cable, std::move(packet)); }
    Cable& cable;
  };

  Segment& segment_;
  const std::vector<IpAddress> addresses_;
  SegmentEnd end_;
  std::unique_ptr<Link> up_, down_;
};

}  // namespace zt::sim
