// The application on a host of the simulation: asks other hosts over a virtual network and counts their answers.
#pragma once

#include <map>

#include "sim/host.h"

namespace zt::sim {

// UDP on an ad-hoc network (vl2.md §14), which needs no controller and makes its members trust each other, so that
// they push paths. Takes over the host's on_event. Survives restarts of the host: Begin again after each.
class Messenger {
 public:
  static constexpr NetworkId kNetwork{0xff00016003000000};  // type A, ports 352..24579: all UDP passes
  static constexpr uint16_t kPort = 7000;

  explicit Messenger(Host& host);
  Messenger(const Messenger&) = delete;
  Messenger& operator=(const Messenger&) = delete;

  // Joins and opens the socket. The host runs.
  void Begin();
  // One question; the other messenger answers it at once.
  void Ask(const Messenger& other);
  uint64_t answers(const Messenger& other) const;  // to questions we asked
  // Also those under way: only what is asked from now on counts.
  void ForgetAnswers() {
    answers_.clear();
    ++round_;
  }
  uint64_t questions() const { return questions_; }  // we were asked
  Host& host() const { return host_; }
  IpAddress address() const;  // on the network

 private:
  void Read();

  Host& host_;
  SocketId socket_;
  std::map<IpAddress, uint64_t> answers_;
  uint64_t questions_ = 0;
  uint8_t round_ = 0;  // in every question, and its answer
};

}  // namespace zt::sim
