// Two stacks, a path between them and the applications of a scenario, run in virtual time until all have finished and
// nothing is left behind; or until something is wrong.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "sim/netstack/datagrams.h"
#include "sim/netstack/talker.h"

namespace zt::netstack::sim {

class Observer {
 public:
  virtual ~Observer() = default;
  // `sent`: by this host; else it arrives there.
  virtual void OnFrame(const Now& now, size_t host, bool sent, const Lab::Frame& frame) = 0;
  virtual void OnNote(const Now& now, const std::string& text) = 0;
};

struct Verdict {
  std::string fault;  // empty: all is well
  std::string state;  // of what had not finished, one connection a line
  uint64_t bytes = 0, frames = 0, wakes = 0;
  Millis took = 0;      // virtual
  uint64_t digest = 0;  // of every frame sent, in order: equal for equal seeds
  bool ok() const { return fault.empty(); }
};

class Simulation {
 public:
  // A connection that does not move for so long on a clean path is stuck: three times the longest RTO (RFC 6298 §2.5).
  static constexpr Millis kStuck = 200'000;
  // When everybody has left: TIME_WAIT, orphans and caches are over.
  static constexpr Millis kAftermath = 300'000;

  explicit Simulation(const Scenario& scenario, Observer* observer = nullptr);
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Once.
  Verdict Run();

  // Alters a frame on the wire, or swallows it (false): how the tests of this directory plant an error.
  std::function<bool(Lab::Frame&)> tamper;

 private:
  struct Pair {
    const ConnectionPlan* plan = nullptr;
    std::unique_ptr<Talker> talkers[2];
    SocketId client_socket;
    bool probed = false;
    uint64_t actions = 0;  // at `moved`
    Instant moved;
  };

  Lab::Host& HostOf(size_t index) { return lab_.host(index); }
  uint16_t Port(const Pair& pair) const;
  void Listen();
  void ScheduleFaults(size_t index);
  void Open(size_t index);
  void Wire(size_t index);
  void HandleEvents(size_t host);
  void Dispatch(size_t host, const StackEvent& event);
  void Accepted(size_t host, const StackEvent& event);
  void ConnectEnded(size_t index, const StackEvent& event);
  Talker* Find(size_t host, SocketId socket);
  bool IsOver(const Pair& pair) const;
  bool AllOver() const;
  // oracle.cc
  void InspectEverySecond();
  void InspectProgress();
  void InspectCosts();
  void ProbeAbandoned();
  void JudgePair(const Pair& pair);
  void JudgeAftermath();
  Millis TimeLimit() const;
  void Fault(const std::string& what);
  void Note(const std::string& text);

  const Scenario& scenario_;
  Observer* observer_;
  Lab lab_;
  Instant start_;
  std::unique_ptr<Link> links_[2];
  std::unique_ptr<Datagrams> datagrams_[2];
  std::vector<Pair> pairs_;
  std::vector<SocketId> listeners_[2];
  std::map<SocketId, Talker*> talkers_[2];            // by host
  std::map<Endpoint, size_t> callers_[2];             // who connects to this host, by its local endpoint
  std::map<SocketId, size_t> connecting_[2];          // by the host that connects
  bool looking_[2] = {true, true};                    // at events
  uint32_t credit_[2] = {0, 0};                       // frames the sink still takes this millisecond
  uint64_t frames_before_ = 0, wakes_before_ = 0;     // at the last inspection
  Verdict verdict_;
};

}  // namespace zt::netstack::sim
