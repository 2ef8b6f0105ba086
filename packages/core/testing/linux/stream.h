// A connection and what it was told to do: in each direction one operation after the other, each reported at its end.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "testing/linux/sockets.h"

namespace zt::linux_lab {

// Ends a request: kOk with facts ("bytes=10 ms=3"), or an error with what was reached.
using Report = std::function<void(uint64_t request, Status status, const std::string& facts)>;

struct Operation {
  enum class Kind : uint8_t {
    kWrite,     // `total` bytes of the pattern
    kShutdown,  // the end of our direction
    kRead,      // exactly `total` bytes, compared with the pattern
    kReadAll,   // to the end of the stream, compared
    kPingPong,  // `rounds` times: `total` bytes out, the same number back
    kPipe       // everything to `target`, the end included
  };
  Kind kind;
  uint64_t request = 0;
  uint64_t total = 0, seed = 0, rounds = 0;
  class Stream* target = nullptr;  // kPipe
  uint64_t done = 0;       // of total
  bool reading = false;    // kPingPong
  uint64_t round = 0;
  Bytes unsent{};          // kPipe
  int64_t started_ns = 0;
};

class Stream {
 public:
  Stream(Sockets& sockets, const Report& report) : sockets_(sockets), report_(report) {}

  void Add(Operation operation);
  void Opened(SocketId id);
  void Ended(Status status);  // the connection is gone
  // Everything this stream receives, its end included, goes to `target`; itself: an echo.
  void JoinTo(Stream& target, uint64_t request = 0);
  // The stream whose data goes to this one, if any: it may go on when this one can be written.
  Stream* feeder() const { return feeder_; }
  void WaitOpen(uint64_t request);
  void WaitClosed(uint64_t request);
  // Goes on as far as it can; true: stopped only to let others have a turn.
  bool Pump();

  Sockets& sockets() { return sockets_; }
  SocketId id() const { return id_; }
  void SetId(SocketId id) { id_ = id; }

 private:
  static constexpr size_t kTurnBytes = 256 << 10;

  enum class Progress : uint8_t { kFinished, kBlocked, kTurnOver, kFailed };

  bool PumpQueue(std::deque<Operation>& queue);
  Progress Step(Operation& op);
  Progress Write(Operation& op, uint64_t& position, uint64_t end);
  Progress Read(Operation& op, uint64_t end);
  Progress PingPong(Operation& op);
  Progress Pipe(Operation& op);
  Progress Fail(const Operation& op, Status status, const std::string& facts);
  std::string Facts(const Operation& op) const;

  Sockets& sockets_;
  const Report& report_;
  SocketId id_;
  Stream* feeder_ = nullptr;
  bool open_ = false, ended_ = false;
  Status status_ = Status::kOk;
  int64_t opened_ns_ = 0;
  uint64_t sent_ = 0, received_ = 0;
  std::deque<Operation> out_, in_;
  std::vector<uint64_t> wait_open_, wait_closed_;
};

}  // namespace zt::linux_lab
