// One stack in virtual time, and around it the hand-made peer: the link, the flows, what came out and was not yet
// expected, what the application was told.
#pragma once

#include <deque>
#include <map>

#include "netstack/tcp/state.h"
#include "testing/netstack_lab.h"
#include "testing/tcp_script/script.h"
#include "testing/tcp_script/segment.h"

namespace zt::netstack::script {

class Stage {
 public:
  static constexpr uint16_t kFirstPeerPort = 5555;
  static constexpr uint32_t kMtu = 1500;

  explicit Stage(bool v4);

  // Lets time pass until `done` or the limit. Neighbour discovery is answered on the way.
  bool Run(Millis limit, const std::function<bool()>& done = nullptr);
  void Settle() { Run(0); }
  void Inject(const SegmentLine& line);
  // The oldest packet of the current flow (ICMP belongs to all), or null.
  const Packet* Front();
  // Takes it off the queue; the flow's numbers follow.
  void Consume();
  void Note(const std::string& text);  // into the trace, with the time
  Flow& flow() { return flows_.at(current_); }
  void Select(int id);
  SocketId socket() { return {flow().socket}; }
  Stack& stack() { return host_.stack; }
  Now now() const { return lab_.now; }
  int64_t PeerClock() { return flow().clock + (lab_.now.mono - start_); }
  TcpState State();
  std::optional<StackEvent> TakeEvent(StackEventKind kind, bool listening);

  bool v4;
  Addresses addresses;
  SocketId listener, udp;
  uint16_t listen_port = 80;
  std::deque<Packet> queue;
  std::vector<std::string> trace;
  std::vector<StackEvent> events;
  Lab& lab() { return lab_; }
  Lab::Host& host() { return host_; }

 private:
  void OnFrame(const Lab::Frame& frame);
  void AnswerArp(const Bytes& request);
  void AnswerSolicitation(const Bytes& request);
  void TakeEvents();
  void Follow(Flow& flow, const Packet& packet);
  Flow* FlowOf(const Packet& packet);

  Lab lab_;
  Lab::Host& host_;
  Instant start_;
  Mac mac_{0x0200000000c8};
  std::map<int, Flow> flows_;
  int current_ = 1;
  std::deque<Lab::Frame> replies_;
  Bytes last_;  // what an ICMP message quotes
};

// application.cc: lines that call the socket API or look at it. None: not such a line. Else what is wrong, or "".
std::optional<std::string> RunApplicationLine(Stage& stage, const std::vector<std::string>& words);

// run.cc
struct Verdict {
  bool passed = true;
  std::string report;  // line, what was expected, what came, the trace
};
Verdict RunScenario(const Scenario& scenario, bool v4);

}  // namespace zt::netstack::script
