// The application at one end of a connection. Acts on events and its own timers only, so that an event the stack
// forgets is a connection that gets stuck; compares every byte it reads.
#pragma once

#include <optional>
#include <string>

#include "sim/netstack/scenario.h"
#include "testing/netstack_lab.h"

namespace zt::netstack::sim {

class Talker {
 public:
  // `end`: 0 the client, 1 the server. Each way has bytes of its own, given by the seed.
  Talker(Lab& lab, Lab::Host& host, const EndPlan& plan, const EndPlan& peer, uint64_t seed, int end);
  Talker(const Talker&) = delete;
  Talker& operator=(const Talker&) = delete;

  void Start(SocketId socket);  // connected or accepted
  void OnReadable() { Read(); }
  void OnWritable() { Write(); }
  void OnClosed(Status status);
  // The peer has left and its reset may be lost: lets the stack ask whether it is still there.
  void Probe();

  bool started() const { return started_; }
  bool finished() const { return finished_; }
  bool left_rudely() const { return left_rudely_; }
  uint64_t written() const { return written_; }
  uint64_t read() const { return read_; }
  bool end_read() const { return end_read_; }
  // What kTcpClosed said, if it came.
  std::optional<Status> closed() const { return closed_; }
  const std::string& fault() const { return fault_; }  // what the stack did wrong
  uint64_t actions() const { return actions_; }        // grows with every byte and event: progress
  uint64_t writes() const { return writes_; }
  std::string Describe() const;

 private:
  static uint64_t Way(uint64_t seed, int end) { return seed * 2 + static_cast<uint64_t>(end); }
  uint64_t MayWrite() const;  // the position up to which it is its turn
  void Write();
  bool WriteOnce(uint64_t end, bool& again);
  void Read();
  void Compare(ByteSpan data);
  bool LeaveIfTime();
  void FinishIfDone();
  void Leave();
  void Later(Millis after, void (Talker::*act)());
  void Fault(const std::string& what);

  Lab& lab_;
  Lab::Host& host_;
  const EndPlan& plan_;
  const EndPlan& peer_;
  uint64_t way_out_, way_in_;
  SocketId socket_;
  Bytes buffer_;
  bool started_ = false, finished_ = false, left_rudely_ = false;
  bool write_waits_ = false, read_waits_ = false;  // for a timer
  bool shut_ = false, end_read_ = false;
  uint64_t written_ = 0, read_ = 0, actions_ = 0, writes_ = 0;
  std::optional<Status> closed_;
  std::string fault_;
};

}  // namespace zt::netstack::sim
