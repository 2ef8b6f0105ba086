// The UDP sockets of a node: opened and closed as the machine's addresses come and go (vl1.md §3.10). A socket's number
// is never used again while the node lives.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "host/bind_policy.h"
#include "host/poller.h"
#include "host/udp_socket.h"

namespace zt::host {

struct UdpBinding {
  LocalSocket number;
  std::unique_ptr<UdpSocket> socket;
  size_t progress = 0;   // how many of the engine's pending datagrams it is done with
  bool blocked = false;  // full, waiting to be writable
};

class UdpBindings {
 public:
  UdpBindings(BindPolicy policy, Poller& poller) : policy_(std::move(policy)), poller_(poller) {}

  // The first sockets. False: errno and `what` say why; a fixed port in use is an error here and only here.
  bool Open(std::string& what);
  // Brings the sockets in step with the machine's addresses. True: a socket came, went or changed its number, or what
  // is announced did.
  bool Update();
  // Draws the secondary port anew, if there is one that is drawn. True as for Update.
  bool RedrawSecondary();
  bool CanRedraw() const { return policy_.automatic && policy_.secondary.used && policy_.secondary.number == 0; }
  bool FollowsInterfaces() const { return policy_.FollowsInterfaces(); }

  std::span<UdpBinding> all() { return bindings_; }
  UdpBinding* Find(int32_t number);
  std::vector<Endpoint> Bound() const;
  // Where peers may find us on our own networks.
  std::vector<Endpoint> Announced() const { return AnnouncedEndpoints(Bound(), own_); }

 private:
  enum Port { kPrimary, kSecondary, kTertiary, kPorts };

  bool OpenFixed(std::string& what);
  bool OpenAutomatic(std::string& what);
  // Sets ports_[port] to `number` or, when it is 0, to one that is free on all addresses now, and opens its sockets.
  bool OpenPort(Port port, uint16_t number, std::string& what);
  // False: the port is in use on one of the addresses; then none stays open.
  bool TryPort(uint16_t number);
  // Appends to `bindings_`. False: errno.
  bool Add(const Endpoint& endpoint, int interface_index);
  bool AddMissing();
  bool RemoveGone();
  void RenumberWildcards(std::span<const InterfaceAddress> before);
  void ReadAddresses();

  BindPolicy policy_;
  Poller& poller_;
  std::vector<UdpBinding> bindings_;
  std::vector<InterfaceAddress> own_;     // usable ones
  bool wildcards_ = false;                // the system does not tell its addresses
  std::array<uint16_t, kPorts> ports_{};  // 0: not used
  int32_t next_number_ = 0;
};

}  // namespace zt::host
